import { createHash } from 'node:crypto';
import { type Definition, labelOf, stageOf, stageTitle } from '../../machines/definition.ts';
import { dataIn, holds } from '../../machines/expressions.ts';
import { readJson, typedValue } from '../../machines/fields/field.ts';
import { typedRow } from '../../machines/fields/list.ts';
import { pastedName } from '../../machines/questions/pasted.ts';
import { type Asking, type Question, questionsOf, type Section } from '../../machines/questions/question.ts';
import { type Against, answersSoFar, isAsked, isRequired, withAnswers } from '../../machines/questions/read.ts';
import { cellName } from '../../machines/questions/rows.ts';
import { renderLine } from '../../machines/templates.ts';
import { rowsIn, type Value } from '../../machines/values.ts';
import { inWords } from '../../machines/wording.ts';
import type { FormState } from '../../views/parts/form-state.ts';
import type { ShownQuestion, ShownSection } from '../../views/parts/question.tsx';

/** The sections of a form as they stand with what has been typed: which questions are asked now, and which of them must be. */
export function shownSections(
  sections: readonly Section[],
  form: FormState,
  against: Against,
  stage: string | null,
): ShownSection[] {
  const questions = sections.flatMap((section) => section.questions);
  const files = Object.fromEntries(Object.entries(form.kept).map(([name, kept]) => [name, kept.map(({ file }) => file)]));
  const answers = answersSoFar(questions, { texts: form.typed, files }, against);
  const now = withAnswers(against, questions, answers);
  const followed = lookedAt(questions, against.definition);
  return sections.map(({ title, help, questions: own }) => ({
    title,
    help,
    questions: own.map((question) => shown(question, now, against, followed, stage)),
  }));
}

function shown(
  question: Question,
  now: Against,
  before: Against,
  followed: ReadonlySet<string>,
  stage: string | null,
): ShownQuestion {
  const { definition } = now;
  return {
    question,
    asked: isAsked(question, now),
    onlyIf: question.showWhen === null ? null : inWords(question.showWhen, definition),
    required: isRequired(question, now),
    rows: question.is === 'rows' && question.rows.is === 'fixed' ? rowsIn(before.facts[question.key]?.value) : [],
    leadsTo:
      question.is === 'one' && question.outcomes !== null && stage !== null
        ? leadsTo(question.key, question.outcomes, before, stage)
        : {},
    followed: followed.has(question.key),
  };
}

/** The data that the conditions of a form look at. */
function lookedAt(questions: readonly Question[], definition: Definition): Set<string> {
  const conditions = questions.flatMap(({ showWhen, required }) => [
    ...(showWhen === null ? [] : [showWhen]),
    ...(typeof required === 'boolean' ? [] : [required.when]),
  ]);
  return new Set(conditions.flatMap((condition) => dataIn(condition, definition)));
}

/** In words, where each outcome leads as things stand: `Then: Pay.` Nothing where that is not decided by rules. */
function leadsTo(
  key: string,
  outcomes: readonly { key: string }[],
  { definition, facts, moment }: Against,
  stage: string,
): Record<string, string> {
  const { next = [] } = stageOf(definition, stage);
  if (next.some(({ guidance }) => guidance !== undefined)) return {};
  const found: Record<string, string> = {};
  for (const outcome of outcomes) {
    const origin = { from: 'answer' as const, by: '', stage, at: moment.at };
    const supposed = { ...facts, [key]: { value: outcome.key, origin } };
    try {
      const branch = next.find(({ when }) => when === undefined || holds(when, definition, supposed, moment));
      if (branch !== undefined)
        found[outcome.key] = branch.to === 'end' ? 'Then it is finished.' : `Then: ${stageTitle(definition, branch.to)}.`;
    } catch {
      // The way depends on an answer that is still missing.
    }
  }
  return found;
}

