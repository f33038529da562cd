import { z } from 'zod';
import { type FileReference, isFile, type Value } from '../values.ts';
import { LINE } from '../words.ts';

/** A value read from outside, or a sentence that tells the person what to write instead. */
export type ReadValue = { ok: true; value: Value } | { ok: false; sentence: string };

/** How values stand in conditions: plain ones, records of plain ones, and lists of either. */
export type CelType = 'string' | 'double' | 'bool' | 'list<string>' | { record: CelRecord } | { listOf: CelRecord };
export type CelRecord = Record<string, 'string' | 'double' | 'bool' | 'list<string>'>;
export type CelValue = string | number | boolean | string[] | CelRow | CelRow[];
export type CelRow = { [column: string]: CelValue | null };

/** What every type of field must answer. `F` is the field as declared. */
export type FieldType<F> = {
  /** Reads what a person typed; it is not empty. */
  read(field: F, typed: string[]): ReadValue;
  /** Reads what a program gave; it is neither null nor undefined. */
  readJson(field: F, json: unknown): ReadValue;
  /** The value as people read it. */
  show(field: F, value: Value): string;
  /** The value as programs read it. */
  plain(field: F, value: Value): unknown;
  /** What a field shows again when its form is filled in with an earlier answer. */
  typed(field: F, value: Value): string[];
  /** The type of the value in conditions; null for a type that no condition can name. */
  cel(field: F): CelType | null;
  /** The value in conditions; without a value, what an unanswered optional field counts as, if that can be said. */
  celValue(field: F, value: Value): CelValue;
  celEmpty: CelValue | null;
};

/** Where amounts, numbers and moments are read and shown; the definition's own words, put on each field. */
export type Place = { locale?: string; timezone?: string };

/** What every field may say about itself, whatever its type. */
export const COMMON = {
  label: LINE.optional().describe('Its name for people. Without it, the key in words.'),
  help: z.string().min(1).max(1000).optional().describe('A sentence beside the field that says what belongs in it.'),
  placeholder: LINE.optional().describe('A sample in the empty field.'),
  optional: z.boolean().default(false).describe('Whether it may be left empty.'),
  default: z
    .union([z.string().max(2000), z.number(), z.boolean()])
    .optional()
    .describe('What the empty form already holds. A text may name data that was gathered before, like {{ starter.name }}.'),
  show_when: z.string().min(1).max(2000).optional().describe('A condition: only when it holds is this asked at all.'),
  require_when: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe('A condition: when it holds, this must be answered; otherwise it may be left empty.'),
  visible_to: z
    .array(z.string().max(64))
    .min(1)
    .max(20)
    .optional()
    .describe('The actors who may see this. Without it, everybody who acts on the run may.'),
  computed: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe('An expression that gives the value; it is then never asked, and follows the data that it names.'),
};

export const good = (value: Value): ReadValue => ({ ok: true, value });
export const bad = (sentence: string): ReadValue => ({ ok: false, sentence });

/** Text of a value that is text; other values never get into a text field. */
export function asText(value: Value): string {
  return typeof value === 'string' ? value : String(value);
}

/** A list of texts; other values never get into a field of several choices. */
export function asTexts(value: Value): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A file of a value that is one. */
export function asFile(value: Value): FileReference | null {
  return isFile(value) ? value : null;
}
