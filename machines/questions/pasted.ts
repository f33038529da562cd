import type { Scalar } from '../fields/scalar.ts';
import type { RowsQuestion } from './question.ts';

/** The name under which a form sends a list that was pasted as text. */
export function pastedName(question: string): string {
  return `${question}.pasted`;
}

/** The columns of a pasted list, in their order: those that the form asks, but for files. */
export function pastedColumns({ field, edit }: Pick<RowsQuestion, 'field' | 'edit'>): { key: string; column: Scalar }[] {
  return Object.entries(field.of).flatMap(([key, column]) =>
    edit.includes(key) && column.type !== 'file' ? [{ key, column }] : [],
  );
}

/** One line of a pasted list: what stands in which column, and what is left over. `number` counts from one. */
export type PastedLine = { number: number; cells: Record<string, string>; tooMany: boolean };

const SEPARATORS = ['\t', ';', ','];

/**
 * Takes a pasted list apart: one line for each row, its cells separated by tabs (as spreadsheets copy them), semicolons
 * or commas, in the order of the columns. Options may be named as people read them. Empty lines are left out.
 */
export function pastedLines(text: string, columns: readonly { key: string; column: Scalar }[]): PastedLine[] {
  const lines = text.split(/\r?\n/);
  const separator = columns.length < 2 ? null : (SEPARATORS.find((one) => text.includes(one)) ?? null);
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parts = separator === null ? [line] : line.split(separator);
    const cells = Object.fromEntries(columns.map(({ key, column }, at) => [key, cellOf(column, (parts[at] ?? '').trim())]));
    return [{ number: index + 1, cells, tooMany: parts.slice(columns.length).some((part) => part.trim() !== '') }];
  });
}

function cellOf(column: Scalar, text: string): string {
  if (column.type === 'yes_no') return text.toLowerCase();
  if (column.type !== 'choice' || Object.hasOwn(column.options, text)) return text;
  const same = ([key, label]: [string, string]) => [key, label].some((one) => one.toLowerCase() === text.toLowerCase());
  return Object.entries(column.options).find(same)?.[0] ?? text;
}
