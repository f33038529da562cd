import type { JsonRow } from './rows.ts';

/** A row of a form. `own`: the place that it had, null for a new one; `place`: the one that it is to have, null for none named. */
export type EditedRow = { own: number | null; place: number | null; row: JsonRow };

/** A part of a table that was edited: `original` rows behind the first `first` of them give way to `rows`. */
export type EditedPart = { first: number; original: number; rows: EditedRow[] };

/**
 * The whole table after a part of it was edited. Rows that keep their place stay in order; the others are put where they
 * are to be, new ones without a place at the end.
 */
export function arranged(base: readonly JsonRow[], { first, original, rows }: EditedPart): JsonRow[] {
  const stays = ({ own, place }: EditedRow) => own !== null && (place === null || place === own);
  const staying = rows.filter(stays).map(({ row }) => row);
  const table = [...base.slice(0, first), ...staying, ...base.slice(first + original)];
  const moving = rows
    .filter((row) => !stays(row))
    .map(({ place, row }) => ({ place: place ?? Number.POSITIVE_INFINITY, row }))
    .sort((one, other) => (one.place === other.place ? 0 : one.place - other.place));
  for (const { place, row } of moving) table.splice(place === Number.POSITIVE_INFINITY ? table.length : place - 1, 0, row);
  return table;
}
