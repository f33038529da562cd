import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIELD,
  type Field,
  plainValue,
  readAnswers,
  readJson,
  readJsonValues,
  showValue,
  typedValue,
} from '../../../machines/fields/field.ts';
import type { FileReference } from '../../../machines/values.ts';

const field = (declared: object): Field => FIELD.parse(declared);
const OPTIONS = { approve: 'Approve', reject: 'Reject' };

function typed(one: Field, text: string | string[] | undefined) {
  const read = readAnswers([{ key: 'it', field: one }], { it: text }, {});
  return read.ok ? read.value.it : read.problems[0]?.sentence;
}

const RECEIPT: FileReference = { id: 'f1', name: 'receipt.pdf', type: 'application/pdf', size: 10, sha256: 'ab' };

describe('what a person types', () => {
  test('an optional field left empty is missing from the answers', () => {
    const read = readAnswers([{ key: 'it', field: field({ type: 'text', optional: true }) }], { it: ' \n ' }, {});
    expect(read).toEqual({ ok: true, value: {} });
  });

  test('every field that is missing is named at once', () => {
    const fields = ['a', 'b'].map((key) => ({ key, field: field({ type: 'text' }) }));
    const read = readAnswers(fields, { c: 'not asked for' }, {});
    expect(read.ok ? [] : read.problems.map((problem) => problem.field)).toEqual(['a', 'b']);
  });

  test('a text that is too long is told its length and the limit', () => {
    expect(typed(field({ type: 'text' }), 'x'.repeat(201))).toBe('This is 201 characters long; please use 200 at most.');
    expect(typed(field({ type: 'long_text', max: 5 }), 'abcdef')).toContain('5 at most');
    expect(typed(field({ type: 'text' }), 'x'.repeat(200))).toHaveLength(200);
  });

  test('one line of text stays one line, and cannot turn its direction', () => {
    expect(typed(field({ type: 'text' }), ' a\r\nb\tc \u202egpj.exe')).toBe('a b c gpj.exe');
  });

  test('several lines keep their lines', () => {
    expect(typed(field({ type: 'long_text' }), 'a\r\n\r\nb')).toBe('a\n\nb');
  });

  test('any text in any text field is refused with a sentence or stored without control characters', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
    const types = ['text', 'long_text', 'email', 'phone', 'url', 'date', 'number'].map((type) => field({ type }));
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom(...types), (text, one) => {
        const read = readAnswers([{ key: 'it', field: one }], { it: text }, {});
        if (!read.ok) {
          expect(read.problems[0]?.sentence).toMatch(/^[A-Z].*[.]$/);
          return;
        }
        const stored = String(read.value.it);
        expect(stored).not.toMatch(controls);
        expect(stored.isWellFormed()).toBe(true);
        if (one.type !== 'long_text') expect(stored).not.toMatch(/[\n\t\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['5 March 2026', '2026-03-05'],
    ['29 February 2028', '2028-02-29'],
  ])('%s is a date', (shown, text) => {
    const date = field({ type: 'date' });
    expect(typed(date, text)).toBe(text);
    expect(showValue(date, text)).toBe(shown);
  });

  test.each(['2026-02-30', '2026-13-01', '05.03.2026', '2026-3-5', 'tomorrow'])('%s is no date', (text) => {
    expect(typed(field({ type: 'date' }), text)).toBe('Please give a date that exists, like 2026-03-05.');
  });

  test('an address is lower-cased, and only one fits', () => {
    const email = field({ type: 'email' });
    expect(typed(email, ' Max@Example.COM ')).toBe('max@example.com');
    for (const text of ['max', 'a@b.co,c@d.co', 'Max <a@b.co>', 'a@b.co\nbcc:c@d.co', '"a b"@c.co'])
      expect(typed(email, text)).toContain('one email address');
  });

  test('only http and https are web addresses', () => {
    const url = field({ type: 'url' });
    expect(typed(url, 'https://example.com/a?b')).toBe('https://example.com/a?b');
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'example.com', 'file:///etc/passwd'])
      expect(typed(url, text)).toContain('web address');
  });

  test('only declared options can be chosen', () => {
    const choice = field({ type: 'choice', options: OPTIONS });
    expect(typed(choice, 'approve')).toBe('approve');
    expect(showValue(choice, 'approve')).toBe('Approve');
    for (const text of ['Approve', 'constructor', 'toString', '__proto__']) expect(typed(choice, text)).toContain('choose one');
  });

  test('several options are kept in the order in which they are declared', () => {
    const choices = field({ type: 'choices', options: OPTIONS });
    expect(typed(choices, ['reject', 'approve', 'reject'])).toEqual(['approve', 'reject']);
    expect(showValue(choices, ['approve', 'reject'])).toBe('Approve, Reject');
    expect(typed(choices, ['approve', 'delete'])).toContain('choose among');
  });

  test('yes is yes and nothing else', () => {
    const yesNo = field({ type: 'yes_no' });
    expect([typed(yesNo, 'yes'), typed(yesNo, 'no')]).toEqual([true, false]);
    expect(typed(yesNo, 'true')).toContain('yes or no');
  });

  test('a number keeps its limits and its decimals', () => {
    const number = field({ type: 'number', min: 1, max: 10, decimals: 0 });
    expect(typed(number, '3')).toBe(3);
    expect(typed(number, '3.5')).toContain('whole number');
    expect(typed(number, '11')).toBe('This must be 10 or less.');
    expect(typed(field({ type: 'number' }), '1.125')).toBe(1.125);
    expect(typed(field({ type: 'number' }), '1,125')).toBe(1125);
  });

  test('any number shown in a form again is read back the same', () => {
    const number = field({ type: 'number' });
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((n) => Math.round(n * 1e6) / 1e6 + 0),
        (n) => {
          expect(typed(number, typedValue(number, n)[0])).toBe(n);
        },
      ),
    );
  });

  test('a file is what was kept, and is told to programs without its fingerprint', () => {
    const file = field({ type: 'file' });
    expect(readAnswers([{ key: 'it', field: file }], { it: 'x.pdf' }, {})).toEqual({
      ok: false,
      problems: [{ field: 'it', sentence: 'Please choose a file.' }],
    });
    expect(readAnswers([{ key: 'it', field: file }], {}, { it: RECEIPT })).toEqual({ ok: true, value: { it: RECEIPT } });
    expect(showValue(file, RECEIPT)).toBe('receipt.pdf');
    expect(plainValue(file, RECEIPT)).toEqual({ id: 'f1', name: 'receipt.pdf', type: 'application/pdf', size: 10 });
  });
});

