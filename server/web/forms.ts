import type { Context } from 'hono';
import type { Field, KeyedField } from '../../machines/fields/field.ts';
import { readAnswers } from '../../machines/fields/field.ts';
import type { FileReference, Read, Value } from '../../machines/values.ts';
import type { FormState } from '../../views/parts/field.tsx';
import { Refusal } from '../errors.ts';
import { findFile, keepFile } from '../files.ts';
import type { Portal } from '../portal.ts';

/** A form that was posted: its texts by name, and the files that were chosen. */
export type Posted = { texts: Record<string, string[]>; uploads: Record<string, File> };

const MOST_VALUES = 200;
const MOST_FILES = 5;

/** Reads a posted form, whatever its encoding. Throws Refusal 413 when it holds more than any of our forms. */
export async function readPost(c: Context): Promise<Posted> {
  const body = await c.req.parseBody({ all: true }).catch((cause: unknown) => {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(400, 'unreadable', 'This form could not be read. Please open the page again and send it from there.', {
      cause,
    });
  });
  const entries = Object.entries(body).flatMap(([name, values]) => [values].flat().map((value) => ({ name, value })));
  const files = entries.flatMap(({ name, value }) => (value instanceof File && value.size > 0 ? [{ name, value }] : []));
  if (entries.length > MOST_VALUES || files.length > MOST_FILES) {
    throw new Refusal(413, 'too_many', `A form has ${MOST_VALUES} answers and ${MOST_FILES} files at most.`);
  }
  // Without a prototype: a field that somebody names `constructor` is a name like any other.
  const posted: Posted = { texts: Object.create(null), uploads: Object.create(null) };
  for (const { name, value } of entries)
    if (typeof value === 'string') posted.texts[name] = [...(posted.texts[name] ?? []), value];
  for (const { name, value } of files) posted.uploads[name] = value;
  return posted;
}

/** The one text of a name; empty when it was not sent. */
export function textOf({ texts }: Posted, name: string): string {
  return texts[name]?.[0] ?? '';
}

/** What the fields of a form were answered with, and the form as it is to be shown again if something is wrong. */
export type ReadForm = { answers: Read<Record<string, Value>>; form: FormState };

/** Reads a form's answers. Files are kept at once, so that nobody has to choose them twice. */
export async function readForm(portal: Portal, posted: Posted, fields: KeyedField[]): Promise<ReadForm> {
  const kept: FormState['kept'] = {};
  const problems: Record<string, string> = {};
  for (const { key, field } of fields) {
    const file = await fileFor(portal, posted, key, field);
    if (typeof file === 'string') problems[key] = file;
    else if (file !== null) kept[key] = { file, token: portal.links.mint('file', { id: file.id, generation: 0 }) };
  }
  const files = Object.fromEntries(Object.entries(kept).map(([key, { file }]) => [key, file]));
  const answers = readAnswers(fields, posted.texts, files);
  if (!answers.ok) for (const { field, sentence } of answers.problems) problems[field] ??= sentence;
  const form = { typed: posted.texts, problems, kept };
  if (Object.keys(problems).length === 0) return { answers, form };
  const all = Object.entries(problems).map(([field, sentence]) => ({ field, sentence }));
  return { answers: { ok: false, problems: all }, form };
}

/** The file chosen for a field, or the one kept before; a sentence when it will not do; null when there is none. */
async function fileFor(portal: Portal, posted: Posted, key: string, field: Field): Promise<FileReference | string | null> {
  if (field.type !== 'file') return null;
  const upload = posted.uploads[key];
  if (upload !== undefined) {
    const kept = await keepFile(portal, upload, field);
    return kept.ok ? kept.file : kept.sentence;
  }
  const token = portal.links.verify('file', textOf(posted, `kept.${key}`));
  return token.is === 'good' ? findFile(portal.sql, token.linked.id) : null;
}

/** Sends the browser on; htmx is told to go there itself, since it would put the next page into this one. */
export function goOn(c: Context, path: string): Response {
  if (c.req.header('hx-request') === 'true') return c.body(null, 200, { 'HX-Redirect': path });
  return c.redirect(path, 303);
}
