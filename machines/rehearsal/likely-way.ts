import type { Workflow } from '../compile.ts';
import { type Component, componentId } from '../components/component.ts';
import { actorTitle, componentNamed, type Definition, labelOf, type Stage, stageOf, stageTitle } from '../definition.ts';
import type { Beginning, RunEvent, Stamped } from '../event.ts';
import { dataIn } from '../expressions.ts';
import type { OpenHandOff, Outcome, RunContext } from '../outcome.ts';
import { askingOf, CHOOSE, startSections } from '../questions/asking.ts';
import { type Asking, type Question, questionsOf } from '../questions/question.ts';
import { type Against, isAsked, isRequired, readAsking } from '../questions/read.ts';
import { begin, step } from '../step.ts';
import { namesAlways } from '../templates.ts';
import type { Facts, Person, Value } from '../values.ts';
import { type Given, namedFile, sentWith } from './given.ts';
import { goodItem, sampleOf, sampleValue } from './samples.ts';

/** A stage in which somebody will be asked, if everybody before agrees. */
export type LikelyStep = { stage: string; title: string; actor: string; isStarter: boolean };
/**
 * The stages that a request needs; `title`: what it will be called, if that is known; `depends`: what nobody can know yet,
 * where the way is not clear to its end.
 */
export type LikelyWay = { title: string | null; steps: LikelyStep[]; depends: string | null };

export type Asker = { starter: Person; facts: Facts; at: string } & Pick<Stamped, 'tables'>;

const MOST_STEPS = 60;

/**
 * Where a request would go if it were sent now and everybody agreed. The machine itself is asked, on a copy: what nobody
 * can know yet is supposed, and as soon as the way depends on that, it says so. Nothing is sent or stored. Null when too
 * little is known to begin.
 */
export function likelyWay(workflow: Workflow, asker: Asker): LikelyWay | null {
  const { definition } = workflow;
  const supposed = new Set<string>();
  const way: LikelyWay = { title: null, steps: [], depends: null };
  const { steps } = way;
  try {
    let outcome = begin(workflow, beginningOf(definition, asker, supposed));
    const named = definition.run_title === undefined ? [] : namesAlways(definition.run_title, definition);
    if (definition.run_title !== undefined && !named.some((key) => supposed.has(key))) way.title = outcome.title;
    for (let n = 0; n < MOST_STEPS; n += 1) {
      const depends = dependsOn(definition, outcome, supposed);
      if (depends !== null) return { ...way, depends };
      const { context } = outcome.snapshot;
      if (context.ending !== null) return way;
      note(definition, context, asker.starter, steps);
      const event = nextEvent(definition, context, supposed);
      if (typeof event === 'string') return { ...way, depends: event };
      const next = step(workflow, outcome.snapshot, { ...event, ...stampOf(asker, n + 2) });
      if (next === null) return { ...way, depends: 'what happens then' };
      outcome = next;
    }
    return { ...way, depends: 'how often it goes back' };
  } catch {
    // A text or rule needs what is not there yet.
    return steps.length === 0 ? null : { ...way, depends: 'what is filled in then' };
  }
}

function stampOf({ at, tables }: Asker, n: number): Stamped {
  return { at, fresh: `00000000-0000-7000-8000-${n.toString(16).padStart(8, '0')}0000`, ...(tables ? { tables } : {}) };
}

/** What the form asks and nobody has filled in yet is supposed. */
function beginningOf(definition: Definition, asker: Asker, supposed: Set<string>): Beginning {
  const { starter, facts, at } = asker;
  const form = definition.triggers.find((trigger) => 'form' in trigger);
  const asked = form === undefined ? [] : startSections(definition, form.form.collects).flatMap(({ questions }) => questions);
  const against: Against = { definition, facts, moment: { starter, at } };
  const all: Facts = { ...facts };
  for (const question of asked) {
    if (all[question.key] !== undefined || !isAsked(question, against) || !isRequired(question, against)) continue;
    const value = sampleValue(question.field, question.key);
    if (value === undefined) continue;
    supposed.add(question.key);
    all[question.key] = { value, origin: { from: 'trigger', by: starter.email, stage: null, at } };
  }
  return { ...stampOf(asker, 1), run: stampOf(asker, 0).fresh, starter, trigger: 'form', facts: all };
}

/** What the step took for granted that nobody knows: the data of its rules and lookups that were only supposed. */
function dependsOn(definition: Definition, { happened }: Outcome, supposed: ReadonlySet<string>): string | null {
  const looked = happened.flatMap((one) => {
    if (one.what === 'routed') return conditionsOf(stageOf(definition, one.from));
    if (one.what === 'looked_up' || one.what === 'ruled') return inputsOf(stageOf(definition, one.stage), one.component);
    return [];
  });
  const unknown = looked
    .flatMap((text) => dataIn(text, definition))
    .flatMap((key) => rootsIn(definition, key))
    .find((key) => supposed.has(key));
  return unknown === undefined ? null : labelOf(definition, unknown);
}

function conditionsOf({ skip, next = [] }: Stage): string[] {
  return [...(skip === undefined ? [] : [skip.when]), ...next.flatMap(({ when }) => when ?? [])];
}

