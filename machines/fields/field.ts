import { z } from 'zod';
import type { FileReference, Problem, Read, Value } from '../values.ts';
import type { CelType, CelValue, Place, ReadValue } from './field-type.ts';
import { FILES, files } from './file.ts';
import { JSON_FIELD, json } from './json.ts';
import { LIST, list } from './list.ts';
import { PEOPLE, PERSON, people, person } from './person.ts';
import { type Bound, bind, boundScalar, SCALAR } from './scalar.ts';

/** One declared datum: its type and what that type needs to know. */
export const FIELD = z.discriminatedUnion('type', [...SCALAR.options, FILES, PERSON, PEOPLE, LIST, JSON_FIELD]);

export type Field = z.output<typeof FIELD> & Place;

/** Every type of field, in the order in which docs/definition.md lists them. */
export const FIELD_TYPES = FIELD.options.map(({ shape }) => shape.type.value);

/** A field with the key under which its value is gathered. */
export type KeyedField = { key: string; field: Field };

/** Binds a field to what its type answers: one case a type. */
function bound(field: Field): Bound {
  switch (field.type) {
    case 'files':
      return bind(field, files);
    case 'person':
      return bind(field, person);
    case 'people':
      return bind(field, people);
    case 'list':
      return bind(field, list);
    case 'json':
      return bind(field, json);
    default:
      return boundScalar(field);
  }
}

/**
 * Reads a posted form. A field left empty is missing from the answers when it is optional and a problem when not;
 * every problem is told at once. `files` holds what was uploaded, already kept.
 */
export function readAnswers(
  fields: readonly KeyedField[],
  typed: Record<string, string | string[] | undefined>,
  files: Record<string, FileReference | undefined>,
): Read<Record<string, Value>> {
  return readEach(fields, (field, key) => {
    if (field.type === 'file') return files[key] === undefined ? null : { ok: true, value: files[key] };
    const given = [typed[key] ?? []].flat().filter((one) => one.trim() !== '');
    return given.length === 0 ? null : emptied(bound(field).read(given));
  });
}

/** Reads the data that a program gives; a key that is not among the fields is a problem. */
export function readJsonValues(fields: readonly KeyedField[], data: Record<string, unknown>): Read<Record<string, Value>> {
  const known = new Set(fields.map(({ key }) => key));
  const unknown = Object.keys(data)
    .filter((key) => !known.has(key))
    .map((key) => ({ field: key, sentence: `This workflow declares no data "${key}".` }));
  const read = readEach(fields, (field, key) => {
    const given = Object.hasOwn(data, key) ? data[key] : undefined;
    return given === undefined || given === null ? null : emptied(bound(field).readJson(given));
  });
  if (unknown.length === 0) return read;
  return { ok: false, problems: [...(read.ok ? [] : read.problems), ...unknown] };
}

/** Reads one value that a program gives for a field. */
export function readJson(field: Field, json: unknown, key: string): Read<Value> {
  const read: ReadValue =
    json === undefined || json === null ? { ok: false, sentence: 'it is missing' } : bound(field).readJson(json);
  return read.ok ? read : { ok: false, problems: [{ field: key, sentence: read.sentence }] };
}

/** The value as people read it. */
export function showValue(field: Field, value: Value): string {
  return bound(field).show(value);
}

/** The value as programs read it. */
export function plainValue(field: Field, value: Value): unknown {
  return bound(field).plain(value);
}

/** What the field shows again when a form is filled in with an earlier answer. */
export function typedValue(field: Field, value: Value): string[] {
  return bound(field).typed(value);
}

/** The field's type in conditions; null when no condition can name it. */
export function celTypeOf(field: Field): CelType | null {
  return bound(field).cel();
}

/** The value in conditions; null when an unanswered field cannot be given one. */
export function celValueOf(field: Field, value: Value | undefined): CelValue | null {
  return value === undefined ? bound(field).celEmpty : bound(field).celValue(value);
}

/** Reads what a person typed into one field; null when they left it empty. Files and rows are read elsewhere. */
export function readTyped(field: Field, typed: readonly string[]): ReadValue | null {
  const given = typed.every((one) => one.trim() === '') ? [] : [...typed];
  return given.length === 0 ? null : emptied(bound(field).read(given));
}

/** Text of which nothing is left once it is cleaned counts as empty. */
function emptied(read: ReadValue): ReadValue | null {
  return read.ok && (read.value === '' || (Array.isArray(read.value) && read.value.length === 0)) ? null : read;
}

function readEach(
  fields: readonly KeyedField[],
  readOne: (field: Field, key: string) => ReadValue | null,
): Read<Record<string, Value>> {
  const value: Record<string, Value> = {};
  const problems: Problem[] = [];
  for (const { key, field } of fields) {
    const read = readOne(field, key);
    if (read?.ok) value[key] = read.value;
    else if (read !== null) problems.push({ field: key, sentence: read.sentence });
    else if (!field.optional) problems.push({ field: key, sentence: missing(field) });
  }
  return problems.length === 0 ? { ok: true, value } : { ok: false, problems };
}

/** What to say of a field that has to be answered and was not. */
export function missing(field: Field): string {
  if (field.type === 'files') return 'Please choose files.';
  if (field.type === 'list') return 'Please fill in a row.';
  if (field.type === 'file') return 'Please choose a file.';
  return field.type === 'choice' || field.type === 'yes_no' || field.type === 'choices'
    ? 'Please choose an answer.'
    : 'Please fill this in.';
}
