import { z } from 'zod';
import type { FileReference, Value } from '../values.ts';
import { LINE } from '../words.ts';

/** A value read from outside, or a sentence that tells the person what to write instead. */
export type ReadValue = { ok: true; value: Value } | { ok: false; sentence: string };

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
  /** The type of the value in conditions. */
  cel: 'string' | 'double' | 'bool' | 'list<string>';
  /** The value in conditions; without a value, what an unanswered optional field counts as, if that can be said. */
  celValue(field: F, value: Value): string | number | boolean | string[];
  celEmpty: string | boolean | string[] | null;
};

/** What every field may say about itself, whatever its type. */
export const COMMON = {
  label: LINE.optional(),
  help: z.string().min(1).max(1000).optional(),
  placeholder: LINE.optional(),
  optional: z.boolean().default(false),
};

export const good = (value: Value): ReadValue => ({ ok: true, value });
export const bad = (sentence: string): ReadValue => ({ ok: false, sentence });

/** Text of a value that is text; other values never get into a text field. */
export function asText(value: Value): string {
  return typeof value === 'string' ? value : String(value);
}

/** A file of a value that is one. */
export function asFile(value: Value): FileReference | null {
  return typeof value === 'object' && !Array.isArray(value) ? value : null;
}
