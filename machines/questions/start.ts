import { keysIn } from '../components/form.ts';
import { type Definition, startForm } from '../definition.ts';
import type { Moment } from '../expressions.ts';
import { type KeyedField, missing, readJsonValues } from '../fields/field.ts';
import type { Facts, Problem, Read, Value } from '../values.ts';
import { startSections } from './asking.ts';
import { brokenRules, isAsked, isRequired } from './read.ts';

/**
 * Reads the data that a program gives a run to begin with, by the same rules as the form: anything declared may be given;
 * what the `api` trigger collects (without such a list, what the start form asks) must be, unless it is optional or not
 * asked as the other data stand; and the cross-field rules hold.
 */
export function readStart(definition: Definition, data: Record<string, unknown>, moment: Moment): Read<Record<string, Value>> {
  const read = readJsonValues(startFields(definition), data);
  const values = read.ok ? read.value : {};
  const origin = { from: 'trigger' as const, by: moment.starter.email, stage: null, at: moment.at };
  const facts: Facts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
  const wrong = read.ok ? [] : read.problems;
  const problems: Problem[] = [...wrong];
  const against = { definition, facts, moment };
  const asked = startSections(definition, [...requiredAtStart(definition)]).flatMap(({ questions }) => questions);
  for (const question of asked) {
    if (values[question.key] !== undefined || wrong.some(({ field }) => field === question.key)) continue;
    if (isAsked(question, against) && isRequired(question, against))
      problems.push({ field: question.key, sentence: missing(question.field) });
  }
  if (problems.length === 0) problems.push(...brokenRules(values, against));
  return problems.length === 0 ? { ok: true, value: values } : { ok: false, problems };
}

/** Everything that a program may give, none of it required; rows with the columns with which the start form begins them. */
export function startFields(definition: Definition): KeyedField[] {
  const sections = startSections(definition, startForm(definition)?.collects ?? []);
  const begun = new Map(
    sections.flatMap(({ questions }) => questions.flatMap((one) => (one.is === 'rows' ? [[one.key, one.field] as const] : []))),
  );
  return Object.entries(definition.data)
    .filter(([, { computed }]) => computed === undefined)
    .map(([key, field]) => ({ key, field: { ...(begun.get(key) ?? field), optional: true } }));
}

/** What a program has to give: what the `api` trigger says, else what the start form asks, else what a caller gives. */
function requiredAtStart(definition: Definition): string[] {
  for (const trigger of definition.triggers) if ('api' in trigger && trigger.api.collects) return trigger.api.collects;
  const form = startForm(definition);
  if (form !== null) return keysIn(form.collects);
  for (const trigger of definition.triggers) if ('sub_workflow' in trigger) return trigger.sub_workflow.collects;
  return [];
}
