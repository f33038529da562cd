import { z } from 'zod';
import { cleanLine, cleanText } from './clean.ts';
import { asText, bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

export const TEXT = z.strictObject({ type: z.literal('text'), ...COMMON, max: z.int().min(1).max(2000).default(200) });
export const LONG_TEXT = z.strictObject({
  type: z.literal('long_text'),
  ...COMMON,
  max: z.int().min(1).max(100_000).default(20_000),
});

type Text = z.output<typeof TEXT>;
type LongText = z.output<typeof LONG_TEXT>;

function within(text: string, max: number): ReadValue {
  if (text.length <= max) return good(text);
  return bad(`This is ${count(text.length)} characters long; please use ${count(max)} at most.`);
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function textType<F extends Text | LongText>(clean: (text: string) => string): FieldType<F> {
  return {
    read: (field, [typed = '']) => within(clean(typed), field.max),
    readJson: (field, json) => (typeof json === 'string' ? within(clean(json), field.max) : bad('This must be text.')),
    show: (_, value) => asText(value),
    plain: (_, value) => value,
    typed: (_, value) => [asText(value)],
    cel: 'string',
    celValue: (_, value) => asText(value),
    celEmpty: '',
  };
}

/** One line of text. */
export const text: FieldType<Text> = textType(cleanLine);
/** Several lines of text. */
export const longText: FieldType<LongText> = textType(cleanText);
