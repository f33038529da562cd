import { z } from 'zod';
import { instantOf, wallTimeOf } from '../calendar.ts';
import { asText, bad, COMMON, type FieldType, good, type Place, type ReadValue } from './field-type.ts';

export const DATE_TIME = z.strictObject({ type: z.literal('date_time').describe('date_time: a day and a time.'), ...COMMON });

type DateTimeField = z.output<typeof DATE_TIME> & Place;

const WALL_TIME = z.iso.datetime({ local: true, offset: false });
const MOMENT = z.iso.datetime({ offset: true });

/** A moment, asked and shown in the workflow's time zone, kept in UTC. */
export const dateTime: FieldType<DateTimeField> = {
  read: (field, [typed = '']) => wallTime(field, typed.trim()),
  readJson: (field, json) =>
    typeof json === 'string' ? moment(field, json) : bad('This must be a moment like "2026-03-05T09:00".'),
  show: ({ locale, timezone }, value) => `${formatOf(locale, timezone).format(new Date(asText(value)))} (${timezone ?? 'UTC'})`,
  plain: (_, value) => value,
  typed: ({ timezone }, value) => [wallTimeOf(asText(value), timezone ?? 'UTC')],
  cel: () => 'string',
  celValue: (_, value) => asText(value),
  celEmpty: '',
};

function moment(field: DateTimeField, text: string): ReadValue {
  return MOMENT.safeParse(text).success ? good(new Date(text).toISOString()) : wallTime(field, text);
}

function wallTime({ timezone }: DateTimeField, text: string): ReadValue {
  const full = /T\d\d:\d\d$/.test(text) ? `${text}:00` : text;
  if (!WALL_TIME.safeParse(full).success || full.endsWith('Z'))
    return bad('Please give a day and a time, like 2026-03-05 09:00.');
  return good(instantOf(full, timezone ?? 'UTC'));
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale = 'en-GB', timeZone = 'UTC'): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone });
  formats.set(key, known);
  return known;
}
