import { describe, expect, test } from 'vitest';
import { FIELD } from '../../machines/fields/field.ts';
import { FieldInput, ProblemSummary } from '../../views/parts/field.tsx';
import { EMPTY_FORM } from '../../views/parts/form-state.ts';

const ABOUT = { name: 'datum', label: 'Question', help: 'A hint.', required: false };

const KINDS = [
  { type: 'text' },
  { type: 'long_text' },
  { type: 'number' },
  { type: 'money', currency: 'EUR' },
  { type: 'yes_no' },
  { type: 'choice', options: { a: 'A', b: 'B' } },
  { type: 'choices', options: { a: 'A', b: 'B' } },
  { type: 'date' },
  { type: 'email' },
  { type: 'phone' },
  { type: 'url' },
  { type: 'file' },
];

describe.each(KINDS.map((kind) => [kind.type, kind] as const))('a field of type %s', (_, kind) => {
  const field = FIELD.parse({ ...kind, label: 'Question', help: 'A hint.', optional: true });

  test('has its name, its label, and says in words that it may be left out', () => {
    const html = String(<FieldInput about={ABOUT} field={field} form={EMPTY_FORM} />);
    expect(html).toContain('name="datum"');
    expect(html).toContain('Question<span class="optional"> (optional)</span>');
    expect(html).not.toMatch(/ (required|checked|selected)\b/);
  });

  test('is tied to its hint and to what is wrong, and can be jumped to from the summary', () => {
    const problems = { datum: 'Please look again.' };
    const html = String(<FieldInput about={ABOUT} field={field} form={{ ...EMPTY_FORM, problems }} />);
    expect(html).toContain('aria-describedby="h-datum p-datum"');
    expect(html).toContain('id="h-datum"');
    expect(html).toContain('<p class="problem" id="p-datum">Please look again.</p>');
    expect(html.match(/id="f-datum"/g)).toHaveLength(1);
    const summary = String(<ProblemSummary problems={problems} labelOf={() => 'Question'} />);
    expect(summary).toContain('<a href="#f-datum">Question</a>: Please look again.');
  });
});

test('what was typed comes back as text, never as a part of the page', () => {
  const typed = { datum: ['"><script>alert(1)</script>'] };
  for (const type of ['text', 'long_text', 'email']) {
    const html = String(<FieldInput about={ABOUT} field={FIELD.parse({ type })} form={{ ...EMPTY_FORM, typed }} />);
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
  }
});

test('nothing is wrong: no summary', () => {
  expect(String(<ProblemSummary problems={{}} labelOf={() => ''} />)).toBe('');
});
