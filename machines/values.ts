/** A moment as ISO 8601 in UTC with milliseconds, e.g. `2026-03-02T09:00:00.000Z`. Sorts as text. */
export type Instant = string;

/** Somebody Baton can write to. The address is lower-cased. */
export type Person = { email: string; name: string | null };

/** A file kept by the portal; its bytes live in the `files` table under `id`. */
export type FileReference = {
  id: string;
  name: string;
  type: string;
  size: number;
  sha256: string;
};

/** One row of a list: a value for each column that was filled in. */
export type Row = { [column: string]: Value };

/** Any JSON, in a box so that it is never taken for a value of another type. */
export type Json = { json: unknown };

/**
 * What a field holds once it has been read: text for text-like fields, choices, dates and addresses; a number;
 * whole minor units for money (750000 is 7,500.00); a truth value; a list of options; files, people and rows; or JSON.
 */
export type Value = string | number | boolean | string[] | FileReference | FileReference[] | Person | Person[] | Row[] | Json;

/** Where a value came from. */
export type Origin = {
  from: 'trigger' | 'answer' | 'effect' | 'event' | 'table' | 'rule' | 'sub_workflow';
  /** An email address for people, the component's id for effects, tables and rules, the name of the schedule or API key else. */
  by: string;
  /** The stage in which it was gathered; null when the run began with it. */
  stage: string | null;
  at: Instant;
};

/** A value with its origin. */
export type Gathered = { value: Value; origin: Origin };

/** All facts that a run has gathered so far, by key of the declared data. */
export type Facts = Record<string, Gathered>;

/** One fact made ready for a person to read. `file` is set when it can be downloaded. */
export type ShownFact = { key: string; label: string; text: string; file: FileReference | null };

/** Something wrong with one field, in a sentence for the person who typed it. */
export type Problem = { field: string; sentence: string };

/** Something read from outside: the value, or everything that is wrong with it. */
export type Read<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };

/** True for a file as opposed to any other value. */
export function isFile(value: unknown): value is FileReference {
  return typeof value === 'object' && value !== null && 'sha256' in value && 'id' in value;
}

/**
 * True for a person as opposed to any other single value. A row of a list whose columns are just these two looks the same:
 * of lists the field says what they hold.
 */
export function isPerson(value: unknown): value is Person {
  return typeof value === 'object' && value !== null && 'email' in value && 'name' in value && Object.keys(value).length === 2;
}

/** True for any JSON in its box. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && 'json' in value && Object.keys(value).length === 1;
}

/** The rows of a list; none for any other value but people, whom the field tells apart. */
export function rowsIn(value: Value | undefined): Row[] {
  return Array.isArray(value) ? value.filter(isRow) : [];
}

function isRow(item: string | FileReference | Person | Row): item is Row {
  return typeof item === 'object' && !isFile(item);
}

/** Every file in a value: itself, those of a list, those in its rows. */
export function filesIn(value: Value): FileReference[] {
  if (isFile(value)) return [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => {
    if (isFile(item)) return [item];
    return typeof item === 'string' || isPerson(item) ? [] : Object.values(item).flatMap(filesIn);
  });
}

/** The people in a value: itself, or those of a list. */
export function peopleIn(value: Value): Person[] {
  if (isPerson(value)) return [value];
  return Array.isArray(value) ? value.filter(isPerson) : [];
}

/**
 * The n-th id of a step. The shell gives each event one fresh UUIDv7 whose last 16 bits are zero; everything that
 * the step creates is numbered in those bits, so a replay makes the same ids.
 */
export function nthId(fresh: string, n: number): string {
  if (n < 0 || n > 0xffff) throw new RangeError(`A step may create 65,536 things at most, not ${n}.`);
  return fresh.slice(0, -4) + n.toString(16).padStart(4, '0');
}
