import type { Field } from '../fields/field.ts';
import type { Scalar } from '../fields/scalar.ts';
import type { Row } from '../values.ts';

/** One thing that a person is asked. `name` is what the form calls it; several questions may fill one `key`. */
export type Question = OneQuestion | RowsQuestion;

type Asked = {
  name: string;
  key: string;
  label: string;
  help: string | null;
  /** A condition: only when it holds is this asked. */
  showWhen: string | null;
  /** When it has to be answered: always, never, or when a condition holds. */
  required: boolean | { when: string };
  /** What was gathered before stays when this is not asked: another outcome of a decision was chosen. */
  stays?: true;
};

/** A question with one answer. `oneOf` is set for the outcomes of a decision: how each looks and what it means. */
export type OneQuestion = Asked & {
  is: 'one';
  field: Field;
  outcomes: ShownOutcome[] | null;
  /** A datum that the answer may not exceed. */
  atMost: string | null;
};

export type ShownOutcome = { key: string; label: string; tone: 'good' | 'bad' | 'neutral' };

/**
 * A question with rows. `open`: rows are added and taken away. `fixed`: they are those in `rows`, or those that the
 * datum already holds, and only some of their columns are asked.
 */
export type RowsQuestion = Asked & {
  is: 'rows';
  field: Extract<Field, { type: 'list' }>;
  edit: string[];
  rows: { is: 'open' } | { is: 'fixed' } | { is: 'items'; items: ChecklistRow[] };
};

/** A row of a checklist as it is asked. */
export type ChecklistRow = {
  key: string;
  row: Row;
  help: string | null;
  evidence: 'file' | 'text' | null;
  measure: { unit: string; min?: number | undefined; max?: number | undefined } | null;
  mayNotApply: boolean;
};

/** A column of rows, with whether it is asked. */
export type Column = { key: string; field: Scalar; edit: boolean };

/** The columns of a question with rows, in their order. */
export function columnsOf({ field, edit }: RowsQuestion): Column[] {
  return Object.entries(field.of).map(([key, column]) => ({ key, field: column, edit: edit.includes(key) }));
}

/** Questions under one heading; the first section usually has none. */
export type Section = { title: string | null; help: string | null; questions: Question[] };

/** All that a hand-off asks of its person. */
export type Asking = {
  stage: string;
  component: string;
  kind: 'form' | 'decision' | 'checklist' | 'file_request' | 'task' | 'sign_off' | 'choose';
  /** What is to be done, in Markdown; only tasks say it. */
  task: string | null;
  shows: string[];
  sections: Section[];
  /** Whether a part of the answers may be sent, and the rest later. */
  partial: boolean;
  /** The ways on among which the person chooses, where guidance decides. */
  branches: Branch[];
};

/** One way on, as it is offered to a person. */
export type Branch = { to: string; title: string; label: string | null; guidance: string | null };

/** The questions of all sections. */
export function questionsOf(asking: Asking): Question[] {
  return asking.sections.flatMap(({ questions }) => questions);
}
