import { z } from 'zod';
import { CHECKLIST_COMPONENT } from './checklist.ts';
import { DECISION_COMPONENT } from './decision.ts';
import { EMAIL_COMPONENT } from './email.ts';
import { FORM_COMPONENT } from './form.ts';
import { HTTP_COMPONENT } from './http.ts';
import {
  DOCUMENT_COMPONENT,
  FILE_REQUEST_COMPONENT,
  LOOKUP_COMPONENT,
  NOTE_COMPONENT,
  RULES_COMPONENT,
  TASK_COMPONENT,
  WAIT_COMPONENT,
} from './small.ts';
import { SUB_WORKFLOW_COMPONENT } from './sub-workflow.ts';

const WRITTEN = z
  .strictObject({
    form: FORM_COMPONENT.optional(),
    decision: DECISION_COMPONENT.optional(),
    checklist: CHECKLIST_COMPONENT.optional(),
    file_request: FILE_REQUEST_COMPONENT.optional(),
    task: TASK_COMPONENT.optional(),
    note: NOTE_COMPONENT.optional(),
    wait: WAIT_COMPONENT.optional(),
    email: EMAIL_COMPONENT.optional(),
    document: DOCUMENT_COMPONENT.optional(),
    lookup: LOOKUP_COMPONENT.optional(),
    rules: RULES_COMPONENT.optional(),
    http: HTTP_COMPONENT.optional(),
    sub_workflow: SUB_WORKFLOW_COMPONENT.optional(),
  })
  .meta({ minProperties: 1, maxProperties: 1 });

/** The kinds of components, in the order in which docs/definition.md lists them. */
export const KINDS = Object.keys(WRITTEN.shape);

export type FormComponent = { kind: 'form' } & z.output<typeof FORM_COMPONENT>;
export type DecisionComponent = { kind: 'decision' } & z.output<typeof DECISION_COMPONENT>;
export type ChecklistComponent = { kind: 'checklist' } & z.output<typeof CHECKLIST_COMPONENT>;
export type FileRequestComponent = { kind: 'file_request' } & z.output<typeof FILE_REQUEST_COMPONENT>;
export type TaskComponent = { kind: 'task' } & z.output<typeof TASK_COMPONENT>;
export type NoteComponent = { kind: 'note' } & z.output<typeof NOTE_COMPONENT>;
export type WaitComponent = { kind: 'wait' } & z.output<typeof WAIT_COMPONENT>;
export type EmailComponent = { kind: 'email' } & z.output<typeof EMAIL_COMPONENT>;
export type DocumentComponent = { kind: 'document' } & z.output<typeof DOCUMENT_COMPONENT>;
export type LookupComponent = { kind: 'lookup' } & z.output<typeof LOOKUP_COMPONENT>;
export type RulesComponent = { kind: 'rules' } & z.output<typeof RULES_COMPONENT>;
export type HttpComponent = { kind: 'http' } & z.output<typeof HTTP_COMPONENT>;
export type SubWorkflowComponent = { kind: 'sub_workflow' } & z.output<typeof SUB_WORKFLOW_COMPONENT>;

/** Components that a person answers: each is a hand-off. */
export type AskingComponent = FormComponent | DecisionComponent | ChecklistComponent | FileRequestComponent | TaskComponent;

export type Component =
  | AskingComponent
  | NoteComponent
  | WaitComponent
  | EmailComponent
  | DocumentComponent
  | LookupComponent
  | RulesComponent
  | HttpComponent
  | SubWorkflowComponent;

/** A building block that does work in a stage, written as a list item with one key: `- form: { ... }`. */
export const COMPONENT = WRITTEN.transform((written, context): Component => {
  const given = componentsIn(written);
  const [only] = given;
  if (only === undefined || given.length > 1) {
    context.addIssue({ code: 'custom', message: `A component is exactly one of ${KINDS.join(', ')}.` });
    return z.NEVER;
  }
  return only;
});

function componentsIn(written: z.output<typeof WRITTEN>): Component[] {
  return [
    written.form && ({ kind: 'form', ...written.form } as const),
    written.decision && ({ kind: 'decision', ...written.decision } as const),
    written.checklist && ({ kind: 'checklist', ...written.checklist } as const),
    written.file_request && ({ kind: 'file_request', ...written.file_request } as const),
    written.task && ({ kind: 'task', ...written.task } as const),
    written.note && ({ kind: 'note', ...written.note } as const),
    written.wait && ({ kind: 'wait', ...written.wait } as const),
    written.email && ({ kind: 'email', ...written.email } as const),
    written.document && ({ kind: 'document', ...written.document } as const),
    written.lookup && ({ kind: 'lookup', ...written.lookup } as const),
    written.rules && ({ kind: 'rules', ...written.rules } as const),
    written.http && ({ kind: 'http', ...written.http } as const),
    written.sub_workflow && ({ kind: 'sub_workflow', ...written.sub_workflow } as const),
  ].filter((component) => component !== undefined);
}

/** Whether a component asks a person something. */
export function asksPeople(component: Component): component is AskingComponent {
  return ['form', 'decision', 'checklist', 'file_request', 'task'].includes(component.kind);
}

/** The id of a component within its stage: as written, else its kind and place, e.g. `email_2`. */
export function componentId(component: Component, index: number): string {
  return component.id ?? `${component.kind}_${index + 1}`;
}
