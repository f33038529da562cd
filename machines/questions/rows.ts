import { missing, readTyped } from '../fields/field.ts';
import { counted, type ReadRow } from '../fields/list.ts';
import type { Scalar } from '../fields/scalar.ts';
import { type Facts, type Problem, type Row, rowsIn, type Value } from '../values.ts';
import { pastedColumns, pastedLines, pastedName } from './pasted.ts';
import type { ChecklistRow, RowsQuestion } from './question.ts';
import type { Sent } from './read.ts';

type ReadRows = { is: 'answer'; value: Value } | { is: 'nothing' } | { is: 'problem'; problems: Problem[] };

/** The name of a cell in a form: `lines.0.amount`. */
export function cellName(question: string, row: number | string, column: string): string {
  return `${question}.${row}.${column}`;
}

/** Reads rows cell by cell. A fault stands beside its cell, one about their number beside the whole. */
export function readRows(question: RowsQuestion, sent: Sent, facts: Facts): ReadRows {
  switch (question.rows.is) {
    case 'open':
      return readOpenRows(question, sent);
    case 'fixed':
      return readFixedRows(question, sent, rowsIn(facts[question.key]?.value));
    case 'items':
      return readItems(question, sent, question.rows.items);
  }
}

function readOpenRows(question: RowsQuestion, sent: Sent): ReadRows {
  const problems: Problem[] = [];
  const rows: ReadRow[] = rowNumbers(question, sent).flatMap((number) => {
    const { row, found } = readRow(question, sent, number, question.edit);
    const isEmpty = Object.keys(row).length === 0 && found.every(({ empty }) => empty);
    if (isEmpty) return [];
    problems.push(...found.map(({ field, sentence }) => ({ field, sentence })));
    return [{ ok: true as const, row }];
  });
  const pasted = readPasted(question, sent);
  problems.push(...pasted.problems);
  rows.push(...pasted.rows);
  if (problems.length > 0) return { is: 'problem', problems };
  if (rows.length === 0) return { is: 'nothing' };
  const read = counted(question.field, rows);
  return read.ok
    ? { is: 'answer', value: read.value }
    : { is: 'problem', problems: [{ field: question.name, sentence: read.sentence }] };
}

const MOST_TOLD = 5;

/** Rows out of a list that was pasted as text; what is wrong is told with its line. */
function readPasted(question: RowsQuestion, { texts }: Sent): { rows: ReadRow[]; problems: Problem[] } {
  const field = pastedName(question.name);
  const columns = pastedColumns(question);
  const faults: string[] = [];
  const rows = pastedLines(texts[field]?.[0] ?? '', columns).map(({ number, cells, tooMany }): ReadRow => {
    const typed = Object.fromEntries(Object.entries(cells).map(([key, cell]) => [cellName(question.name, number, key), [cell]]));
    const keys = columns.map(({ key }) => key);
    const { row, found } = readRow(question, { texts: typed, files: {} }, number, keys);
    if (tooMany) faults.push(`Line ${number} has more than ${columns.length} parts.`);
    faults.push(...found.map(({ sentence }) => `Line ${number}: ${sentence}`));
    return { ok: true, row };
  });
  if (faults.length === 0) return { rows, problems: [] };
  const more = faults.length > MOST_TOLD ? [`And ${faults.length - MOST_TOLD} more.`] : [];
  return { rows, problems: [{ field, sentence: [...faults.slice(0, MOST_TOLD), ...more].join(' ') }] };
}

const MOST_NUMBER = 10_000;

/** The numbers of the rows that were sent, in their order. */
function rowNumbers({ name }: RowsQuestion, { texts, files }: Sent): number[] {
  const numbers = [...Object.keys(texts), ...Object.keys(files)].flatMap((key) => {
    if (!key.startsWith(`${name}.`)) return [];
    const number = Number(key.slice(name.length + 1).split('.')[0]);
    return Number.isInteger(number) && number >= 0 && number < MOST_NUMBER ? [number] : [];
  });
  return [...new Set(numbers)].sort((one, other) => one - other);
}

