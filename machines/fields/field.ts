import { z } from 'zod';
import type { FileReference, Problem, Read, Value } from '../values.ts';
import { EMAIL_FIELD, email, PHONE, phone, URL_FIELD, url } from './address.ts';
import { CHOICE, CHOICES, choice, choices } from './choice.ts';
import { DATE, date } from './date.ts';
import type { FieldType, ReadValue } from './field-type.ts';
import { FILE, file } from './file.ts';
import { MONEY, money } from './money.ts';
import { NUMBER, number } from './number.ts';
import { LONG_TEXT, longText, TEXT, text } from './text.ts';
import { YES_NO, yesNo } from './yes-no.ts';

/** One declared datum: its type and what that type needs to know. */
export const FIELD = z.discriminatedUnion('type', [
  TEXT,
  LONG_TEXT,
  NUMBER,
  MONEY,
  YES_NO,
  CHOICE,
  CHOICES,
  DATE,
  EMAIL_FIELD,
  PHONE,
  URL_FIELD,
  FILE,
]);

export type Field = z.output<typeof FIELD>;

/** A field with the key under which its value is gathered. */
export type KeyedField = { key: string; field: Field };

/** A field whose type is known to fit the functions beside it. */
type Bound = {
  [K in keyof FieldType<Field>]: FieldType<Field>[K] extends (field: Field, value: infer V) => infer R
    ? (value: V) => R
    : FieldType<Field>[K];
};

/** Binds a field to what its type answers: one case a type. */
function bound(field: Field): Bound {
  switch (field.type) {
    case 'text':
      return bind(field, text);
    case 'long_text':
      return bind(field, longText);
    case 'number':
      return bind(field, number);
    case 'money':
      return bind(field, money);
    case 'yes_no':
      return bind(field, yesNo);
    case 'choice':
      return bind(field, choice);
    case 'choices':
      return bind(field, choices);
    case 'date':
      return bind(field, date);
    case 'email':
      return bind(field, email);
    case 'phone':
      return bind(field, phone);
    case 'url':
      return bind(field, url);
    case 'file':
      return bind(field, file);
  }
}

function bind<F extends Field>(field: F, type: FieldType<F>): Bound {
  return {
    read: (typed) => type.read(field, typed),
    readJson: (json) => type.readJson(field, json),
    show: (value) => type.show(field, value),
    plain: (value) => type.plain(field, value),
    typed: (value) => type.typed(field, value),
    cel: type.cel,
    celValue: (value) => type.celValue(field, value),
    celEmpty: type.celEmpty,
  };
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

/** The field's type in conditions. */
export function celTypeOf(field: Field): string {
  return bound(field).cel;
}

/** The value in conditions; null when an unanswered field cannot be given one. */
export function celValueOf(field: Field, value: Value | undefined): string | number | boolean | string[] | null {
  return value === undefined ? bound(field).celEmpty : bound(field).celValue(value);
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

function missing(field: Field): string {
  if (field.type === 'file') return 'Please choose a file.';
  return field.type === 'choice' || field.type === 'yes_no' || field.type === 'choices'
    ? 'Please choose an answer.'
    : 'Please fill this in.';
}
