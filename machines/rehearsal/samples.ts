import { candidatesOf } from '../check/coverage.ts';
import type { Component } from '../components/component.ts';
import type { Definition, Field } from '../definition.ts';
import { plainValue, readJson } from '../fields/field.ts';
import type { Scalar } from '../fields/scalar.ts';
import { type Asking, columnsOf, type Question, questionsOf, type RowsQuestion } from '../questions/question.ts';
import { type Against, isAsked, isRequired, withAnswers } from '../questions/read.ts';
import { filesIn, rowsIn, type Value } from '../values.ts';
import type { Chance } from './chance.ts';
import { type Given, namedFile } from './given.ts';

/** Every condition of a definition: the values that they tell apart are worth trying. */
export function conditionsOf(definition: Definition): string[] {
  const of = (component: Component): (string | undefined)[] => {
    if (component.kind === 'rules') return component.rows.map(({ when }) => when);
    return component.kind === 'lookup' ? [] : [];
  };
  return Object.values(definition.stages)
    .flatMap(({ skip, next = [], components }) => [skip?.when, ...next.map(({ when }) => when), ...components.flatMap(of)])
    .filter((condition) => condition !== undefined);
}

/** Answers by chance that a form takes: boundary values where rules compare, and now and then nothing where nothing is needed. */
export function sampleAnswers(
  asking: Pick<Asking, 'sections'>,
  against: Against,
  conditions: readonly string[],
  chance: Chance,
): Given {
  const questions = questionsOf({ ...NOTHING, ...asking });
  const given: Given = {};
  const values: Record<string, Value> = {};
  for (const question of questions) {
    const now = withAnswers(against, questions, values);
    if (!isAsked(question, now)) continue;
    if (!isRequired(question, now) && chance.below(3) === 0) continue;
    const sample = question.is === 'rows' ? rowsFor(question, against, chance) : oneFor(question, against, conditions, chance);
    given[question.key] = sample.json;
    if (sample.value !== undefined) values[question.key] = sample.value;
  }
  return given;
}

const NOTHING: Asking = {
  stage: '',
  component: '',
  kind: 'form',
  task: null,
  shows: [],
  sections: [],
  partial: false,
  branches: [],
};

type Sample = { json: unknown; value?: Value | undefined };

function oneFor(
  question: Extract<Question, { is: 'one' }>,
  { definition, facts }: Against,
  conditions: readonly string[],
  chance: Chance,
): Sample {
  const limit = question.atMost === null ? undefined : facts[question.atMost]?.value;
  if (limit !== undefined) return { json: plainValue(question.field, limit), value: limit };
  const named = conditions.filter((condition) => new RegExp(`\\b${question.key}\\b`).test(condition));
  // What no rule looks at needs no boundary; options are worth trying all the same.
  const worth = named.length > 0 || question.field.type === 'choice' || question.field.type === 'yes_no';
  const candidates = worth && Object.hasOwn(definition.data, question.key) ? candidatesOf(question.key, named, definition) : [];
  const plain = candidates.flatMap((one) =>
    one === undefined || filesIn(one).length > 0 ? [] : [plainValue(question.field, one)],
  );
  const isNumber = question.field.type === 'number' || question.field.type === 'money';
  const tried = plain.length > 0 ? plain : isNumber ? [7, 1, 0, 100] : [];
  const json = chance.pick(tried.filter((one) => readJson(question.field, one, question.key).ok)) ?? sampleOf(question.field);
  const read = readJson(question.field, json, question.key);
  return { json, value: read.ok ? read.value : undefined };
}

