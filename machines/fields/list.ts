import { z } from 'zod';
import { type Row, rowsIn, type Value } from '../values.ts';
import { DATA_KEY, LINE } from '../words.ts';
import { bad, type CelRecord, type CelRow, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';
import { boundScalar, SCALAR, type Scalar } from './scalar.ts';

const COLUMNS = z
  .record(DATA_KEY, SCALAR)
  .refine((columns) => Object.keys(columns).length >= 1 && Object.keys(columns).length <= 20, 'Give between 1 and 20 columns.')
  .describe('What each row holds: a key, and a field of any type but lists, people and JSON.');

export const LIST = z.strictObject({
  type: z.literal('list').describe('list: rows with columns, such as the lines of an invoice.'),
  ...COMMON,
  of: COLUMNS,
  min: z.int().min(0).max(500).default(1).describe('How many rows there must be.'),
  max: z.int().min(1).max(500).default(50).describe('How many rows there may be.'),
  item: LINE.optional().describe('What one row is called, like "Line".'),
});

export type ListField = z.output<typeof LIST>;

/** Rows, such as the lines of an invoice. Forms read them cell by cell (machines/questions/read.ts). */
export const list: FieldType<ListField> = {
  read: () => bad('Please fill in the rows.'),
  readJson: (field, json) => {
    const rows = z.array(z.record(z.string(), z.unknown())).max(500).safeParse(json);
    if (!rows.success) return bad('This must be a list of rows, each a map from column to value.');
    return counted(
      field,
      rows.data.map((row) => rowFromJson(field.of, row)),
    );
  },
  show(field, value) {
    const rows = rowsIn(value);
    const lines = rows.slice(0, MOST_SHOWN).map((row, index) => `${index + 1}. ${showRow(field.of, row)}`);
    return [...lines, ...(rows.length > MOST_SHOWN ? [`… and ${rows.length - MOST_SHOWN} more`] : [])].join('\n');
  },
  plain: (field, value) => rowsIn(value).map((row) => plainRow(field.of, row)),
  typed: () => [],
  cel: (field) => ({ listOf: recordOf(field.of) }),
  celValue: (field, value) => rowsIn(value).map((row) => celRow(field.of, row)),
  celEmpty: [],
};

/** Nobody reads more lines than this in one text; the table of the children has them all. */
const MOST_SHOWN = 500;

/** A row that was read, or what is wrong with it. */
export type ReadRow = { ok: true; row: Row } | { ok: false; sentence: string };

/** Rows against how many there must and may be. The first fault is told with its row. */
export function counted({ min, max, item }: ListField, rows: ReadRow[]): ReadValue {
  const name = (item ?? 'row').toLowerCase();
  const read = rows.flatMap((row) => (row.ok ? [row.row] : []));
  const faulty = rows.findIndex(({ ok }) => !ok);
  const fault = rows[faulty];
  if (fault !== undefined && !fault.ok) return bad(`In row ${faulty + 1}: ${fault.sentence}`);
  if (read.length < min) return bad(`Please give ${min} ${name}${min === 1 ? '' : 's'} at least.`);
  return read.length > max ? bad(`Please give ${max} ${name}${max === 1 ? '' : 's'} at most.`) : good(read);
}

function rowFromJson(columns: Record<string, Scalar>, given: Record<string, unknown>): ReadRow {
  const row: Row = {};
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(columns, key));
  if (unknown !== undefined) return { ok: false, sentence: `there is no column "${unknown}".` };
  for (const [key, column] of Object.entries(columns)) {
    const json = Object.hasOwn(given, key) ? given[key] : undefined;
    if (json === undefined || json === null || json === '') {
      if (!column.optional) return { ok: false, sentence: `${key} is missing.` };
      continue;
    }
    const read = boundScalar(column).readJson(json);
    if (!read.ok) return { ok: false, sentence: `${key}: ${read.sentence}` };
    row[key] = read.value;
  }
  return { ok: true, row };
}

/** A row in one line: `Item: Chair, Amount: $40.00`. */
export function showRow(columns: Record<string, Scalar>, row: Row): string {
  return Object.entries(columns)
    .flatMap(([key, column]) => {
      const value = row[key];
      return value === undefined ? [] : [`${column.label ?? key.replaceAll('_', ' ')}: ${boundScalar(column).show(value)}`];
    })
    .join(', ');
}

/** What a form shows again of a row, by column. Files are not among it. */
export function typedRow(columns: Record<string, Scalar>, row: Row): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(columns).flatMap(([key, column]) => {
      const value = row[key];
      return value === undefined || column.type === 'file' ? [] : [[key, boundScalar(column).typed(value)]];
    }),
  );
}

/** One cell as people read it. */
export function showRowCell(column: Scalar, value: Value | undefined): string {
  return value === undefined ? '' : boundScalar(column).show(value);
}

/** A row as programs read it. */
export function plainRow(columns: Record<string, Scalar>, row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns).map(([key, column]) => {
      const value = row[key];
      return [key, value === undefined ? null : boundScalar(column).plain(value)];
    }),
  );
}

/** The types of a row's cells in conditions. */
export function recordOf(columns: Record<string, Scalar>): CelRecord {
  const record: CelRecord = {};
  for (const [key, column] of Object.entries(columns)) {
    const type = boundScalar(column).cel();
    if (typeof type === 'string') record[key] = type;
  }
  return record;
}

/** A row in conditions. A cell that was left empty counts as nothing of its type, a number as zero. */
export function celRow(columns: Record<string, Scalar>, row: Row): CelRow {
  return Object.fromEntries(Object.entries(columns).map(([key, column]) => [key, celCell(column, row[key])]));
}

function celCell(column: Scalar, value: Value | undefined) {
  const bound = boundScalar(column);
  return value === undefined ? (bound.celEmpty ?? 0) : bound.celValue(value);
}
