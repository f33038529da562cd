import { expect, test } from 'vitest';
import { proseToHtml } from '../../machines/prose.ts';

test('guidance is Markdown, with headings below those of the page', () => {
  expect(proseToHtml('# Policy\n\n- **small** things')).toBe(
    '<h3>Policy</h3>\n<ul>\n<li><strong>small</strong> things</li>\n</ul>\n',
  );
});

test('links open nothing of ours', () => {
  expect(proseToHtml('[policy](https://example.com)')).toContain(
    '<a href="https://example.com" rel="noopener nofollow">policy</a>',
  );
});

test.each([
  '<script>alert(1)</script>',
  'a <img src=x onerror=alert(1)> b',
  '[x](javascript:alert(1))',
  '![x](https://example.com/p.png)',
  '<a href="data:text/html,x">x</a>',
  '[x](  JaVaScRiPt:alert(1))',
])('%s does nothing', (text) => expect(proseToHtml(text)).not.toMatch(/<script|<img|<a[^>]+href="(javascript|data)/i));
