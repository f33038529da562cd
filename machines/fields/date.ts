import { z } from 'zod';
import { asText, bad, COMMON, type FieldType, good, type Place, type ReadValue } from './field-type.ts';

export const DATE = z.strictObject({ type: z.literal('date').describe('date: a day.'), ...COMMON });

type DateField = z.output<typeof DATE> & Place;

const DAY = z.iso.date();

/** A day, kept as `2026-03-05`. */
export const date: FieldType<DateField> = {
  read: (_, [typed = '']) => day(typed.trim()),
  readJson: (_, json) => (typeof json === 'string' ? day(json) : bad('This must be a date like "2026-03-05".')),
  show: ({ locale }, value) => dayFormat(locale).format(new Date(asText(value))),
  plain: (_, value) => value,
  typed: (_, value) => [asText(value)],
  cel: () => 'string',
  celValue: (_, value) => asText(value),
  celEmpty: '',
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** Days are the same everywhere, so they are shown without a time zone. Day before month, unless a locale says otherwise. */
function dayFormat(locale = 'en-GB'): Intl.DateTimeFormat {
  const known = formats.get(locale) ?? new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  formats.set(locale, known);
  return known;
}

function day(text: string): ReadValue {
  return DAY.safeParse(text).success ? good(text) : bad('Please give a date that exists, like 2026-03-05.');
}
