import { z } from 'zod';
import type { Value } from '../values.ts';
import { decimalSeparatorOf, type LoneSeparators, numberFormat, parseDecimal } from './decimal.ts';
import { bad, COMMON, type FieldType, good, type Place, type ReadValue } from './field-type.ts';

export const MONEY = z.strictObject({
  type: z.literal('money').describe('money: an amount in one currency.'),
  ...COMMON,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'A currency is three capitals, like USD or EUR.')
    .describe('Its ISO 4217 code, like USD or EUR.'),
  min: z
    .number()
    .optional()
    .describe('The smallest amount that is taken, in whole units like 0.01. Without it, nothing below zero.'),
  max: z.number().optional().describe('The largest amount that is taken, in whole units.'),
});

type Money = z.output<typeof MONEY> & Place;

/** An amount of money, kept in whole minor units: 7,500.00 dollars are 750000. */
export const money: FieldType<Money> = {
  read: (field, [typed = '']) => fromText(field, typed),
  readJson(field, json) {
    // A dot in a program's number is never there to group.
    if (typeof json === 'number' && Number.isFinite(json)) return fromText(field, String(json), 'dot is decimal');
    return typeof json === 'string' ? fromText(field, json) : bad('This must be an amount: 7500 or "7,500.00".');
  },
  show: (field, value) => formatter(field).format(majorUnits(field, value)),
  plain: (field, value) => majorUnits(field, value).toFixed(exponentOf(field.currency)),
  typed: (field, value) => [formatter(field, 'decimal').format(majorUnits(field, value))],
  cel: () => 'double',
  // A division rounds correctly, so that 500001 minor units are the very double that "5000.01" in a condition is.
  celValue: majorUnits,
  celEmpty: null,
};

function fromText(field: Money, typed: string, lone?: LoneSeparators): ReadValue {
  const exponent = exponentOf(field.currency);
  const amount = withoutCurrency(field, typed);
  if (/\p{L}|\p{Sc}/u.test(amount)) return bad(`Please give the amount in ${field.currency}, in digits, like 1,234.50.`);
  const decimal = parseDecimal(amount, lone ?? loneSeparators(field, exponent));
  if (!decimal.ok) return bad(decimal.sentence);
  const fraction = decimal.fraction.replace(/0+$/, '');
  if (fraction.length > exponent) return bad(`${field.currency} has ${exponent} decimals at most.`);
  const minor = Number(decimal.whole + fraction.padEnd(exponent, '0')) * (decimal.negative ? -1 : 1);
  if (!Number.isSafeInteger(minor)) return bad('This amount is too large.');
  return within(field, minor === 0 ? 0 : minor);
}

function loneSeparators({ locale }: Money, exponent: number): LoneSeparators {
  if (exponent <= 2) return 'group';
  return decimalSeparatorOf(locale) === ',' ? 'comma is decimal' : 'dot is decimal';
}

/** The field's own code or sign may stand around the amount; another currency is left in, and then refused. */
function withoutCurrency({ currency }: Money, typed: string): string {
  return typed.replace(typed.includes(currency) ? currency : signOf(currency), '');
}

const signs = new Map<string, string>();

function signOf(currency: string): string {
  const known = signs.get(currency);
  if (known !== undefined) return known;
  const parts = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(0);
  const sign = parts.find(({ type }) => type === 'currency')?.value ?? currency;
  signs.set(currency, sign);
  return sign;
}

function within(field: Money, minor: number): ReadValue {
  const { min, max } = field;
  const major = majorUnits(field, minor);
  if (min !== undefined && major < min) return bad(`This must be ${formatter(field).format(min)} or more.`);
  if (min === undefined && major < 0) return bad('This cannot be less than nothing.');
  if (max !== undefined && major > max) return bad(`This must be ${formatter(field).format(max)} or less.`);
  return good(minor);
}

function majorUnits({ currency }: Money, minor: Value): number {
  return (typeof minor === 'number' ? minor : Number.NaN) / 10 ** exponentOf(currency);
}

const formatters = new WeakMap<Money, Intl.NumberFormat>();

/** The format of a field with its currency, found once for each field: every step shows amounts. */
function formatter(field: Money, style: 'currency' | 'decimal' = 'currency'): Intl.NumberFormat {
  const { currency, locale } = field;
  if (style === 'currency') {
    const known = formatters.get(field) ?? numberFormat(locale, { style, currency });
    formatters.set(field, known);
    return known;
  }
  const digits = exponentOf(currency);
  return numberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const exponents = new Map<string, number>();

/** How many decimals a currency has: two for USD, none for JPY, three for KWD. */
export function exponentOf(currency: string): number {
  const known =
    exponents.get(currency) ??
    new Intl.NumberFormat('en-US', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
    2;
  exponents.set(currency, known);
  return known;
}
