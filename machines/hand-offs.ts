import { after } from './calendar.ts';
import { type Definition, SYSTEM, stageOf } from './definition.ts';
import type { Answered, RunEvent, Supplied } from './event.ts';
import { shownAnswers, shownFacts, withValues } from './facts.ts';
import type { MoveReason, OpenHandOff, RunContext } from './outcome.ts';
import { firstOwner, isSame, momentOf, resolveActor } from './people.ts';
import { askingOf, CHOOSE, signOffId } from './questions/asking.ts';
import { type Asking, questionsOf } from './questions/question.ts';
import { type Facts, type Person, rowsIn, type ShownFact, type Value } from './values.ts';
import type { Writing } from './writing.ts';

/**
 * Hands the run to the person who is to answer this component. Whoever has just acted gets no email: the next form
 * follows at once.
 */
export function openHandOff(w: Writing, definition: Definition, stageKey: string, component: string): void {
  const stage = stageOf(definition, stageKey);
  const { actor, person } = whoAnswers(w.context, definition, stageKey, component);
  const silent = person.email === w.context.step?.acting;
  const open: OpenHandOff = {
    id: w.id(),
    generation: 1,
    stage: stageKey,
    component,
    actor,
    person,
    openedAt: w.at,
    dueAt: stage.due === undefined ? null : after(w.at, stage.due, definition.timezone),
  };
  const round = w.context.rounds[stageKey] ?? 1;
  w.change({ open });
  w.ask({ asks: 'hand_off', change: { is: 'opened', handOff: open, round } });
  w.happened({ what: 'handed_off', handOff: open.id, stage: stageKey, to: person, dueAt: open.dueAt, silent });
  setTimers(w, definition, open, true);
  if (!silent) {
    w.mail({ is: 'hand_off', ...lettered(open, w.context), facts: factsFor(definition, open, w.context.facts), round });
  }
}

const OWNER = 'owner';

/** The actor and the person to ask: of the stage, of a sign-off, or who chooses where guidance decides. */
function whoAnswers(
  context: RunContext,
  definition: Definition,
  stageKey: string,
  component: string,
): { actor: string; person: Person } {
  const stage = stageOf(definition, stageKey);
  const resolve = (actor: string) => ({ actor, person: resolveActor(definition, actor, context.facts, context.starter) });
  const owner = { actor: OWNER, person: firstOwner(definition) };
  if (component === CHOOSE) {
    const actor = stage.decider ?? stage.actor;
    return actor === SYSTEM ? owner : resolve(actor);
  }
  const signed = stage.components.find((one) => one.kind === 'checklist' && signOffId(one.id) === component);
  if (signed?.kind !== 'checklist' || signed.sign_off === undefined) return resolve(stage.actor);
  const second = resolve(signed.sign_off);
  return second.person.email === context.facts[signed.id]?.origin.by ? owner : second;
}

/** Whether the answer of this person may count: nobody signs what they filled in themselves. */
export function maySign(
  { open, facts }: Pick<RunContext, 'facts'> & { open: { component: string } | null },
  by: Person,
): boolean {
  if (open === null || !open.component.endsWith(':sign_off')) return true;
  return facts[open.component.slice(0, -':sign_off'.length)]?.origin.by !== by.email;
}

/** Takes the answers of the person who has the hand-off, and ends it. */
export function takeAnswers(w: Writing, definition: Definition, event: Answered): void {
  const open = w.context.open;
  if (open === null) return;
  const asking = askingOf(definition, open);
  const answers = { ...event.answers, ...followingFrom(asking, event.answers) };
  const chosen = event.route === undefined ? [] : shownChoice(asking, event.route);
  const signed = Object.keys(event.answers).some((key) => key.endsWith('_signed'));
  const seen =
    signed && event.seen !== undefined ? [{ key: 'revision', label: 'What was seen', text: event.seen, file: null }] : [];
  const shown = [...shownAnswers(definition, answers), ...chosen, ...seen];
  const before = withoutUnanswered(asking, w.context.facts, answers);
  const origin = { from: 'answer' as const, by: event.by.email, stage: open.stage, at: event.at };
  w.change({
    facts: withValues(definition, before, answers, origin, momentOf(w.context)),
    open: null,
    attention: null,
    step: w.context.step && { ...w.context.step, acting: event.by.email },
  });
  const { id, stage } = open;
  w.ask({ asks: 'hand_off', change: { is: 'decided', id, by: event.by, at: w.at, submission: event.submission, answer: shown } });
  w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: id } });
  w.happened({ what: 'answered', handOff: id, stage, by: event.by, answers: shown });
}

