import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  celValueOf,
  FIELD,
  plainValue,
  readAnswers,
  readJsonValues,
  showValue,
  typedValue,
} from '../../../machines/fields/field.ts';

const dollars = FIELD.parse({ type: 'money', currency: 'USD' });
const dinars = FIELD.parse({ type: 'money', currency: 'KWD' });
const yen = FIELD.parse({ type: 'money', currency: 'JPY' });

function typed(text: string, field = dollars) {
  const read = readAnswers([{ key: 'amount', field }], { amount: text }, {});
  return read.ok ? read.value.amount : read.problems[0]?.sentence;
}

function given(json: unknown, field = dollars) {
  const read = readJsonValues([{ key: 'amount', field }], { amount: json });
  return read.ok ? read.value.amount : read.problems[0]?.sentence;
}

describe('an amount of money', () => {
  test.each([
    ['7500', 750000],
    ['7,500', 750000],
    ['7.500', 750000],
    ['7,500.00', 750000],
    ['$7,500.00', 750000],
    ['USD 7,500', 750000],
    ['5.000,00', 500000],
    ['1 234,50', 123450],
    ['1\u202f234,50', 123450],
    ["1'234.50", 123450],
    ['1,234,567.89', 123456789],
    ['1.5', 150],
    ['0.500', 50],
    ['1234.500', 123450],
    ['.5', 50],
    ['0', 0],
  ])('%j is read as %i cents', (text, cents) => expect(typed(text)).toBe(cents));

  test.each([
    ['a lot', 'USD'],
    ['1.2.3', 'digits'],
    ['12 50', 'digits'],
    ['1,23,4', 'digits'],
    ['1e5', 'USD'],
    ['€5', 'USD'],
    ['EUR 5', 'USD'],
    ['1.999', '1,999.00'],
    ['10.005,5005', '2 decimals'],
    ['-5', 'less than nothing'],
    ['9007199254740993', 'too large'],
  ])('%j is refused with a sentence or read as grouped thousands', (text, part) => {
    const answer = typed(text);
    if (typeof answer === 'number') expect(showValue(dollars, answer)).toContain(part);
    else expect(answer).toContain(part);
  });

  test('a number from a program is never read as grouped', () => {
    expect(given(7500)).toBe(750000);
    expect(given(0.29)).toBe(29);
    expect(given(1.125)).toBe('USD has 2 decimals at most.');
    expect(given(1.125, dinars)).toBe(1125);
    expect(given('7,500.00')).toBe(750000);
    expect(given(true)).toContain('amount');
  });

  test('each currency has its own decimals', () => {
    expect(typed('7500', yen)).toBe(7500);
    expect(typed('7.50', yen)).toContain('0 decimals');
    expect(showValue(yen, 7500)).toBe('¥7,500');
    expect(showValue(dollars, 750000)).toBe('$7,500.00');
    expect(plainValue(dollars, 750000)).toBe('7500.00');
  });

  test('the limits are told in the words of the currency', () => {
    const field = FIELD.parse({ type: 'money', currency: 'USD', min: 0.01, max: 100 });
    expect(typed('0', field)).toBe('This must be $0.01 or more.');
    expect(typed('100.01', field)).toBe('This must be $100.00 or less.');
    expect(typed('100', field)).toBe(10000);
  });

  test('any amount shown in a form again, shown to people or told to programs is read back to the cent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 14 }), fc.constantFrom(dollars, dinars, yen), (minor, field) => {
        expect(typed(typedValue(field, minor)[0] ?? '', field)).toBe(minor);
        expect(given(plainValue(field, minor), field)).toBe(minor);
        expect(typed(showValue(field, minor).replace(/^[A-Z]{3}\s/, ''), field)).toBe(minor);
      }),
    );
  });

  test('in conditions every amount is the very number that its digits would be there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (cents) => {
        expect(celValueOf(dollars, cents)).toBe(Number(plainValue(dollars, cents)));
      }),
    );
  });
});
