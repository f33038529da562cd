import { plainValue } from '../fields/field.ts';
import { plainRow } from '../fields/list.ts';
import type { Question } from '../questions/question.ts';
import { filesIn, isFile, rowsIn, type Value } from '../values.ts';
import type { Given } from './given.ts';

/** Answers that a form has read, as a rehearsal or a case writes them: JSON by key, files by their names. */
export function writtenAnswers(questions: readonly Question[], values: Record<string, Value>): Given {
  const written: Given = {};
  for (const question of questions) {
    const value = values[question.key];
    if (value !== undefined) written[question.key] = writtenValue(question, value);
  }
  return written;
}

function writtenValue(question: Question, value: Value): unknown {
  if (question.is === 'one') {
    const files = filesIn(value).map(({ name }) => name);
    if (files.length === 0) return plainValue(question.field, value);
    return isFile(value) ? files[0] : files;
  }
  const { edit, field, rows } = question;
  const cells = rowsIn(value).map((row) =>
    Object.fromEntries(
      Object.entries(plainRow(field.of, row)).flatMap(([key, cell]) => {
        if (!edit.includes(key) || cell === null) return [];
        const kept = row[key];
        return [[key, kept !== undefined && isFile(kept) ? kept.name : cell]];
      }),
    ),
  );
  if (rows.is !== 'items') return cells;
  return Object.fromEntries(rows.items.map(({ key }, index) => [key, cells[index] ?? {}]));
}
