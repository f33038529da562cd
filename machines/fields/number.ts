import { z } from 'zod';
import type { Value } from '../values.ts';
import { decimalSeparatorOf, type LoneSeparators, numberFormat, parseDecimal } from './decimal.ts';
import { bad, COMMON, type FieldType, good, type Place, type ReadValue } from './field-type.ts';

export const NUMBER = z.strictObject({
  type: z.literal('number').describe('number: a number.'),
  ...COMMON,
  min: z.number().optional().describe('The smallest number that is taken.'),
  max: z.number().optional().describe('The largest number that is taken.'),
  decimals: z.int().min(0).max(10).optional().describe('How many decimals are taken and shown; 0 asks for a whole number.'),
});

type NumberField = z.output<typeof NUMBER> & Place;

/** A number. */
export const number: FieldType<NumberField> = {
  read(field, [typed = '']) {
    const decimal = parseDecimal(typed, loneSeparators(field));
    if (!decimal.ok) return bad(decimal.sentence);
    return within(field, Number(`${decimal.negative ? '-' : ''}${decimal.whole}.${decimal.fraction || '0'}`));
  },
  readJson: (field, json) => (typeof json === 'number' ? within(field, json) : bad('This must be a number.')),
  show: ({ decimals, locale }, value) =>
    numberFormat(locale, { minimumFractionDigits: decimals ?? 0, maximumFractionDigits: decimals ?? 10 }).format(asNumber(value)),
  plain: (_, value) => value,
  typed: ({ locale }, value) => [numberFormat(locale, { useGrouping: false, maximumFractionDigits: 20 }).format(asNumber(value))],
  cel: () => 'double',
  celValue: (_, value) => asNumber(value),
  celEmpty: null,
};

/** `1.500` is one and a half in English and fifteen hundred in German, `1,500` the other way round. */
function loneSeparators({ decimals, locale }: NumberField): LoneSeparators {
  if (decimals === 0) return 'group';
  return decimalSeparatorOf(locale) === ',' ? 'comma is decimal' : 'dot is decimal';
}

function within({ min, max, decimals }: NumberField, n: number): ReadValue {
  if (!Number.isFinite(n) || Math.abs(n) > Number.MAX_SAFE_INTEGER) return bad('This number is too large.');
  if (min !== undefined && n < min) return bad(`This must be ${min} or more.`);
  if (max !== undefined && n > max) return bad(`This must be ${max} or less.`);
  if (decimals !== undefined && Number(n.toFixed(decimals)) !== n) {
    return bad(
      decimals === 0
        ? 'This must be a whole number.'
        : `Please use ${decimals} ${decimals === 1 ? 'decimal' : 'decimals'} at most.`,
    );
  }
  return good(n);
}

function asNumber(value: Value): number {
  return typeof value === 'number' ? value : Number.NaN;
}