function readFixedRows(question: RowsQuestion, sent: Sent, before: Row[]): ReadRows {
  const problems: Problem[] = [];
  const rows = before.map((kept, number) => {
    const { row, found } = readRow(question, sent, number, question.edit);
    problems.push(...found.map(({ field, sentence }) => ({ field, sentence })));
    const rest = Object.fromEntries(Object.entries(kept).filter(([column]) => !question.edit.includes(column)));
    return { ...rest, ...row };
  });
  if (problems.length > 0) return { is: 'problem', problems };
  return rows.length === 0 ? { is: 'nothing' } : { is: 'answer', value: rows };
}

type Fault = Problem & { empty: boolean };

function readRow(
  question: RowsQuestion,
  sent: Sent,
  at: number | string,
  columns: readonly string[],
): { row: Row; found: Fault[] } {
  const row: Row = {};
  const found: Fault[] = [];
  for (const column of columns) {
    const field = question.field.of[column];
    if (field === undefined) continue;
    const name = cellName(question.name, at, column);
    const read = readCell(field, name, sent);
    if (read?.ok) row[column] = read.value;
    else if (read !== null) found.push({ field: name, sentence: read.sentence, empty: false });
    else if (!field.optional) found.push({ field: name, sentence: missing(field), empty: true });
  }
  return { row, found };
}

function readCell(field: Scalar, name: string, { texts, files }: Sent) {
  if (field.type !== 'file')
    return readTyped(
      field,
      (texts[name] ?? []).filter((one) => one.trim() !== ''),
    );
  const [file] = files[name] ?? [];
  return file === undefined ? null : { ok: true as const, value: file };
}

/** Items in parts: what was ticked is read, what is missing is asked for, each beside itself. */
function readItems(question: RowsQuestion, sent: Sent, items: ChecklistRow[]): ReadRows {
  const problems: Problem[] = [];
  const rows = items.map((item) => {
    const { row, found } = readRow(question, sent, item.key, question.edit);
    const faults = [...found.map(({ field, sentence }) => ({ field, sentence })), ...itemFaults(question, item, row)];
    problems.push(...faults);
    return { ...item.row, ...row, ...(failedByMeasure(item, row) ? { state: 'failed' } : {}) };
  });
  return problems.length > 0 ? { is: 'problem', problems } : { is: 'answer', value: rows };
}

function itemFaults(question: RowsQuestion, item: ChecklistRow, row: Row): Problem[] {
  const at = (column: string) => cellName(question.name, item.key, column);
  if (row.state === undefined) return [];
  if (row.state === 'not_applicable') {
    if (!item.mayNotApply) return [{ field: at('state'), sentence: 'This item always applies.' }];
    return row.note === undefined ? [{ field: at('note'), sentence: 'Please say why it does not apply.' }] : [];
  }
  const faults: Problem[] = [];
  if (item.measure !== null && row.measured === undefined) {
    faults.push({ field: at('measured'), sentence: `Please give the measured value in ${item.measure.unit}.` });
  }
  if (item.evidence === 'file' && row.evidence === undefined)
    faults.push({ field: at('evidence'), sentence: 'Please choose a file.' });
  if (item.evidence === 'text' && row.note === undefined)
    faults.push({ field: at('note'), sentence: 'Please say what proves it.' });
  const failed = row.state === 'failed' || failedByMeasure(item, row);
  if (failed && row.note === undefined && item.evidence !== 'text') {
    const outside = failedByMeasure(item, row)
      ? 'The value is outside its limits; please say what was done about it.'
      : 'Please say what is wrong.';
    faults.push({ field: at('note'), sentence: outside });
  }
  return faults;
}

/** Whether a measured value lies outside its limits: it is kept, and the item has failed. */
export function failedByMeasure({ measure }: ChecklistRow, { measured }: Row): boolean {
  if (measure === null || typeof measured !== 'number') return false;
  return (measure.min !== undefined && measured < measure.min) || (measure.max !== undefined && measured > measure.max);
}