/** Takes a part of what is asked; the hand-off stays open for the rest. */
export function takePart(w: Writing, definition: Definition, event: Supplied): void {
  const open = w.context.open;
  if (open === null) return;
  const origin = { from: 'answer' as const, by: event.by.email, stage: open.stage, at: event.at };
  w.change({ facts: withValues(definition, w.context.facts, event.answers, origin, momentOf(w.context)) });
  const answers = shownAnswers(definition, event.answers);
  w.happened({ what: 'supplied', handOff: open.id, stage: open.stage, by: event.by, answers });
}

/** What follows from answers without being asked: how many items of a checklist failed. */
function followingFrom({ kind, component }: Asking, answers: Record<string, Value>): Record<string, Value> {
  if (kind !== 'checklist') return {};
  return { [`${component}_failed`]: rowsIn(answers[component]).filter(({ state }) => state === 'failed').length };
}

function shownChoice({ branches }: Asking, { to, reason }: { to: string; reason: string }): ShownFact[] {
  const branch = branches.find((one) => one.to === to);
  const text = branch?.label ?? branch?.title ?? to;
  const why = reason === '' ? [] : [{ key: 'reason', label: 'Reason', text: reason, file: null }];
  return [{ key: 'next', label: 'Where it goes', text, file: null }, ...why];
}

/** Reminds the person who has the hand-off. */
export function remind(w: Writing, definition: Definition): void {
  const open = w.context.open;
  if (open === null) return;
  w.happened({ what: 'reminded', handOff: open.id, to: open.person });
  w.mail({
    is: 'reminder',
    ...lettered(open, w.context),
    since: open.openedAt,
    facts: factsFor(definition, open, w.context.facts),
  });
}

/** Marks that the hand-off was not answered in time. */
export function markOverdue(w: Writing): void {
  const open = w.context.open;
  if (open !== null) w.happened({ what: 'overdue', handOff: open.id, stage: open.stage });
}

/** Moves the hand-off to the actor whom the stage names for the case that nobody answers. */
export function escalate(w: Writing, definition: Definition): void {
  const open = w.context.open;
  const rule = open && stageOf(definition, open.stage).escalate;
  if (!open || !rule) return;
  const to = resolveActor(definition, rule.to, w.context.facts, w.context.starter);
  if (!isSame(to, open.person)) move(w, definition, to, 'escalated', 'Baton', `Nobody answered within ${rule.after}.`);
}

/** Moves the hand-off to another person because the owner says so. */
export function reassign(w: Writing, definition: Definition, event: Extract<RunEvent, { type: 'reassigned' }>): void {
  move(w, definition, event.to, 'reassigned', event.by, event.reason);
}

/** Takes the hand-off back: its link says so from now on, and its person is told once. */
export function withdraw(w: Writing, by: string, reason: string, together: boolean): void {
  const open = w.context.open;
  if (open === null) return;
  w.change({ open: null });
  const { id, stage, person } = open;
  w.ask({ asks: 'hand_off', change: { is: 'withdrawn', id, generation: open.generation + 1, at: w.at, by, reason } });
  w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: id } });
  w.happened({ what: 'withdrawn', handOff: id, stage, from: person });
  const among = siblingsOf(w.context);
  w.mail({ is: 'withdrawn', to: person, ...among, ...(together ? { together } : {}), handOff: id, stage, reason });
}

