import { type Definition, fieldOf } from '../definition.ts';
import type { Moment } from '../expressions.ts';
import { type Field, readJson, readJsonValues, typedValue } from '../fields/field.ts';
import { type Asking, columnsOf, type Question, questionsOf, type RowsQuestion } from '../questions/question.ts';
import type { Sent } from '../questions/read.ts';
import { cellName } from '../questions/rows.ts';
import { readStart, startFields } from '../questions/start.ts';
import type { FileReference, Problem, Read, Value } from '../values.ts';

/** Answers as a case or a rehearsal writes them: JSON by key of the data. Files are given by their names. */
export type Given = Record<string, unknown>;

/** A file that nobody has uploaded: a name in a rehearsal. */
export function namedFile(name: string): FileReference {
  return { id: '00000000-0000-7000-8000-000000000000', name, type: 'application/octet-stream', size: 1, sha256: '0'.repeat(64) };
}

/** The data with which a run starts, as a program would give it; files by their names. */
export function startWith(definition: Definition, given: Given, moment: Moment): Read<Record<string, Value>> {
  const files: Record<string, Value> = {};
  const others: Given = {};
  for (const [key, json] of Object.entries(given)) {
    const file = Object.hasOwn(definition.data, key) ? filesFrom(fieldOf(definition, key), json) : null;
    if (file === null) others[key] = json;
    else files[key] = file;
  }
  const read = readStart(definition, others, moment);
  if (read.ok) return { ok: true, value: { ...read.value, ...files } };
  const problems = read.problems.filter(({ field }) => files[field] === undefined);
  if (problems.length > 0) return { ok: false, problems };
  const again = readJsonValues(startFields(definition), others);
  return again.ok ? { ok: true, value: { ...again.value, ...files } } : again;
}

function filesFrom(field: Field, json: unknown): Value | null {
  if (field.type === 'file' && typeof json === 'string') return namedFile(json);
  if (field.type === 'files' && Array.isArray(json)) return json.map((name) => namedFile(String(name)));
  return null;
}

/** A form as it would have been sent with these answers; a key that is not asked, or a value that does not fit, is a problem. */
export function sentWith(asking: Asking, given: Given): Read<Sent> {
  const questions = questionsOf(asking);
  const sent: Sent = { texts: {}, files: {} };
  const problems: Problem[] = [];
  for (const [key, json] of Object.entries(given)) {
    const asked = questions.filter((question) => question.key === key);
    if (asked.length === 0) problems.push({ field: key, sentence: `This is not asked here. Asked are ${namesOf(questions)}.` });
    for (const question of asked) problems.push(...fill(question, json, sent));
  }
  return problems.length === 0 ? { ok: true, value: sent } : { ok: false, problems };
}

function namesOf(questions: readonly Question[]): string {
  return questions.length === 0 ? 'no data' : [...new Set(questions.map(({ key }) => key))].join(', ');
}

function fill(question: Question, json: unknown, sent: Sent): Problem[] {
  if (question.is === 'rows') return fillRows(question, json, sent);
  const file = filesFrom(question.field, json);
  if (file !== null) {
    sent.files[question.name] = [file].flat().filter((one): one is FileReference => typeof one === 'object' && 'sha256' in one);
    return [];
  }
  const read = readJson(question.field, json, question.key);
  if (!read.ok) return read.problems;
  const typed = typedValue(question.field, read.value);
  if (question.field.type === 'person') {
    sent.texts[`${question.name}.email`] = typed.slice(0, 1);
    sent.texts[`${question.name}.name`] = typed.slice(1, 2);
  } else sent.texts[question.name] = typed;
  return [];
}

/** Rows as a list of maps; those of a checklist as a map from item to its state, or to a map of what belongs to it. */
function fillRows(question: RowsQuestion, json: unknown, sent: Sent): Problem[] {
  const rows = question.rows.is === 'items' ? itemsIn(json) : rowsIn(json);
  if (rows === null)
    return [{ field: question.key, sentence: 'Give rows: a list of maps, or for a checklist a map of its items.' }];
  return rows.flatMap(([at, cells]) => fillCells(question, at, cells, sent));
}

function itemsIn(json: unknown): [string, Given][] | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  return Object.entries(json).map(([key, item]) => [
    key,
    typeof item === 'object' && item !== null ? { ...item } : { state: item },
  ]);
}

function rowsIn(json: unknown): [string, Given][] | null {
  if (!Array.isArray(json)) return null;
  return json.map((row, index) => [String(index), typeof row === 'object' && row !== null ? { ...row } : {}]);
}

function fillCells(question: RowsQuestion, at: string, cells: Given, sent: Sent): Problem[] {
  return columnsOf(question).flatMap(({ key, field, edit }) => {
    const json = cells[key];
    if (!edit || json === undefined || json === null) return [];
    const name = cellName(question.name, at, key);
    if (field.type === 'file') {
      sent.files[name] = [namedFile(String(json))];
      return [];
    }
    const read = readJson(field, json, name);
    if (read.ok) sent.texts[name] = typedValue(field, read.value);
    return read.ok ? [] : read.problems;
  });
}
