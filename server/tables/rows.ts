import type { Table } from '../../machines/definition.ts';
import {
  FIELD,
  type KeyedField,
  plainValue,
  readAnswers,
  readJson,
  readJsonValues,
  showValue,
  typedValue,
} from '../../machines/fields/field.ts';
import type { Read, Value } from '../../machines/values.ts';

/** A row as a workflow's file writes it and as revisions keep it: a value for each column, and `from` and `until`. */
export type JsonRow = Record<string, unknown>;

/** Something wrong with one cell. `row` counts from one. */
export type CellProblem = { row: number; column: string; sentence: string };

/** Rows read from outside, or what is wrong with which cell. */
export type ReadRows = { ok: true; rows: JsonRow[] } | { ok: false; problems: CellProblem[] };

export const MOST_ROWS = 10_000;
export const TOO_MANY_ROWS = 'A table has 10,000 rows at most.';

/** The days between which a row counts, asked like columns. */
export const DATES: KeyedField[] = [
  { key: 'from', field: FIELD.parse({ type: 'date', label: 'Counts from', optional: true }) },
  { key: 'until', field: FIELD.parse({ type: 'date', label: 'Counts until', optional: true }) },
];

/** The columns of a table, with the two dates of each row behind them. */
export function columnsOf({ columns }: Table): KeyedField[] {
  return [...Object.entries(columns).map(([key, field]) => ({ key, field })), ...DATES];
}

/** Reads a row that a person typed, cell by cell. */
export function readTypedRow(table: Table, typed: Record<string, string[]>): Read<JsonRow> {
  return checked(table, readAnswers(columnsOf(table), typed, {}));
}

/** Reads a row that a program or a revision gives, cell by cell. */
export function readJsonRow(table: Table, row: JsonRow): Read<JsonRow> {
  const columns = columnsOf(table);
  const unknown = Object.keys(row).filter((name) => !columns.some(({ key }) => key === name));
  const given = Object.fromEntries(Object.entries(row).filter(([name, cell]) => !unknown.includes(name) && cell !== ''));
  const read = checked(table, readJsonValues(columns, given));
  if (unknown.length === 0) return read;
  const problems = unknown.map((field) => ({ field, sentence: `This table has no column "${field}".` }));
  return { ok: false, problems: [...(read.ok ? [] : read.problems), ...problems] };
}

/** Reads many rows, and tells every cell that is wrong. */
export function readRows<T>(given: readonly T[], readOne: (row: T) => Read<JsonRow>): ReadRows {
  const reads = given.map(readOne);
  const problems = reads.flatMap((read, index) =>
    read.ok ? [] : read.problems.map(({ field, sentence }) => ({ row: index + 1, column: field, sentence })),
  );
  return problems.length === 0
    ? { ok: true, rows: reads.flatMap((read) => (read.ok ? [read.value] : [])) }
    : { ok: false, problems };
}

/** A row in the form in which rows are compared and kept. A cell that does not fit its column any more stays as it is. */
export function tidyRow(table: Table, row: JsonRow): JsonRow {
  return inOrder(table, (key, field) => {
    const cell = Object.hasOwn(row, key) ? row[key] : undefined;
    if (cell === undefined || cell === null || cell === '') return undefined;
    const read = readJson(field, cell, key);
    return read.ok ? kept(field, read.value) : cell;
  });
}

/** What a form shows of a row: the texts of each cell. */
export function typedRow(table: Table, row: JsonRow): Record<string, string[]> {
  return Object.fromEntries(
    columnsOf(table).map(({ key, field }) => {
      const read = readJson(field, row[key], key);
      return [key, read.ok ? typedValue(field, read.value) : rawText(row[key])];
    }),
  );
}

/** What people read of a row: the text of each cell, by column; empty where there is none. */
export function shownRow(table: Table, row: JsonRow): Record<string, string> {
  return Object.fromEntries(
    columnsOf(table).map(({ key, field }) => {
      const read = readJson(field, row[key], key);
      return [key, read.ok ? showValue(field, read.value) : rawText(row[key]).join('')];
    }),
  );
}

function rawText(cell: unknown): string[] {
  if (cell === undefined || cell === null) return [];
  return [typeof cell === 'string' ? cell : JSON.stringify(cell)];
}

function checked(table: Table, read: Read<Record<string, Value>>): Read<JsonRow> {
  if (!read.ok) return read;
  const { from, until } = read.value;
  if (typeof from === 'string' && typeof until === 'string' && until < from)
    return { ok: false, problems: [{ field: 'until', sentence: 'This day lies before the one from which the row counts.' }] };
  const value = inOrder(table, (key, field) => {
    const cell = read.value[key];
    return cell === undefined ? undefined : kept(field, cell);
  });
  return { ok: true, value };
}

function inOrder(table: Table, cellOf: (key: string, field: KeyedField['field']) => unknown): JsonRow {
  return Object.fromEntries(
    columnsOf(table).flatMap(({ key, field }) => {
      const cell = cellOf(key, field);
      return cell === undefined ? [] : [[key, cell]];
    }),
  );
}

/** As programs read it, but an amount as a number: only of a number is it certain, in every language, what its dot means. */
function kept(field: KeyedField['field'], value: Value): unknown {
  const plain = plainValue(field, value);
  return field.type === 'money' ? Number(plain) : plain;
}