/** Something that a field takes, as JSON. */
export function sampleOf(field: Field): unknown {
  switch (field.type) {
    case 'text':
      return field.pattern === undefined ? 'something' : fitting(field.pattern);
    case 'number':
    case 'money':
      return Math.max(field.min ?? 0, Math.min(field.max ?? 7, 7));
    case 'yes_no':
      return true;
    case 'choice':
      return Object.keys(field.options)[0];
    case 'choices':
      return Object.keys(field.options).slice(0, 1);
    case 'date':
      return '2026-03-05';
    case 'date_time':
      return '2026-03-05T09:00';
    case 'email':
    case 'person':
      return 'somebody@example.com';
    case 'people':
      return Array.from({ length: Math.max(1, field.min) }, (_, index) => `person${index + 1}@example.com`);
    case 'phone':
      return '+49 30 1234567';
    case 'url':
      return 'https://example.com';
    case 'file':
      return 'file.pdf';
    case 'files':
      return Array.from({ length: Math.max(1, field.min) }, (_, index) => `file${index + 1}.pdf`);
    case 'json':
      return {};
    default:
      return 'something';
  }
}

/** Something that a field takes, as a value; undefined where a pattern is beyond guessing. */
export function sampleValue(field: Field, key: string): Value | undefined {
  if (field.type === 'file') return namedFile('file.pdf');
  if (field.type === 'files') return [namedFile('file.pdf')];
  const read = readJson(field, sampleOf(field), key);
  return read.ok ? read.value : undefined;
}

/** A text for the simple patterns that forms use: letters and digits in classes, counted; else the pattern is left to people. */
function fitting(pattern: string): string {
  return pattern
    .replace(/^\^|\$$/g, '')
    .replace(/\[([A-Za-z0-9])[^\]]*\](?:\{(\d+)(?:,\d*)?\}|[+*?])?/g, (_, first: string, count = '1') =>
      first.repeat(Number(count)),
    )
    .replace(/\\d(?:\{(\d+)(?:,\d*)?\}|[+*?])?/g, (_, count = '1') => '0'.repeat(Number(count)))
    .replace(/\\(.)/g, '$1');
}

function rowsFor(question: RowsQuestion, { facts }: Against, chance: Chance): Sample {
  const columns = columnsOf(question).filter(({ edit }) => edit);
  // Sums are made of rows: some lists are of small things, some of large ones.
  const scale = chance.pick([1, 1, 20, 1000]) ?? 1;
  const row = () => Object.fromEntries(columns.map(({ key, field }) => [key, cellFor(field, scale, chance)]));
  if (question.rows.is === 'items') {
    // Most lists are in order; where something is wrong, it is one item or another.
    const careless = chance.below(3) === 0;
    return { json: Object.fromEntries(question.rows.items.map((item) => [item.key, itemFor(item, careless, chance)])) };
  }
  const count =
    question.rows.is === 'fixed' ? rowsIn(facts[question.key]?.value).length : Math.max(question.field.min, 1 + chance.below(3));
  return { json: Array.from({ length: Math.min(count, question.field.max) }, row) };
}

function cellFor(field: Scalar, scale: number, chance: Chance): unknown {
  if (field.type === 'choice') return chance.pick(Object.keys(field.options));
  if (field.type === 'yes_no') return chance.below(2) === 1;
  const sample = sampleOf(field);
  if (typeof sample !== 'number') return sample;
  const scaled = sample * scale;
  return readJson(field, scaled, '').ok ? scaled : sample;
}

type Item = { measure: { min?: number | undefined; max?: number | undefined } | null; evidence: string | null };

/** An item of a checklist that is done, as JSON. */
export function goodItem(item: Item): Given {
  return itemAs(item, false);
}

function itemFor(item: Item, careless: boolean, chance: Chance): Given {
  return itemAs(item, careless && chance.below(2) === 0);
}

function itemAs({ measure, evidence }: Item, wrong: boolean): Given {
  const right = measure?.min ?? measure?.max ?? 1;
  const outside = measure?.max !== undefined ? measure.max + 1 : right - 1;
  const measured = measure === null ? {} : { measured: wrong ? outside : right };
  const photo = evidence === 'file' ? { evidence: 'photo.png' } : {};
  return { state: wrong && measure === null ? 'failed' : 'done', note: 'A note.', ...measured, ...photo };
}
