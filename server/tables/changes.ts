import { diffArrays } from 'diff';
import type { JsonRow } from './rows.ts';

/** How one table differs from another, row by row. `place` counts from one: in the new table, of what is gone in the old. */
export type RowChange =
  | { is: 'added'; place: number; row: JsonRow }
  | { is: 'altered'; place: number; before: JsonRow; row: JsonRow }
  | { is: 'removed'; place: number; row: JsonRow };

/** Rows `start` to `end` (not included) of the old table give way to `rows`. */
type Hunk = { start: number; end: number; rows: JsonRow[] };

// Two long tables that share nothing take seconds to compare; after this every row between them counts as changed.
const LONGEST_MS = 200;

/** What changed from one table to another. Rows are compared in the form of `tidyRow`. */
export function changesBetween(before: readonly JsonRow[], after: readonly JsonRow[]): RowChange[] {
  let moved = 0;
  return hunksBetween(before, after).map(({ start, end, rows: [row] }) => {
    const old = before[start];
    const place = start + moved + 1;
    if (row === undefined) {
      moved -= 1;
      return { is: 'removed', place: start + 1, row: old ?? {} };
    }
    if (end === start) {
      moved += 1;
      return { is: 'added', place, row };
    }
    return { is: 'altered', place, before: old ?? {}, row };
  });
}

/** Both changes of a table brought together. Where both touched the same row, yours counts. */
export function mergedRows(base: readonly JsonRow[], theirs: readonly JsonRow[], yours: readonly JsonRow[]): JsonRow[] {
  const mine = hunksBetween(base, yours);
  const others = hunksBetween(base, theirs).filter((hunk) => !mine.some((one) => touches(hunk, one)));
  // Stable: of rows added at the same place, theirs come first; rows are added before the one that stands there.
  const all = [...others, ...mine].sort((one, other) => one.start - other.start || one.end - other.end);
  const rows: JsonRow[] = [];
  let at = 0;
  for (const hunk of all) {
    rows.push(...base.slice(at, hunk.start), ...hunk.rows);
    at = hunk.end;
  }
  return [...rows, ...base.slice(at)];
}

/** Where two tables differ: how many rows at the beginning and at the end they share. */
export function sharedEnds(before: readonly JsonRow[], after: readonly JsonRow[]): { first: number; last: number } {
  const [old, young] = [before.map(keyOf), after.map(keyOf)];
  const most = Math.min(old.length, young.length);
  let first = 0;
  while (first < most && old[first] === young[first]) first += 1;
  let last = 0;
  while (last < most - first && old.at(-1 - last) === young.at(-1 - last)) last += 1;
  return { first, last };
}

/** Each hunk replaces one row, takes one out or puts one in: of a longer change, rows face each other as far as they go. */
function hunksBetween(before: readonly JsonRow[], after: readonly JsonRow[]): Hunk[] {
  const { first, last } = sharedEnds(before, after);
  const old = before.slice(first, before.length - last);
  const young = after.slice(first, after.length - last);
  if (old.length === 0 || young.length === 0) return paired({ start: first, end: first + old.length, rows: young });
  const parts = diffArrays(old.map(keyOf), young.map(keyOf), { timeout: LONGEST_MS });
  if (parts === undefined) return paired({ start: first, end: first + old.length, rows: young });
  const hunks: Hunk[] = [];
  let open: Hunk | null = null;
  let [at, taken] = [first, 0];
  for (const { added, removed, value } of parts) {
    if (!added && !removed) {
      if (open !== null) hunks.push(open);
      open = null;
      at += value.length;
      taken += value.length;
      continue;
    }
    open ??= { start: at, end: at, rows: [] };
    if (removed) {
      at += value.length;
      open.end = at;
    } else {
      open.rows.push(...young.slice(taken, taken + value.length));
      taken += value.length;
    }
  }
  if (open !== null) hunks.push(open);
  return hunks.flatMap(paired);
}

function paired({ start, end, rows }: Hunk): Hunk[] {
  const facing = Math.min(end - start, rows.length);
  const one = (n: number): Hunk => ({ start: start + n, end: start + n + 1, rows: rows.slice(n, n + 1) });
  const replaced = Array.from({ length: facing }, (_, n) => one(n));
  const gone = Array.from({ length: end - start - facing }, (_, n) => ({ ...one(facing + n), rows: [] }));
  const added = rows.slice(facing).map((row) => ({ start: end, end, rows: [row] }));
  return [...replaced, ...gone, ...added];
}

/** Rows put in between touch nothing, unless both put in the same. */
function touches(one: Hunk, other: Hunk): boolean {
  if (one.start === other.start && one.end === other.end && JSON.stringify(one.rows) === JSON.stringify(other.rows)) return true;
  return one.start < one.end && other.start < other.end && one.start < other.end && other.start < one.end;
}

function keyOf(row: JsonRow): string {
  return JSON.stringify(row);
}
