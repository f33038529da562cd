import { after } from './calendar.ts';
import { componentId, type FormComponent } from './components/component.ts';
import { type Definition, type Stage, stageOf } from './definition.ts';
import type { Answered, RunEvent } from './event.ts';
import { shownAnswers, shownFacts } from './facts.ts';
import type { MoveReason, OpenHandOff, RunContext } from './outcome.ts';
import { isSame, resolveActor } from './people.ts';
import type { Facts, Person, ShownFact } from './values.ts';
import type { Writing } from './writing.ts';

/**
 * Hands the run to the actor of the stage, who is to answer this form. Whoever has just acted gets no email: the next
 * form follows at once.
 */
export function openHandOff(w: Writing, definition: Definition, stageKey: string, index: number): void {
  const stage = stageOf(definition, stageKey);
  const form = formAt(stage, index);
  const person = resolveActor(definition, stage.actor, w.context.facts, w.context.starter);
  const silent = person.email === w.context.step?.acting;
  const open: OpenHandOff = {
    id: w.id(),
    generation: 1,
    stage: stageKey,
    component: componentId(form, index),
    actor: stage.actor,
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

/** Takes the answers of the person who has the hand-off, and ends it. */
export function takeAnswers(w: Writing, definition: Definition, event: Answered): void {
  const open = w.context.open;
  if (open === null) return;
  const shown = shownAnswers(definition, event.answers);
  w.change({
    facts: { ...withoutUnanswered(definition, open, w.context.facts), ...gathered(event, open) },
    open: null,
    attention: null,
    step: w.context.step && { ...w.context.step, acting: event.by.email },
  });
  const { id, stage } = open;
  w.ask({ asks: 'hand_off', change: { is: 'decided', id, by: event.by, at: w.at, submission: event.submission, answer: shown } });
  w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: id } });
  w.happened({ what: 'answered', handOff: id, stage, by: event.by, answers: shown });
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
export function withdraw(w: Writing, by: string, reason: string): void {
  const open = w.context.open;
  if (open === null) return;
  w.change({ open: null });
  const { id, stage, person } = open;
  w.ask({ asks: 'hand_off', change: { is: 'withdrawn', id, generation: open.generation + 1, at: w.at, by, reason } });
  w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: id } });
  w.happened({ what: 'withdrawn', handOff: id, stage, from: person });
  w.mail({ is: 'withdrawn', to: person, handOff: id, stage, reason });
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
  };
}

function factsFor(definition: Definition, open: OpenHandOff, facts: Facts): ShownFact[] {
  return shownFacts(definition, facts, formOf(definition, open).shows);
}

/** The form that a hand-off asks somebody to answer. */
export function formOf(definition: Definition, handOff: { stage: string; component: string }): FormComponent {
  const found = stageOf(definition, handOff.stage).components.find(
    (component, index): component is FormComponent =>
      component.kind === 'form' && componentId(component, index) === handOff.component,
  );
  if (found === undefined) throw new Error(`Stage ${handOff.stage} has no form ${handOff.component}.`);
  return found;
}

function formAt(stage: Stage, index: number): FormComponent {
  const component = stage.components[index];
  if (component?.kind !== 'form') throw new Error(`Component ${index + 1} is no form.`);
  return component;
}

/** An optional question left empty this time forgets what was answered in an earlier round. */
function withoutUnanswered(definition: Definition, open: OpenHandOff, facts: Facts): Facts {
  const asked = new Set(formOf(definition, open).collects);
  return Object.fromEntries(Object.entries(facts).filter(([key]) => !asked.has(key)));
}

function gathered(event: Answered, open: OpenHandOff): Facts {
  const origin = { from: 'answer' as const, by: event.by.email, stage: open.stage, at: event.at };
  return Object.fromEntries(Object.entries(event.answers).map(([key, value]) => [key, { value, origin }]));
}
