import { z } from 'zod';
import { asText, bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

export const DATE = z.strictObject({ type: z.literal('date'), ...COMMON });

type DateField = z.output<typeof DATE>;

const DAY = z.iso.date();

/** A day, kept as `2026-03-05`. */
export const date: FieldType<DateField> = {
  read: (_, [typed = '']) => day(typed.trim()),
  readJson: (_, json) => (typeof json === 'string' ? day(json) : bad('This must be a date like "2026-03-05".')),
  show: (_, value) => new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(asText(value))),
  plain: (_, value) => value,
  typed: (_, value) => [asText(value)],
  cel: 'string',
  celValue: (_, value) => asText(value),
  celEmpty: '',
};

function day(text: string): ReadValue {
  return DAY.safeParse(text).success ? good(text) : bad('Please give a date that exists, like 2026-03-05.');
}
