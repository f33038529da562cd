import type { Called } from '../../../machines/check/calls.ts';
import { emptiableIn } from '../../../machines/check/emptiable.ts';
import { compile, type Workflow } from '../../../machines/compile.ts';
import type { Collects } from '../../../machines/components/form.ts';
import type { Definition } from '../../../machines/definition.ts';
import type { Surroundings } from '../../../machines/effects.ts';
import type { Beginning, RunEvent } from '../../../machines/event.ts';
import type { Field } from '../../../machines/fields/field.ts';
import { readJson } from '../../../machines/fields/field.ts';
import type { Outcome, StoredSnapshot } from '../../../machines/outcome.ts';
import { askingOf, startSections } from '../../../machines/questions/asking.ts';
import { columnsOf, type Question, questionsOf } from '../../../machines/questions/question.ts';
import { isAsked, readQuestions, type Sent, withAnswers } from '../../../machines/questions/read.ts';
import { cellName } from '../../../machines/questions/rows.ts';
import { begin, step } from '../../../machines/step.ts';
import { type FileReference, rowsIn, type Value } from '../../../machines/values.ts';
import type { Dice } from './dice.ts';
import { amongChildren, emptyNursery, isMinded, type Nursery, nurseryAfter, strayReport, type Unstamped } from './nursery.ts';
import { steered } from './steering.ts';

const STARTER = { email: 'emma@example.com', name: 'Emma' };
const FILE: FileReference = {
  id: '0195a000-0000-7000-8000-0000000000ff',
  name: 'a.pdf',
  type: 'application/pdf',
  size: 9,
  sha256: 'a'.repeat(64),
};

/** A run that was played by chance: everything it was told, and each snapshot. */
export type Played = { workflow: Workflow; beginning: Beginning; events: RunEvent[]; outcomes: Outcome[] };

const CALLS_NOTHING: Called = () => null;

/** Plays a run of a sound definition by chance, for so many steps at most. Throws when the run is stuck. */
export function play(definition: Definition, roll: Dice, called: Called = CALLS_NOTHING, steps = 60): Played {
  let nursery = emptyNursery();
  const around: Surroundings = {
    portal: 'https://baton.example.com',
    settings: {},
    children: (fan) => nursery.family[fan] ?? [],
  };
  const workflow: Workflow = { definition, machine: compile(definition, around) };
  let now = Date.parse('2026-03-02T09:00:00.000Z');
  let number = 1;
  const stamp = () => {
    now += (1 + roll.below(3000)) * 60_000;
    return { at: new Date(now).toISOString(), fresh: freshId(number++), ...(roll.chance(0.5) ? { judges: true as const } : {}) };
  };
  const beginning: Beginning = { ...stamp(), run: freshId(0xfffff), starter: STARTER, ...startOf(definition, roll) };
  let outcome = begin(workflow, beginning);
  nursery = nurseryAfter(nursery, definition, called, outcome);
  const played: Played = { workflow, beginning, events: [], outcomes: [outcome] };
  for (let n = 0; n < steps && outcome.snapshot.status === 'active'; n += 1) {
    requireWayOn(outcome.snapshot, nursery);
    const event = { ...somethingFor(definition, outcome, nursery, called, roll), ...stamp() };
    const next = step(workflow, outcome.snapshot, event);
    if (next === null) continue;
    played.events.push(event);
    played.outcomes.push(next);
    outcome = next;
    nursery = nurseryAfter(nursery, definition, called, outcome);
  }
  const late = outcome.snapshot.status === 'active' ? null : strayReport(nursery, called, roll);
  if (late !== null) noteLate(played, { ...late, ...stamp() });
  for (const one of played.outcomes) requireResults(definition, one);
  return played;
}

/** What comes when a run has ended is noted, and changes nothing. */
function noteLate({ workflow, events, outcomes }: Played, event: RunEvent): void {
  const ended = outcomes.at(-1);
  const noted = ended === undefined ? null : step(workflow, ended.snapshot, event);
  if (noted === null || noted.snapshot !== ended?.snapshot) throw new Error('What came too late was not just noted.');
  events.push(event);
  outcomes.push(noted);
}

/** A run that goes on waits for a person, an effect, a time or event, or for children. */
function requireWayOn({ context }: StoredSnapshot, nursery: Nursery): void {
  const { open, awaiting, waiting } = context;
  if (open === null && awaiting === null && !waiting && !isMinded(context, nursery))
    throw new Error(`The run is stuck in ${context.stage}.`);
}

