import type { Definition } from '../definition.ts';
import { dataIn, holds, type Moment } from '../expressions.ts';
import { celValueOf, missing, readTyped, showValue } from '../fields/field.ts';
import { readFiles } from '../fields/file.ts';
import type { Facts, FileReference, Problem, Read, Value } from '../values.ts';
import { type Asking, type OneQuestion, type Question, questionsOf } from './question.ts';
import { readRows } from './rows.ts';

/** A form as it was sent: texts by name, and the files that were chosen, already kept. */
export type Sent = { texts: Record<string, string[] | undefined>; files: Record<string, FileReference[] | undefined> };

/** What the answers are read against. */
export type Against = { definition: Definition; facts: Facts; moment: Moment };

/**
 * Reads the answers to a form. Each question is asked, or not, by what the questions before it were answered; every
 * problem is told at once, beside its question. `partial`: what is missing may be sent later.
 */
export function readAsking(asking: Asking, sent: Sent, against: Against, partial = false): Read<Record<string, Value>> {
  return readQuestions(questionsOf(asking), sent, against, partial);
}

/** Reads the answers to questions, then holds them against the cross-field rules of the definition. */
export function readQuestions(
  questions: readonly Question[],
  sent: Sent,
  against: Against,
  partial = false,
): Read<Record<string, Value>> {
  const value: Record<string, Value> = {};
  const problems: Problem[] = [];
  for (const question of questions) {
    // Only conditions and limits look at the answers so far.
    const looks =
      question.showWhen !== null || typeof question.required !== 'boolean' || (question.is === 'one' && question.atMost !== null);
    const now = looks ? withAnswers(against, questions, value) : against;
    if (!isAsked(question, now)) continue;
    const read = readOne(question, sent, now);
    if (read.is === 'problem') problems.push(...read.problems);
    else if (read.is === 'answer') value[question.key] = read.value;
    else if (!partial && isRequired(question, now)) problems.push({ field: question.name, sentence: missing(question.field) });
  }
  if (problems.length === 0) problems.push(...brokenRules(value, withAnswers(against, questions, value)));
  return problems.length === 0 ? { ok: true, value } : { ok: false, problems };
}

/** The answers that can be read already, whatever is wrong with the others. */
export function answersSoFar(questions: readonly Question[], sent: Sent, against: Against): Record<string, Value> {
  const value: Record<string, Value> = {};
  for (const question of questions) {
    const now = withAnswers(against, questions, value);
    if (!isAsked(question, now)) continue;
    const read = readOne(question, sent, now);
    if (read.is === 'answer') value[question.key] = read.value;
  }
  return value;
}

/** Whether a question is asked, as the answers before it stand. One whose condition cannot be judged yet is not. */
export function isAsked({ showWhen }: Question, against: Against): boolean {
  return showWhen === null || judged(showWhen, against);
}

/** Whether a question has to be answered. */
export function isRequired({ required }: Question, against: Against): boolean {
  return typeof required === 'boolean' ? required : judged(required.when, against);
}

function judged(condition: string, { definition, facts, moment }: Against): boolean {
  try {
    return holds(condition, definition, facts, moment);
  } catch {
    return false;
  }
}

/** The facts with these answers put over them; what is asked anew counts as not given until it is answered. */
export function withAnswers(against: Against, questions: readonly Question[], answers: Record<string, Value>): Against {
  const asked = new Set(questions.map(({ key }) => key));
  const facts = Object.fromEntries(Object.entries(against.facts).filter(([key]) => !asked.has(key)));
  const origin = { from: 'answer' as const, by: '', stage: null, at: against.moment.at };
  for (const [key, value] of Object.entries(answers)) facts[key] = { value, origin };
  return { ...against, facts };
}

type ReadOne = { is: 'answer'; value: Value } | { is: 'nothing' } | { is: 'problem'; problems: Problem[] };

function readOne(question: Question, sent: Sent, against: Against): ReadOne {
  if (question.is === 'rows') return readRows(question, sent, against.facts);
  const problem = (sentence: string): ReadOne => ({ is: 'problem', problems: [{ field: question.name, sentence }] });
  const read = readField(question, sent);
  if (read === null) return { is: 'nothing' };
  if (!read.ok) return problem(read.sentence);
  const excess = tooMuch(question, read.value, against);
  return excess === null ? { is: 'answer', value: read.value } : problem(excess);
}

function readField({ name, field }: OneQuestion, { texts, files }: Sent) {
  if (field.type === 'file') {
    const [file] = files[name] ?? [];
    return file === undefined ? null : { ok: true as const, value: file };
  }
  if (field.type === 'files') {
    const given = files[name] ?? [];
    return given.length === 0 ? null : readFiles(field, given);
  }
  if (field.type === 'person') return readTyped(field, [texts[`${name}.email`]?.[0] ?? '', texts[`${name}.name`]?.[0] ?? '']);
  return readTyped(
    field,
    (texts[name] ?? []).filter((one) => one.trim() !== ''),
  );
}

function tooMuch({ atMost, field }: OneQuestion, value: Value, { definition, facts }: Against): string | null {
  const limit = atMost === null ? undefined : facts[atMost]?.value;
  const limited = atMost === null ? undefined : definition.data[atMost];
  if (limit === undefined || limited === undefined) return null;
  const most = celValueOf(limited, limit);
  const given = celValueOf(field, value);
  if (typeof most !== 'number' || typeof given !== 'number' || given <= most) return null;
  return `This can be ${showValue(limited, limit)} at most.`;
}

/** The cross-field rules that the answers break: those over data of which some was just answered, and all is given. */
export function brokenRules(answers: Record<string, Value>, against: Against): Problem[] {
  return against.definition.checks.flatMap(({ that, message, at }) => {
    const names = dataIn(that, against.definition);
    if (!names.some((name) => answers[name] !== undefined)) return [];
    if (names.some((name) => against.facts[name] === undefined)) return [];
    if (holds(that, against.definition, against.facts, against.moment)) return [];
    const field = answers[at] === undefined ? (names.find((name) => answers[name] !== undefined) ?? at) : at;
    return [{ field, sentence: message }];
  });
}