function move(w: Writing, definition: Definition, to: Person, why: MoveReason, by: string, reason: string): void {
  const open = w.context.open;
  if (open === null) return;
  const { id, stage, person: from } = open;
  const moved: OpenHandOff = { ...open, person: to, generation: open.generation + 1 };
  // Perhaps it was a letter to the old address that failed; the new one gets its own.
  w.change({ open: moved, attention: null });
  w.ask({ asks: 'hand_off', change: { is: 'moved', id, generation: moved.generation, from, to, at: w.at, why, reason } });
  w.happened({ what: 'moved', handOff: id, stage, from, to, why, by, reason });
  w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: id } });
  setTimers(w, definition, moved, why === 'reassigned');
  w.mail({ is: 'escalation', ...lettered(moved, w.context), from, why, facts: factsFor(definition, moved, w.context.facts) });
  w.mail({ is: 'moved', to: from, handOff: id, stage, now: to, why });
}

function setTimers(w: Writing, definition: Definition, open: OpenHandOff, mayEscalate: boolean): void {
  const stage = stageOf(definition, open.stage);
  const set = (name: string, at: string, type: 'remind_due' | 'escalate_due' | 'overdue') =>
    w.ask({
      asks: 'timer',
      timer: { is: 'set', key: `${open.id}:${open.generation}:${name}`, at, event: { type, handOff: open.id } },
    });
  if (stage.remind) set('remind', after(w.at, stage.remind, definition.timezone), 'remind_due');
  if (open.dueAt !== null && open.dueAt > w.at) set('due', open.dueAt, 'overdue');
  if (stage.escalate && mayEscalate) set('escalate', after(w.at, stage.escalate.after, definition.timezone), 'escalate_due');
}

/** What every letter about an open hand-off says. */
function lettered(open: OpenHandOff, context: RunContext) {
  return {
    to: open.person,
    handOff: open.id,
    generation: open.generation,
    stage: open.stage,
    dueAt: open.dueAt,
    asks: context.starter,
    ...siblingsOf(context),
  };
}

/** The fan-out that the run is one of several children of. */
function siblingsOf({ parent }: RunContext): { fan?: string } {
  return parent?.many ? { fan: parent.fan } : {};
}

function factsFor(definition: Definition, open: OpenHandOff, facts: Facts): ShownFact[] {
  const visible = askingOf(definition, open).shows.filter((key) => isVisibleTo(definition, key, open.actor));
  return shownFacts(definition, facts, visible);
}

/** Whether an actor may see a datum. */
export function isVisibleTo({ data }: Definition, key: string, actor: string): boolean {
  const visible = data[key]?.visible_to;
  return visible === undefined || visible.includes(actor) || actor === OWNER;
}

/**
 * An optional question left empty this time forgets what was answered in an earlier round. What belongs to an outcome
 * that was not chosen was not asked, and stays as it was.
 */
function withoutUnanswered(asking: Asking, facts: Facts, answers: Record<string, Value>): Facts {
  if (asking.partial) return facts;
  const chosen = (showWhen: string | null) => showWhen !== null && isChosen(asking, showWhen, answers);
  const questions = questionsOf(asking).filter(({ stays, showWhen }) => !stays || chosen(showWhen));
  const asked = new Set(questions.map(({ key }) => key));
  return Object.fromEntries(Object.entries(facts).filter(([key]) => !asked.has(key)));
}

/** Whether the answers chose the outcome that a question belongs to; its condition is Baton's own. */
function isChosen(asking: Asking, showWhen: string, answers: Record<string, Value>): boolean {
  return questionsOf(asking).some(
    ({ key, ...question }) =>
      question.is === 'one' &&
      question.outcomes !== null &&
      question.outcomes.some((outcome) => answers[key] === outcome.key && showWhen === `${key} == "${outcome.key}"`),
  );
}