/** A run that was called hands back all that it says it does, besides what may be left empty. */
function requireResults(definition: Definition, { tells }: Outcome): void {
  for (const { event } of tells) {
    const [{ ended, results }] = event.reports;
    const lacking = definition.results.filter((key) => results[key] === undefined && !emptiableIn(definition).has(key));
    if (ended === 'done' && lacking.length > 0) throw new Error(`Nothing is handed back as ${lacking.join()}.`);
  }
}

function freshId(n: number): string {
  return `0195a000-0000-7000-8000-${n.toString(16).padStart(8, '0')}0000`;
}

/** One of the ways in which a run may begin, with what is given or asked for on it. */
function startOf(definition: Definition, roll: Dice): Pick<Beginning, 'trigger' | 'facts' | 'parent'> {
  const trigger = roll.pick(definition.triggers);
  if ('form' in trigger) return { trigger: 'form', facts: startFacts(definition, trigger.form.collects, roll) };
  if ('api' in trigger) return { trigger: 'api', facts: startFacts(definition, trigger.api.collects ?? [], roll) };
  if (!('sub_workflow' in trigger)) return { trigger: 'schedule', facts: {} };
  const parent = { run: freshId(0xffffe), fan: freshId(0xffffd), index: roll.below(3), depth: 1 };
  return { trigger: 'sub_workflow', facts: startFacts(definition, trigger.sub_workflow.collects, roll), parent };
}

function startFacts(definition: Definition, collects: Collects, roll: Dice): Beginning['facts'] {
  const at = '2026-03-02T09:00:00.000Z';
  const questions = startSections(definition, collects).flatMap((section) => section.questions);
  const values = answersTo(definition, questions, {}, at, roll);
  const origin = { from: 'trigger' as const, by: STARTER.email, stage: null, at };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
}

function somethingFor(definition: Definition, outcome: Outcome, nursery: Nursery, called: Called, roll: Dice): Unstamped {
  const { context } = outcome.snapshot;
  const { open, awaiting, waiting, fan, stage } = context;
  const stray = roll.chance(0.1) ? strayReport(nursery, called, roll) : null;
  if (stray !== null) return stray;
  if (roll.chance(0.01)) return { type: 'cancelled', by: 'olga@example.com', reason: 'Over.' };
  const steer = roll.chance(0.03)
    ? steered(definition, context, roll, (questions) => answersTo(definition, questions, context.facts, context.startedAt, roll))
    : null;
  if (steer !== null) return steer;
  if (roll.chance(0.03)) return { type: 'effect_failed', effect: awaiting?.effect ?? freshId(7), error: 'Away' };
  if (context.attention !== null && roll.chance(0.7)) return { type: 'retried', by: 'olga@example.com' };
  if (fan) return amongChildren(fan, nursery, called, roll);
  if (open !== null) {
    const about = { handOff: open.id };
    if (roll.chance(0.3)) {
      return roll.pick<Unstamped>([
        { type: 'remind_due', ...about },
        { type: 'overdue', ...about },
        { type: 'escalate_due', ...about },
        { type: 'reassigned', ...about, to: { email: 'nora@example.com', name: 'Nora' }, by: 'olga@example.com', reason: '' },
        { type: 'wait_over', wait: open.id },
        { type: 'heard', name: 'signed', data: { signed_on: '2026-04-01' }, by: 'a program' },
      ]);
    }
    const asking = askingOf(definition, open);
    const answers = answersTo(definition, questionsOf(asking), context.facts, open.openedAt, roll);
    const base = { handOff: open.id, generation: open.generation, by: open.person, answers, submission: 's' };
    if (asking.partial && roll.chance(0.3)) return { type: 'supplied', ...base };
    if (asking.branches.length === 0) return { type: 'answered', ...base };
    return { type: 'answered', ...base, route: { to: roll.pick(asking.branches).to, reason: '' } };
  }
  if (awaiting !== null) return effectResult(definition, outcome, awaiting.effect, stage ?? '', awaiting.component, roll);
  if (waiting?.event && roll.chance(0.6))
    return { type: 'heard', name: waiting.event, data: { signed_on: '2026-04-01' }, by: 'a program' };
  return { type: 'wait_over', wait: waiting?.id ?? '' };
}

