import { z } from 'zod';
import { EMAIL_COMPONENT } from './email.ts';
import { FORM_COMPONENT } from './form.ts';
import { HTTP_COMPONENT } from './http.ts';
import { NOTE_COMPONENT } from './note.ts';

const WRITTEN = z.strictObject({
  form: FORM_COMPONENT.optional(),
  http: HTTP_COMPONENT.optional(),
  email: EMAIL_COMPONENT.optional(),
  note: NOTE_COMPONENT.optional(),
});

/** A building block that does work in a stage, written as a list item with one key: `- form: { ... }`. */
export const COMPONENT = WRITTEN.transform((written, context): Component => {
  const given = [
    written.form && ({ kind: 'form', ...written.form } as const),
    written.http && ({ kind: 'http', ...written.http } as const),
    written.email && ({ kind: 'email', ...written.email } as const),
    written.note && ({ kind: 'note', ...written.note } as const),
  ].filter((component) => component !== undefined);
  const [only] = given;
  if (only === undefined || given.length > 1) {
    context.addIssue({ code: 'custom', message: 'A component is exactly one of form, http, email, note.' });
    return z.NEVER;
  }
  return only;
});

export type FormComponent = { kind: 'form' } & z.output<typeof FORM_COMPONENT>;
export type HttpComponent = { kind: 'http' } & z.output<typeof HTTP_COMPONENT>;
export type EmailComponent = { kind: 'email' } & z.output<typeof EMAIL_COMPONENT>;
export type NoteComponent = { kind: 'note' } & z.output<typeof NOTE_COMPONENT>;
export type Component = FormComponent | HttpComponent | EmailComponent | NoteComponent;

/** The id of a component within its stage: as written, else its kind and place, e.g. `email_2`. */
export function componentId(component: Component, index: number): string {
  return ('id' in component ? component.id : undefined) ?? `${component.kind}_${index + 1}`;
}