/** What a component looks at before it goes one way or another; of all of a stage where none is named. */
function inputsOf({ components }: Stage, id: string | null): string[] {
  return components.flatMap((one, index) => (id === null || componentId(one, index) === id ? lookedAtBy(one) : []));
}

function lookedAtBy(one: Component): string[] {
  if (one.kind === 'lookup') return [...Object.values(one.match), ...(one.where === undefined ? [] : [one.where])];
  return one.kind === 'rules' ? one.rows.flatMap(({ when }) => when ?? []) : [];
}

/** The data on which the way of a request depends: what a form asks of them is worth looking at again when it changes. */
export function decisiveData(definition: Definition): Set<string> {
  const texts = Object.values(definition.stages).flatMap((stage) => [...conditionsOf(stage), ...inputsOf(stage, null)]);
  return new Set(texts.flatMap((text) => dataIn(text, definition)).flatMap((key) => rootsIn(definition, key)));
}

/** The data that a computed one is made of, however far back. */
function rootsIn(definition: Definition, key: string, seen = new Set<string>()): string[] {
  const computed = definition.data[key]?.computed;
  if (computed === undefined || seen.has(key)) return [key];
  seen.add(key);
  return dataIn(computed, definition).flatMap((one) => rootsIn(definition, one, seen));
}

function note(definition: Definition, { stage, open, fan }: RunContext, starter: Person, steps: LikelyStep[]): void {
  const last = steps.at(-1);
  if (stage === null || (open === null && !fan) || last?.stage === stage) return;
  const actor = open === null ? 'Several people' : actorTitle(definition, open.actor);
  steps.push({ stage, title: stageTitle(definition, stage), actor, isStarter: open?.person.email === starter.email });
}

type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, keyof Stamped> : never) : never;

/** What would happen next if everybody agreed; a sentence where nobody can know. */
function nextEvent(definition: Definition, context: RunContext, supposed: Set<string>): Unstamped | string {
  const { open, awaiting, waiting, stage } = context;
  if (open !== null)
    return open.component === CHOOSE ? 'what somebody decides then' : agreed(definition, context, open, supposed);
  if (awaiting !== null) {
    const component = componentNamed(definition, stage ?? '', awaiting.component);
    if (component?.kind !== 'document' && component?.kind !== 'http') return 'what is decided then';
    const saved =
      component.kind === 'document'
        ? { [component.into]: namedFile('file.pdf') }
        : samplesOf(definition, Object.keys(component.save), supposed);
    return { type: 'effect_done', effect: awaiting.effect, result: { status: 200, saved } };
  }
  if (!waiting) return 'what they answer';
  const component = componentNamed(definition, stage ?? '', waiting.component);
  if (waiting.event === null || component?.kind !== 'wait') return { type: 'wait_over', wait: waiting.id };
  return {
    type: 'heard',
    name: waiting.event,
    data: samplesOf(definition, Object.keys(component.save), supposed),
    by: 'somebody',
  };
}

function samplesOf(definition: Definition, keys: readonly string[], supposed: Set<string>): Record<string, Value> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const field = definition.data[key];
      const value = field === undefined ? undefined : sampleValue(field, key);
      supposed.add(key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/** The answer of somebody who agrees: the first good outcome, everything in order, nothing that may be left out. */
function agreed(definition: Definition, context: RunContext, open: OpenHandOff, supposed: Set<string>): Unstamped | string {
  const asking: Asking = askingOf(definition, open);
  const against: Against = { definition, facts: context.facts, moment: { starter: context.starter, at: open.openedAt } };
  const given: Given = {};
  const outcomes = new Set<string>();
  for (const question of questionsOf(asking)) {
    if (question.is !== 'one' || question.outcomes === null) continue;
    outcomes.add(question.key);
    given[question.key] = (question.outcomes.find(({ tone }) => tone === 'good') ?? question.outcomes[0])?.key;
  }
  const origin = { from: 'answer' as const, by: '', stage: open.stage, at: open.openedAt };
  const chosen = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, { value: String(value), origin }]));
  const now = { ...against, facts: { ...against.facts, ...chosen } };
  for (const question of questionsOf(asking)) {
    if (outcomes.has(question.key) || !isAsked(question, now) || !isRequired(question, now)) continue;
    given[question.key] = answerTo(question, context.facts);
    // The first of several options stands for agreeing; a number or a day may be any.
    if (question.field.type !== 'choice' && question.field.type !== 'yes_no') supposed.add(question.key);
  }
  const sent = sentWith(asking, given);
  const read = sent.ok ? readAsking(asking, sent.value, against) : sent;
  if (!read.ok) return 'what is filled in then';
  return {
    type: 'answered',
    handOff: open.id,
    generation: open.generation,
    by: open.person,
    answers: read.value,
    submission: open.id,
  };
}

function answerTo(question: Question, facts: Facts): unknown {
  if (question.is === 'one') return sampleOf(question.field);
  const row = () => Object.fromEntries(question.edit.map((key) => [key, sampleOf(question.field.of[key] ?? question.field)]));
  if (question.rows.is === 'items') return Object.fromEntries(question.rows.items.map((item) => [item.key, goodItem(item)]));
  const value = facts[question.key]?.value;
  const count = question.rows.is === 'fixed' && Array.isArray(value) ? value.length : Math.max(1, question.field.min);
  return Array.from({ length: count }, row);
}
