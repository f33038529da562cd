import { humanise, type Table } from '../../machines/definition.ts';
import type { KeyedField } from '../../machines/fields/field.ts';
import { columnsOf, type JsonRow, MOST_ROWS, TOO_MANY_ROWS, typedRow } from './rows.ts';

/** A file taken apart: for each row the texts of its cells by column; or a sentence when that cannot be done. */
export type CsvRows = { ok: true; rows: Record<string, string[]>[] } | { ok: false; sentence: string };

// What a spreadsheet would take for a formula.
const FORMULA = /^'*[=+\-@\t\r]/;
const PLAIN_NUMBER = /^-?\d[\d.,' \u00a0\u202f]*$/;

/** A table as a file for spreadsheets: RFC 4180, every cell such that none is taken for a formula. */
export function toCsv(table: Table, rows: readonly JsonRow[]): string {
  const columns = columnsOf(table);
  const lines = [
    columns.map(({ key }) => key),
    ...rows.map((row) => {
      const typed = typedRow(table, row);
      return columns.map(({ key }) => (typed[key] ?? []).join(', '));
    }),
  ];
  return csvOf(lines);
}

/** Lines of cells as a file for spreadsheets: RFC 4180, every cell such that none is taken for a formula. */
export function csvOf(lines: readonly (readonly string[])[]): string {
  // The mark at the beginning tells Excel that this is UTF-8.
  return `\ufeff${lines.map((cells) => `${cells.map(written).join(',')}\r\n`).join('')}`;
}

/**
 * Reads a file as spreadsheets write it: separated by commas, semicolons or tabs, in UTF-8 or as Windows has it. The first
 * row names the columns, by key or by label; lines that are empty are left out.
 */
export function fromCsv(table: Table, bytes: Uint8Array): CsvRows {
  const text = decoded(bytes).replace(/^\ufeff/, '');
  const [line = ''] = text.split(/\r?\n/, 1);
  const [head = [], ...body] = split(text, separatorOf(line));
  const columns = head.map((name) => columnNamed(table, unwritten(name)));
  const unknown = head.find((_, index) => columns[index] === null);
  if (unknown !== undefined)
    return { ok: false, sentence: `The first line names a column "${unknown.trim()}", which this table does not have.` };
  if (new Set(columns.map((column) => column?.key)).size < columns.length)
    return { ok: false, sentence: 'The first line names a column twice.' };
  const filled = body.filter((cells) => cells.some((cell) => cell.trim() !== ''));
  if (filled.length > MOST_ROWS) return { ok: false, sentence: TOO_MANY_ROWS };
  const long = filled.findIndex((cells) => cells.length > head.length && cells.slice(head.length).some((cell) => cell !== ''));
  if (long !== -1) return { ok: false, sentence: `Row ${long + 1} has more cells than the first line names columns.` };
  return { ok: true, rows: filled.map((cells) => rowOf(columns, cells)) };
}

function rowOf(columns: (KeyedField | null)[], cells: string[]): Record<string, string[]> {
  return Object.fromEntries(
    columns.flatMap((column, index) => (column === null ? [] : [[column.key, typedCell(column, unwritten(cells[index] ?? ''))]])),
  );
}

/** People write what options are called; forms send their keys. */
function typedCell({ field }: KeyedField, text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (field.type === 'yes_no') return [trimmed.toLowerCase()];
  if (field.type === 'choice') return [optionNamed(field.options, trimmed)];
  if (field.type === 'choices')
    return trimmed.split(/[,;|]/).flatMap((one) => (one.trim() === '' ? [] : [optionNamed(field.options, one.trim())]));
  return [text];
}

function optionNamed(options: Record<string, string>, text: string): string {
  if (Object.hasOwn(options, text)) return text;
  const same = (label: string) => label.trim().toLowerCase() === text.toLowerCase();
  return Object.entries(options).find(([key, label]) => same(key) || same(label))?.[0] ?? text;
}

function columnNamed(table: Table, name: string): KeyedField | null {
  const wanted = name.trim().toLowerCase();
  const named = ({ key, field }: KeyedField) => [key, field.label ?? humanise(key)].some((one) => one.toLowerCase() === wanted);
  return columnsOf(table).find(named) ?? null;
}

function written(cell: string): string {
  const safe = FORMULA.test(cell) && !PLAIN_NUMBER.test(cell) ? `'${cell}` : cell;
  return /[",;\r\n\t']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Takes back what `written` put before a cell. */
function unwritten(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function separatorOf(line: string): string {
  const count = (separator: string) => line.split(separator).length;
  return [',', ';', '\t'].sort((one, other) => count(other) - count(one))[0] ?? ',';
}

function split(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === separator || character === '\n') {
      row.push(cell.replace(/\r$/, ''));
      cell = '';
      if (character === '\n') {
        rows.push(row);
        row = [];
      }
    } else cell += character;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}