describe('what a program gives', () => {
  test('a key that is not declared is a problem', () => {
    const read = readJsonValues([{ key: 'it', field: field({ type: 'text', optional: true }) }], { other: 1, constructor: 2 });
    expect(read.ok ? [] : read.problems.map((problem) => problem.field)).toEqual(['other', 'constructor']);
  });

  test.each([
    [{ type: 'number' }, '3'],
    [{ type: 'text' }, 3],
    [{ type: 'yes_no' }, 'yes'],
    [{ type: 'choice', options: OPTIONS }, ['approve']],
    [{ type: 'choices', options: OPTIONS }, 'approve'],
    [{ type: 'date' }, 20260305],
    [{ type: 'email' }, {}],
    [{ type: 'file' }, { id: 'f1' }],
    [{ type: 'number' }, null],
  ])('%j refuses %j', (declared, json) => expect(readJson(field(declared), json, 'it').ok).toBe(false));

  test('anything that is told to programs can be given back by them', () => {
    const cases: [Field, string | number | boolean | string[]][] = [
      [field({ type: 'text' }), 'a'],
      [field({ type: 'number' }), 1.125],
      [field({ type: 'yes_no' }), false],
      [field({ type: 'choices', options: OPTIONS }), ['approve']],
      [field({ type: 'date' }), '2026-03-05'],
    ];
    for (const [one, value] of cases) expect(readJson(one, plainValue(one, value), 'it')).toEqual({ ok: true, value });
  });
});