function effectResult(
  definition: Definition,
  outcome: Outcome,
  effect: string,
  stageKey: string,
  id: string,
  roll: Dice,
): Unstamped {
  const stage = definition.stages[stageKey];
  if (id.startsWith(':')) {
    const to = roll.pick(stage?.next ?? []).to;
    const judgement = roll.chance(0.2)
      ? null
      : { to, reason: 'So.', confidence: roll.pick([0.2, 0.95]), model: 'a model', tokens: 9 };
    return { type: 'judged', effect, judgement, note: '' };
  }
  const component = stage?.components.find((one, index) => (one.id ?? `${one.kind}_${index + 1}`) === id);
  const saved: Record<string, Value> = {};
  if (component?.kind === 'document') saved[component.into] = FILE;
  if (component?.kind === 'http') for (const key of Object.keys(component.save)) saved[key] = valueFor(definition, key);
  if (outcome.snapshot.status !== 'active') throw new Error('An effect of a run that has ended.');
  return { type: 'effect_done', effect, result: { status: 200, saved } };
}

function valueFor(definition: Definition, key: string): Value {
  const field = definition.data[key];
  const sample: Record<string, unknown> = {
    text: 'ref',
    number: 7,
    money: 7,
    date: '2026-05-01',
    email: 'x@example.com',
    yes_no: true,
  };
  const read = field === undefined ? null : readJson(field, sample[field.type] ?? 'ref', key);
  return read?.ok ? read.value : 'ref';
}

/** Answers by chance that the form takes. */
export function answersTo(
  definition: Definition,
  questions: readonly Question[],
  facts: Beginning['facts'],
  at: string,
  roll: Dice,
): Record<string, Value> {
  const against = { definition, facts, moment: { starter: STARTER, at } };
  const sent: Sent = { texts: {}, files: {} };
  const values: Record<string, Value> = {};
  for (const question of questions) {
    if (!isAsked(question, withAnswers(against, questions, values))) continue;
    const must = question.required !== false;
    if (!must && roll.chance(0.5)) continue;
    fill(question, sent, facts, roll);
    const soFar = readQuestions([question], sent, withAnswers(against, questions, values), true);
    if (soFar.ok) Object.assign(values, soFar.value);
  }
  const read = readQuestions(questions, sent, against);
  if (!read.ok) throw new Error(`A form refused its answers: ${JSON.stringify(read.problems)}`);
  return read.value;
}

function fill(question: Question, sent: Sent, facts: Beginning['facts'], roll: Dice): void {
  const { name } = question;
  if (question.is === 'one') {
    if (question.field.type === 'file' || question.field.type === 'files') sent.files[name] = [FILE];
    else if (question.field.type === 'person') sent.texts[`${name}.email`] = ['pia@example.com'];
    else if (question.field.type === 'choices') sent.texts[name] = severalOf(Object.keys(question.field.options), roll);
    else sent.texts[name] = [typedFor(question.field, roll)];
    return;
  }
  const rows =
    question.rows.is === 'items'
      ? question.rows.items.map(({ key }) => key)
      : question.rows.is === 'fixed'
        ? rowsIn(facts[question.key]?.value).map((_, index) => index)
        : Array.from({ length: 1 + roll.below(3) }, (_, index) => index);
  for (const row of rows) {
    for (const { key, field, edit } of columnsOf(question)) {
      if (!edit) continue;
      const cell = cellName(name, row, key);
      if (field.type === 'file') sent.files[cell] = [FILE];
      else
        sent.texts[cell] = [question.rows.is === 'items' && key === 'measured' ? roll.pick(['3', '9']) : typedFor(field, roll)];
    }
  }
}

function severalOf(options: readonly string[], roll: Dice): string[] {
  return [roll.pick(options), ...roll.some(options, 2)];
}

function typedFor(field: Field, roll: Dice): string {
  switch (field.type) {
    case 'number':
      return roll.pick(['0', '5', '6', '100']);
    case 'money':
      return roll.pick(['0', '5', '5,01', '100', '999']);
    case 'yes_no':
      return roll.pick(['yes', 'no']);
    case 'choice':
    case 'choices':
      return roll.pick(Object.keys(field.options));
    case 'date':
      return roll.pick(['2026-01-01', '2026-06-01', '2027-01-01']);
    case 'date_time':
      return '2026-06-01T09:00';
    case 'email':
      return roll.pick(['anna@example.com', 'zoe@example.com']);
    case 'people':
      return severalOf(
        ['Ana <ana@example.com>', 'Ana <ana2@example.com>', 'bob@example.com', 'Cleo <cleo@example.com>'],
        roll,
      ).join('\n');
    case 'phone':
      return '+49 30 1234567';
    case 'url':
      return 'https://example.com';
    case 'json':
      return '{}';
    default:
      return roll.pick(['abc', 'urgent now', 'x']);
  }
}
