import { z } from 'zod';
import { DURATION_PATTERN } from './calendar.ts';

/** The key of a workflow or a stage's file-like name: `expense-approval`. */
export const WORKFLOW_KEY = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'Use lower-case words joined by hyphens, like expense-approval.');

/** The key of a stage, an actor, a component or a datum: `manager_email`. */
export const KEY = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*$/, 'Use lower-case letters, digits and underscores, like manager_email.')
  .refine((key) => key !== 'constructor', 'This word has another meaning; choose a different key.');

// Words that conditions (CEL), templates (Liquid) or Baton itself read as something else.
const TAKEN =
  'starter starter_name starter_email portal settings secrets end system true false null nil empty blank and or not contains in is as break const continue ' +
  'else for function if import let loop package namespace return var void while with bool bytes double dyn duration int list map ' +
  'null_type string timestamp type uint cel has optional size google forloop tablerowloop today now row given sum ' +
  'days_between days_after mentions lower so_far';

/** Whether conditions, templates or Baton itself read a word as something else than a datum. */
export function isTaken(key: string): boolean {
  return TAKEN.split(' ').includes(key);
}

/** The key of a datum: a `KEY` that means nothing else in conditions and templates. */
export const DATA_KEY = KEY.refine(
  (key) => !isTaken(key),
  'This word has another meaning in conditions and texts; choose a different key.',
);

/** The name of a secret or a setting: `PAYMENTS_TOKEN`. */
export const CAPITALS = z
  .string()
  .max(64)
  .regex(/^[A-Z][A-Z0-9_]*$/, 'Use capital letters, digits and underscores, like PAYMENTS_TOKEN.');

/** A length of time in words: `2 working days`, `36 hours`. */
export const DURATION = z
  .string()
  .regex(DURATION_PATTERN, 'Say a number and a unit: 30 minutes, 36 hours, 1 day, 2 working days, 1 week.');

/** One line of text, at most 200 characters. */
export const LINE = z.string().min(1).max(200);

/**
 * An email address by Baton's own strict grammar, narrower than RFC 5322 on purpose: no quotes, comments or groups,
 * so that no library can read a second recipient into it. Lower-cased and normalised first.
 */
export const EMAIL = z
  .string()
  .transform((text) => text.normalize('NFKC').trim().toLowerCase())
  .pipe(
    z
      .string()
      .max(254)
      .regex(
        /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/,
        'This is not an email address.',
      ),
  );
