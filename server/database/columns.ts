// Between two elements, and in place of one that is missing. JSON never holds either, and text is cleaned of them.
const SEPARATOR = '\u0001';
const NOTHING = '\u0002';

/**
 * Rows turned into columns for one statement: `columns(rows)('seq')` is the text of that column's list, which the
 * function `list_of` of the database takes apart again. Objects become JSON, null and the empty text become null.
 *
 * Twice as fast as arrays of JSON through the driver and four times as fast as json_to_recordset (npm run bench): a text
 * that needs no escaping costs nothing on either side.
 */
export function columns<Row extends object>(rows: readonly Row[]): (key: keyof Row) => string {
  return (key) => rows.map((row) => element(row[key])).join(SEPARATOR);
}

function element(value: unknown): string {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (typeof value === 'string') return value.replaceAll(SEPARATOR, '').replaceAll(NOTHING, '');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
