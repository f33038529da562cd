import type { Context } from 'hono';
import type { FileRules } from '../../machines/fields/file.ts';
import { columnsOf, type Question } from '../../machines/questions/question.ts';
import { type Against, readQuestions } from '../../machines/questions/read.ts';
import type { FileReference, Read, Value } from '../../machines/values.ts';
import type { FormState } from '../../views/parts/form-state.ts';
import { Refusal } from '../errors.ts';
import { findFile, keepFile } from '../files.ts';
import type { Portal } from '../portal.ts';

/** A form that was posted: its texts by name, and the files that were chosen. */
export type Posted = { texts: Record<string, string[]>; uploads: Record<string, File[]> };

const MOST_VALUES = 5000;
const MOST_FILES = 40;

/** Reads a posted form, whatever its encoding. Throws Refusal 413 when it holds more than any of our forms. */
export async function readPost(c: Context, mostValues = MOST_VALUES): Promise<Posted> {
  const body = await c.req.parseBody({ all: true }).catch((cause: unknown) => {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(400, 'unreadable', 'This form could not be read. Please open the page again and send it from there.', {
      cause,
    });
  });
  const entries = Object.entries(body).flatMap(([name, values]) => [values].flat().map((value) => ({ name, value })));
  const files = entries.flatMap(({ name, value }) => (value instanceof File && value.size > 0 ? [{ name, value }] : []));
  if (entries.length > mostValues || files.length > MOST_FILES) {
    throw new Refusal(413, 'too_many', `A form has ${mostValues} answers and ${MOST_FILES} files at most.`);
  }
  // Without a prototype: a field that somebody names `constructor` is a name like any other.
  const posted: Posted = { texts: Object.create(null), uploads: Object.create(null) };
  for (const { name, value } of entries)
    if (typeof value === 'string') posted.texts[name] = [...(posted.texts[name] ?? []), value];
  for (const { name, value } of files) posted.uploads[name] = [...(posted.uploads[name] ?? []), value];
  return posted;
}

/** The one text of a name; empty when it was not sent. */
export function textOf({ texts }: Posted, name: string): string {
  return texts[name]?.[0] ?? '';
}

/** What the fields of a form were answered with, and the form as it is to be shown again if something is wrong. */
export type ReadForm = { answers: Read<Record<string, Value>>; form: FormState };

/**
 * Reads a form's answers. Files are kept at once, so that nobody has to choose them twice. `partial`: what is missing may
 * be sent later.
 */
export async function readForm(
  portal: Portal,
  posted: Posted,
  questions: readonly Question[],
  against: Against,
  partial = false,
): Promise<ReadForm> {
  const kept: FormState['kept'] = {};
  const problems: Record<string, string> = {};
  for (const { name, rules } of fileInputs(questions, posted)) {
    const read = await filesFor(portal, posted, name, rules);
    if (read.problem !== null) problems[name] = read.problem;
    if (read.files.length > 0) kept[name] = read.files.map((file) => ({ file, token: keptToken(portal, file) }));
  }
  const files = Object.fromEntries(Object.entries(kept).map(([name, all]) => [name, all.map(({ file }) => file)]));
  const answers = readQuestions(questions, { texts: posted.texts, files }, against, partial);
  if (!answers.ok) for (const { field, sentence } of answers.problems) problems[field] ??= sentence;
  const form = { typed: posted.texts, problems, kept };
  if (Object.keys(problems).length === 0) return { answers, form };
  const all = Object.entries(problems).map(([field, sentence]) => ({ field, sentence }));
  return { answers: { ok: false, problems: all }, form };
}

/** The signed text that stands for a file that was kept before. */
export function keptToken({ links }: Portal, { id }: FileReference): string {
  return links.mint('file', { id, generation: 0 });
}

/** Every input of a form that takes files: questions of their own, and cells of rows. */
function fileInputs(questions: readonly Question[], { texts, uploads }: Posted): { name: string; rules: FileRules }[] {
  const sent = [...Object.keys(uploads), ...Object.keys(texts).map((name) => name.replace(/^kept\./, ''))];
  return questions.flatMap((question) => {
    if (question.is === 'one') {
      const { field, name } = question;
      return field.type === 'file' || field.type === 'files' ? [{ name, rules: field }] : [];
    }
    const columns = columnsOf(question).flatMap(({ key, field }) => (field.type === 'file' ? [{ key, field }] : []));
    return columns.flatMap(({ key, field }) => {
      const names = sent.filter((name) => name.startsWith(`${question.name}.`) && name.endsWith(`.${key}`));
      return [...new Set(names)].map((name) => ({ name, rules: field }));
    });
  });
}

type ReadFiles = { files: FileReference[]; problem: string | null };

/** The files chosen for an input, or those kept before; a sentence when one will not do. */
async function filesFor(portal: Portal, posted: Posted, name: string, rules: FileRules): Promise<ReadFiles> {
  const files: FileReference[] = [];
  for (const upload of posted.uploads[name] ?? []) {
    const kept = await keepFile(portal, upload, rules);
    if (!kept.ok) return { files, problem: kept.sentence };
    files.push(kept.file);
  }
  // Several files are put beside those that were kept; a single one takes their place.
  if (files.length > 0 && !('max' in rules)) return { files, problem: null };
  for (const text of posted.texts[`kept.${name}`] ?? []) {
    const token = portal.links.verify('file', text);
    const file = token.is === 'good' ? await findFile(portal.sql, token.linked.id) : null;
    if (file !== null) files.push(file);
  }
  return { files, problem: null };
}

/** Sends the browser on; htmx is told to go there itself, since it would put the next page into this one. */
export function goOn(c: Context, path: string): Response {
  if (c.req.header('hx-request') === 'true') return c.body(null, 200, { 'HX-Redirect': path });
  return c.redirect(path, 303);
}
