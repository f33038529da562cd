import { z } from 'zod';
import { type Definition, startForm } from '../../machines/definition.ts';
import { readJsonValues } from '../../machines/fields/field.ts';
import { startSections } from '../../machines/questions/asking.ts';
import type { Read, Value } from '../../machines/values.ts';
import { Refusal } from '../errors.ts';
import type { Links } from '../hand-offs/links.ts';

/** Answers of a start form that a link brings along, and who made the link. Whoever opens it cannot change them. */
export type Given = { values: Record<string, Value>; by: string };

const SEALED = z.strictObject({ workflow: z.string(), data: z.record(z.string(), z.unknown()), by: z.string() });
/** Mail programs and proxies cut longer addresses. */
const LONGEST = 1800;

/** Reads what a link is to bring along: data that the start form asks, each as a program gives it. */
export function readGivenData(definition: Definition, data: Record<string, unknown>): Read<Record<string, Value>> {
  const sections = startSections(definition, startForm(definition)?.collects ?? []);
  const fields = sections.flatMap(({ questions }) =>
    questions.map(({ key, field }) => ({ key, field: { ...field, optional: true } })),
  );
  return readJsonValues(fields, data);
}

/** The text by which a link brings data along. Throws Refusal 422 when it is too much for an address. */
export function sealGiven(links: Links, workflow: string, data: Record<string, unknown>, by: string): string {
  const sealed = links.seal('given', JSON.stringify({ workflow, data, by }));
  if (sealed.length > LONGEST) throw new Refusal(422, 'too_long', 'This is too much for a link. Give less with it.');
  return sealed;
}

/**
 * What the link of a start form brings along; null when it brings nothing. Throws Refusal 422 when somebody changed it, or
 * when the form does not ask for it any more.
 */
export function givenBy(
  links: Links,
  { workflow, definition }: { workflow: string; definition: Definition },
  text: string,
): Given | null {
  if (text === '') return null;
  const opened = links.unseal('given', text);
  const sealed = opened === null ? null : SEALED.safeParse(JSON.parse(opened)).data;
  if (!sealed || sealed.workflow !== workflow) throw new Refusal(422, 'changed_link', CHANGED);
  const values = readGivenData(definition, sealed.data);
  if (!values.ok) throw new Refusal(422, 'old_link', OLD);
  return { values: values.value, by: sealed.by };
}

const CHANGED = 'This link was changed on its way, or belongs to another form. Please ask whoever gave it to you for a new one.';
const OLD = 'The form has changed since this link was made. Please ask whoever gave it to you for a new one.';