/** What an earlier answer looks like in the form: its texts by name. Files are kept elsewhere. */
export function typedAgain(question: Question, value: Value): Record<string, string[]> {
  if (question.is === 'one') {
    const typed = typedValue(question.field, value);
    if (question.field.type !== 'person') return { [question.name]: typed };
    return { [`${question.name}.email`]: typed.slice(0, 1), [`${question.name}.name`]: typed.slice(1, 2) };
  }
  const keys = question.rows.is === 'items' ? question.rows.items.map(({ key }) => key) : null;
  const typed: Record<string, string[]> = {};
  for (const [index, row] of rowsIn(value).entries()) {
    for (const [column, texts] of Object.entries(typedRow(question.field.of, row))) {
      if (question.edit.includes(column)) typed[cellName(question.name, keys?.[index] ?? index, column)] = texts;
    }
  }
  return typed;
}

/** What an empty question already holds, if its field says so. */
export function defaultOf(question: Question, { definition, facts, moment }: Against): Record<string, string[]> {
  const literal = question.field.default;
  if (literal === undefined || question.is === 'rows') return {};
  if (typeof literal === 'string' && literal.includes('{')) {
    const text = renderLine(literal, definition, facts, { portal: '', settings: {}, starter: moment.starter }, 2000);
    return text === '' ? {} : { [question.name]: [text] };
  }
  const read = readJson(question.field, literal, question.key);
  return read.ok ? typedAgain(question, read.value) : {};
}

/** A form with a row more, or one less, as the button says that was pressed; null when it was another one. */
export function rearranged(form: FormState, add: string, remove: string): FormState | null {
  if (add !== '') {
    const [, name, number] = /^(.+)\.(\d{1,4})$/.exec(add) ?? [];
    return name === undefined ? null : { ...form, problems: {}, typed: { ...form.typed, [`${name}.${number}.`]: [''] } };
  }
  const [, name, number] = /^(.+)\.(\d{1,4})$/.exec(remove) ?? [];
  if (name === undefined) return null;
  const without = <T>(all: Record<string, T>) => withoutRow(all, name, Number(number));
  return { typed: without(form.typed), kept: without(form.kept), problems: {} };
}

/** Takes the cells of one row out; those behind it move up. */
function withoutRow<T>(all: Record<string, T>, name: string, gone: number): Record<string, T> {
  const left: Record<string, T> = {};
  for (const [key, value] of Object.entries(all)) {
    const [, number, rest] = key.startsWith(`${name}.`) ? (/^(\d{1,4})(\..*)$/.exec(key.slice(name.length + 1)) ?? []) : [];
    if (number === undefined) left[key] = value;
    else if (Number(number) < gone) left[key] = value;
    else if (Number(number) > gone) left[`${name}.${Number(number) - 1}${rest}`] = value;
  }
  return left;
}

/** The names of questions for the summary of problems; a cell is called after its column and row. */
export function labelsOf(asking: Pick<Asking, 'sections'>, definition: Definition): (name: string) => string {
  const questions = questionsOf({ ...EMPTY_ASKING, ...asking });
  return (name) => {
    const exact = questions.find((question) => question.name === name);
    if (exact !== undefined) return exact.label;
    const list = questions.find((question) => question.is === 'rows' && name.startsWith(`${question.name}.`));
    if (list?.is !== 'rows') return labelOf(definition, name);
    if (name === pastedName(list.name)) return `${list.label}, pasted`;
    const [row = '', column = ''] = name.slice(list.name.length + 1).split('.');
    const item = list.rows.is === 'items' ? list.rows.items.find(({ key }) => key === row)?.row.item : undefined;
    const where = item === undefined ? `${list.field.item ?? 'Row'} ${Number(row) + 1}` : String(item);
    return `${where}, ${(list.field.of[column]?.label ?? column.replaceAll('_', ' ')).toLowerCase()}`;
  };
}

const EMPTY_ASKING: Asking = {
  stage: '',
  component: '',
  kind: 'form',
  task: null,
  shows: [],
  sections: [],
  partial: false,
  branches: [],
};

/** A short mark of what a page shows: whoever signs, signs this. */
export function revisionOf(shownThings: unknown): string {
  return createHash('sha256').update(JSON.stringify(shownThings)).digest('hex').slice(0, 12);
}
