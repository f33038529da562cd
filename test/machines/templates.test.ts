import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkTemplate,
  renderAddress,
  renderJson,
  renderLine,
  renderMarkdown,
  renderText,
  renderWithSecrets,
} from '../../machines/templates.ts';
import { EMMA, factsOf, workflowOver } from './cast.ts';

const workflow = workflowOver({
  amount: { type: 'money', currency: 'USD' },
  purpose: { type: 'long_text', optional: true },
  day: { type: 'date', optional: true },
  manager_email: { type: 'email' },
});

const REACH = { portal: 'https://baton.example.com', settings: { URL: 'https://pay.example.com' }, starter: EMMA };
const facts = factsOf({ amount: 750000, purpose: 'Taxi & <b>lunch</b>', manager_email: 'max@example.com' });
const text = (template: string) => renderText(template, workflow, facts, REACH);
const problems = (template: string, secrets = false) => checkTemplate(template, workflow, { secrets });

describe('a text', () => {
  test.each([
    ['Expense of {{ amount }}', 'Expense of $7,500.00'],
    ['{{ purpose }}', 'Taxi & <b>lunch</b>'],
    ['{{ day }}', ''],
    ['{% if day != "" %}on {{ day }}{% else %}any day{% endif %}', 'any day'],
    ['{% if day %}on {{ day }}{% else %}any day{% endif %}', 'any day'],
    ['{% if day %}on {{ day }}{% elsif purpose %}for {{ purpose }}{% endif %}', 'for Taxi & <b>lunch</b>'],
    ['{{ starter.name }}, {{ starter.email }}', 'Emma, emma@example.com'],
    ['{{ portal }} {{ settings.URL }}', 'https://baton.example.com https://pay.example.com'],
    ['no braces', 'no braces'],
    ['{{ purpose | upcase | truncate: 7 }}', 'TAXI...'],
  ])('%j reads %j', (template, expected) => {
    expect(problems(template)).toEqual([]);
    expect(text(template)).toBe(expected);
  });

  test('what people typed stays as they typed it, even when it looks like a template', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('{{ amount }}', '{% if true %}', '{{ secrets.TOKEN }}', '{% raw %}')),
        (purpose) => {
          expect(renderText('<{{ purpose }}>', workflow, factsOf({ purpose }), REACH)).toBe(`<${purpose}>`);
        },
      ),
    );
  });

  test.each([
    ['{{ amout }}', 3, 'did you mean amount?'],
    ['Dear {{ purpose }}\n  {{ nobody }}', 24, 'nobody'],
    ['{{ amount', 0, 'not closed'],
    ['{% if amount %}', 0, 'not closed'],
    ['{% include "/etc/passwd" %}', 0, 'include'],
    ['{% render "x" %}', 0, 'render'],
    ['{% layout "x" %}', 0, 'layout'],
    ['{{ purpose | raw }}', 0, 'raw'],
    ['{{ "now" | date: "%s" }}', 0, 'date'],
    ['{{ purpose | split: "" | sample }}', 0, 'sample'],
    ['{{ purpose.size }}', 3, 'no parts'],
    ['{{ [purpose] }}', 3, 'written out'],
    ['{{ starter }}', 3, 'starter.email'],
    ['{{ settings.NOTHING }}', 3, 'NOTHING'],
    ['{{ constructor }}', 3, 'constructor'],
    ['{% for i in (1..99999999) %}x{% endfor %}', 0, 'limit'],
    ['{{ secrets.TOKEN }}', 0, 'headers'],
    ['{{ secrets["TOKEN"] }}', 3, 'stands alone'],
    ['{% assign stolen = secrets.TOKEN %}{{ stolen }}', 19, 'stands alone'],
  ])('%j is refused at %i', (template, offset, part) => {
    const [problem] = problems(template);
    expect(problem?.message).toContain(part);
    expect(problem?.offset).toBe(offset);
  });

  test('one line stays one line and has an end', () => {
    const purpose = `a\nBcc: eve@example.com\r\n${'x'.repeat(300)}`;
    const line = renderLine('{{ purpose }}', workflow, factsOf({ purpose }), REACH);
    expect(line).toHaveLength(150);
    expect(line).toMatch(/^a Bcc: eve@example.com x+…$/);
  });
});

describe('JSON for other systems', () => {
  test('a text that is one name alone becomes the plain value', () => {
    const json = { amount: '{{ amount }}', words: 'of {{ amount }}', list: ['{{ day }}', 3, null, true] };
    expect(renderJson(json, workflow, facts, REACH)).toEqual({
      amount: '7500.00',
      words: 'of $7,500.00',
      list: [null, 3, null, true],
    });
  });
});

describe('a header with a secret', () => {
  test('names the secret and never holds it', () => {
    expect(renderWithSecrets('Bearer {{ secrets.TOKEN }}', workflow, facts, REACH)).toEqual([
      { text: 'Bearer ' },
      { secret: 'TOKEN' },
    ]);
  });

  test('a person who types the name of a secret gets their own words', () => {
    const parts = renderWithSecrets('{{ purpose }}', workflow, factsOf({ purpose: '{{ secrets.TOKEN }}' }), REACH);
    expect(parts).toEqual([{ text: '{{ secrets.TOKEN }}' }]);
  });

  test('may name declared secrets only, outside of tags', () => {
    expect(problems('Bearer {{ secrets.TOKEN }}', true)).toEqual([]);
    expect(problems('Bearer {{ secrets.OTHER }}', true)[0]?.message).toContain('OTHER');
    expect(problems('{% if purpose != "" %}{{ secrets.TOKEN }}{% endif %}', true)[0]?.message).toContain('tags');
  });
});

describe('the address of an actor', () => {
  test('is the one that was gathered', () => {
    expect(renderAddress('{{ manager_email }}', workflow, facts)).toBe('max@example.com');
    expect(renderAddress('Finance@Example.com', workflow, facts)).toBe('finance@example.com');
  });

  test('is never anything but an address', () => {
    expect(() => renderAddress('{{ purpose }}', workflow, facts)).toThrow('no email address');
    expect(() => renderAddress('{{ manager_email }}', workflow, {})).toThrow('no email address');
  });
});

describe('Markdown', () => {
  const markdown = (template: string, purpose = 'Taxi & <b>lunch</b>') =>
    renderMarkdown(template, workflow, factsOf({ amount: 750000, purpose, manager_email: 'max@example.com' }), REACH);

  test('keeps that of the template, and what people typed is text in it', () => {
    expect(markdown('# {{ purpose }}\n\n**{{ amount }}**')).toBe('# Taxi & \\<b>lunch\\</b>\n\n**$7,500.00**');
    expect(markdown('{{ purpose }}', '# Big\n- one\n1. two\n    code')).toBe('\\# Big\n\\- one\n1\\. two\ncode');
    expect(markdown('{% if purpose == "a_b" %}yes{% endif %}', 'a_b')).toBe('yes');
    expect(markdown('{{ portal }} {{ starter.email }} {{ purpose | upcase }}', '*x*')).toBe(
      'https://baton.example.com emma@example.com \\*X\\*',
    );
  });
});
