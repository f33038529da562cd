import { RE2JS } from 're2js';
import { z } from 'zod';
import { LINE } from '../words.ts';
import { cleanLine, cleanText } from './clean.ts';
import { asText, bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

const PATTERN = z
  .string()
  .min(1)
  .max(300)
  .optional()
  .describe('A regular expression (RE2 syntax) that the whole text must match, like [A-Z]{2}[0-9]{6}.');

export const TEXT = z.strictObject({
  type: z.literal('text').describe('text: one line of text.'),
  ...COMMON,
  max: z.int().min(1).max(2000).default(200).describe('How many characters it may have.'),
  pattern: PATTERN,
  pattern_help: LINE.optional().describe('What to say when the text does not match, like "Two letters and six digits."'),
});
export const LONG_TEXT = z.strictObject({
  type: z.literal('long_text').describe('long_text: several lines of text.'),
  ...COMMON,
  max: z.int().min(1).max(100_000).default(20_000).describe('How many characters it may have.'),
});

type Text = z.output<typeof TEXT>;
type LongText = z.output<typeof LONG_TEXT>;

function within(text: string, field: Text | LongText): ReadValue {
  if (text.length > field.max) {
    return bad(`This is ${count(text.length)} characters long; please use ${count(field.max)} at most.`);
  }
  if (field.type === 'long_text' || field.pattern === undefined || text === '' || matches(field.pattern, text)) return good(text);
  return bad(field.pattern_help ?? 'This is not written in the form that is expected.');
}

const patterns = new Map<string, RE2JS | null>();

/**
 * In time linear in the text whatever the pattern is (Cox, "Regular Expression Matching Can Be Simple And Fast", 2007).
 * A pattern that cannot be read refuses nothing; `check` finds it.
 */
function matches(pattern: string, text: string): boolean {
  const known = patterns.get(pattern) ?? (faultInPattern(pattern) === null ? RE2JS.compile(pattern) : null);
  patterns.set(pattern, known);
  return known?.matches(text) ?? true;
}

/** What is wrong with a pattern; null when it can be used. */
export function faultInPattern(pattern: string): string | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function textType<F extends Text | LongText>(clean: (text: string) => string): FieldType<F> {
  return {
    read: (field, [typed = '']) => within(clean(typed), field),
    readJson: (field, json) => (typeof json === 'string' ? within(clean(json), field) : bad('This must be text.')),
    show: (_, value) => asText(value),
    plain: (_, value) => value,
    typed: (_, value) => [asText(value)],
    cel: () => 'string',
    celValue: (_, value) => asText(value),
    celEmpty: '',
  };
}

/** One line of text. */
export const text: FieldType<Text> = textType(cleanLine);
/** Several lines of text. */
export const longText: FieldType<LongText> = textType(cleanText);
