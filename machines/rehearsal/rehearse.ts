import { shortDurationMs } from '../calendar.ts';
import type { Act } from '../cases.ts';
import { compile, type Workflow } from '../compile.ts';
import { type Definition, END, stageTitle, startForm } from '../definition.ts';
import type { Surroundings } from '../effects.ts';
import type { Beginning, RunEvent, Stamped } from '../event.ts';
import { mayAccept, takenOf } from '../fan-out.ts';
import { readJson } from '../fields/field.ts';
import type { Happening, Outcome, TimerChange } from '../outcome.ts';
import { nameOfActor } from '../people.ts';
import { askingOf } from '../questions/asking.ts';
import type { Asking } from '../questions/question.ts';
import { readAsking } from '../questions/read.ts';
import { begin, step } from '../step.ts';
import type { Facts, Instant, Person, Problem, Value } from '../values.ts';
import { callOf, type Family, failedChildren, familyAfter, openChildren, readResults, reportOf } from './children.ts';
import { type Given, namedFile, sentWith, startWith } from './given.ts';

/** How a rehearsal begins. */
export type Opening = { startsWith: Given; at?: string | undefined; starter?: Person };

/** Somebody does something, or time passes; written as in a saved case. */
export type Move = Act;

type Timer = { key: string; at: Instant; event: Extract<TimerChange, { is: 'set' }>['event'] };
export type CaughtMail = { to: string; kind: string; subject: string; stage: string | null };

/** Where a rehearsal stands. Nothing has been sent, called or stored. */
export type Rehearsal = {
  workflow: Workflow;
  now: Instant;
  outcome: Outcome;
  events: RunEvent[];
  beginning: Beginning;
  timers: Timer[];
  mails: CaughtMail[];
  happenings: Happening[];
  family: Family;
  /** From where the machine reads the children: it is put there before each step. */
  shelf: { family: Family };
};

/** A move that cannot be made, why, and what can be done instead. */
export type Refused = { move: number; why: string; possible: string[]; problems: Problem[] };
export type Rehearsed = { ok: true; rehearsal: Rehearsal } | { ok: false; refused: Refused; rehearsal: Rehearsal | null };

const MONDAY = '2026-01-05T09:00:00.000Z';
export const STARTER: Person = { email: 'starter@example.com', name: 'Starter' };

/** Plays moves through a definition. Pure: the same moves lead to the same end. Throws what a run would throw. */
export function rehearse(definition: Definition, around: Surroundings, opening: Opening, moves: readonly Move[]): Rehearsed {
  const opened = open(definition, around, opening);
  if (!opened.ok) return opened;
  let { rehearsal } = opened;
  for (const [index, move] of moves.entries()) {
    const made = makeMove(rehearsal, move);
    if (!made.ok) return { ok: false, refused: { ...made.refused, move: index }, rehearsal };
    rehearsal = made.rehearsal;
  }
  return { ok: true, rehearsal };
}

function open(definition: Definition, around: Surroundings, { startsWith, at = MONDAY, starter = STARTER }: Opening): Rehearsed {
  const now = new Date(at).toISOString();
  const read = startWith(definition, startsWith, { starter, at: now });
  if (!read.ok) {
    const why = `The run cannot start: ${read.problems.map(({ field, sentence }) => `${field}: ${sentence}`).join(' ')}`;
    return { ok: false, refused: { move: -1, why, possible: [], problems: read.problems }, rehearsal: null };
  }
  const origin = { from: 'trigger' as const, by: starter.email, stage: null, at: now };
  const facts: Facts = Object.fromEntries(Object.entries(read.value).map(([key, value]) => [key, { value, origin }]));
  const trigger = triggerOf(definition);
  const beginning: Beginning = { run: freshId(0), starter, trigger, facts, at: now, fresh: freshId(1) };
  const shelf: Rehearsal['shelf'] = { family: {} };
  const children = (fan: string) => shelf.family[fan] ?? [];
  const workflow: Workflow = { definition, machine: compile(definition, { ...around, children }) };
  const outcome = begin(workflow, beginning);
  const caught = { timers: [], mails: [], happenings: [], family: {} };
  const rehearsal = { workflow, now, outcome, events: [], beginning, ...caught, shelf };
  return { ok: true, rehearsal: settled(taken(rehearsal, outcome)) };
}

function triggerOf(definition: Definition): Beginning['trigger'] {
  const [first] = definition.triggers;
  if (startForm(definition) !== null) return 'form';
  if (first === undefined || 'api' in first) return 'api';
  if ('sub_workflow' in first) return 'sub_workflow';
  return 'schedule' in first ? 'schedule' : 'by_hand';
}

type Made = { ok: true; rehearsal: Rehearsal } | { ok: false; refused: Omit<Refused, 'move'> };

/** One move. A refusal says what can be done instead. */
export function makeMove(rehearsal: Rehearsal, move: Move): Made {
  const refuse = (why: string, problems: Problem[] = []): Made => ({
    ok: false,
    refused: { why, possible: possibleMoves(rehearsal), problems },
  });
  if ('wait' in move) return { ok: true, rehearsal: passed(rehearsal, shortDurationMs(move.wait) ?? 0) };
  if (rehearsal.outcome.snapshot.status !== 'active') return refuse('The run has ended.');
  if ('stage' in move) return answer(rehearsal, move, refuse);
  if ('call' in move) return returned(rehearsal, move, refuse);
  if ('child' in move) return childReports(rehearsal, move, refuse);
  if ('again' in move) return askedAnew(rehearsal, move, refuse);
  if ('accept' in move) return accepted(rehearsal, move, refuse);
  return report(rehearsal, move, refuse);
}

type Refuse = (why: string, problems?: Problem[]) => Made;

function answer(rehearsal: Rehearsal, move: Extract<Move, { stage: string }>, refuse: Refuse): Made {
  const { definition } = rehearsal.workflow;
  const waiting = whoWaits(rehearsal);
  if (waiting === null) return refuse(`Nobody is asked for an answer just now.`);
  const { open, asking } = waiting;
  if (open.stage !== move.stage)
    return refuse(`The run waits in ${stageTitle(definition, open.stage)} (${open.stage}), not in ${move.stage}.`);
  const base = { handOff: open.id, generation: open.generation, by: open.person, submission: `move ${rehearsal.events.length}` };
  if (asking.kind === 'choose') {
    if (!asking.branches.some(({ to }) => to === move.to)) {
      return refuse(`Guidance decides here: name one of ${asking.branches.map(({ to }) => to).join(', ')} as "to".`);
    }
    return told(rehearsal, { type: 'answered', ...base, answers: {}, route: { to: move.to ?? '', reason: '' } }, refuse);
  }
  const sent = sentWith(asking, move.answers);
  if (!sent.ok) return refuse(problemWords(sent.problems), sent.problems);
  const { facts, starter } = rehearsal.outcome.snapshot.context;
  const against = { definition, facts, moment: { starter, at: rehearsal.now } };
  const read = readAsking(asking, sent.value, against);
  if (read.ok) return told(rehearsal, { type: 'answered', ...base, answers: read.value }, refuse);
  const part = asking.partial ? readAsking(asking, sent.value, against, true) : null;
  if (part?.ok && Object.keys(part.value).length > 0)
    return told(rehearsal, { type: 'supplied', ...base, answers: part.value }, refuse);
  return refuse(problemWords(read.problems), read.problems);
}

function problemWords(problems: readonly Problem[]): string {
  return problems.map(({ field, sentence }) => `${field}: ${sentence}`).join(' ');
}

function returned(rehearsal: Rehearsal, move: Extract<Move, { call: string }>, refuse: Refuse): Made {
  const { awaiting, stage } = rehearsal.outcome.snapshot.context;
  if (awaiting === null || awaiting.component !== move.call) return refuse(`No call ${move.call} is under way.`);
  const { effect } = awaiting;
  if (move.fails !== undefined) return told(rehearsal, { type: 'effect_failed', effect, error: move.fails }, refuse);
  const { definition } = rehearsal.workflow;
  const component = definition.stages[stage ?? '']?.components.find(
    (one, index) => (one.id ?? `${one.kind}_${index + 1}`) === move.call,
  );
  const keys = component?.kind === 'http' ? Object.keys(component.save) : [];
  const saved: Record<string, Value> = {};
  const problems: Problem[] = [];
  for (const key of keys) {
    const field = definition.data[key];
    const read = field === undefined ? null : readJson(field, move.returns[key], key);
    if (read?.ok) saved[key] = read.value;
    else
      problems.push({
        field: key,
        sentence: `The call has to return it${read === null ? '' : `: ${read.problems[0]?.sentence}`}.`,
      });
  }
  if (problems.length > 0) return refuse(problemWords(problems), problems);
  return told(rehearsal, { type: 'effect_done', effect, result: { status: 200, saved } }, refuse);
}

function childReports(rehearsal: Rehearsal, move: Extract<Move, { child: string }>, refuse: Refuse): Made {
  const { definition } = rehearsal.workflow;
  const { fan } = rehearsal.outcome.snapshot.context;
  const open = openChildren(rehearsal.family, fan);
  const child = open.find(({ key, index }) => key === move.child || String(index + 1) === move.child);
  const call = fan ? callOf(definition, fan) : null;
  if (!fan || call === null || child === undefined) {
    return refuse(
      `No child "${move.child}" is asked just now${open.length === 0 ? '' : `; ${open.map(({ key }) => key).join(', ')} are`}.`,
    );
  }
  const results = readResults(definition, call, move.returns);
  if (!results.ok) return refuse(problemWords(results.problems), results.problems);
  const report = reportOf(child, results.value, rehearsal.now, move.fails);
  return told(rehearsal, { type: 'reported', fan: fan.id, reports: [report] }, refuse);
}

function askedAnew(rehearsal: Rehearsal, move: Extract<Move, { again: string }>, refuse: Refuse): Made {
  const { fan } = rehearsal.outcome.snapshot.context;
  const child = failedChildren(rehearsal.family, fan).find(
    ({ key, index }) => key === move.again || String(index + 1) === move.again,
  );
  if (!fan || child === undefined) return refuse(`No child "${move.again}" has failed.`);
  const { index, key, input } = child;
  const change = { is: 'replace' as const, index, failed: true, taken: takenOf(fan), key, input };
  return told(rehearsal, { type: 'fan_changed', fan: fan.id, change, by: 'owner', reason: 'Asked anew.' }, refuse);
}

function accepted(rehearsal: Rehearsal, move: Extract<Move, { accept: string }>, refuse: Refuse): Made {
  const { fan } = rehearsal.outcome.snapshot.context;
  if (!fan || fan.component !== move.accept) return refuse(`The run does not wait for ${move.accept}.`);
  return told(rehearsal, { type: 'fan_accepted', fan: fan.id, by: 'owner', reason: move.because }, refuse);
}

function report(rehearsal: Rehearsal, move: Extract<Move, { event: string }>, refuse: Refuse): Made {
  const { definition } = rehearsal.workflow;
  const waits = Object.values(definition.stages).flatMap(({ components }) =>
    components.flatMap((one) => (one.kind === 'wait' && one.event === move.event ? [one] : [])),
  );
  if (waits.length === 0) return refuse(`No stage waits for the event ${move.event}.`);
  const data: Record<string, Value> = {};
  const problems: Problem[] = [];
  for (const [key, path] of waits.flatMap(({ save }) => Object.entries(save))) {
    const field = definition.data[key];
    const read = field === undefined ? null : readJson(field, at(move.brings, path.split('.')), path);
    if (read?.ok) data[key] = read.value;
    else problems.push({ field: path, sentence: 'The event has to bring it.' });
  }
  if (problems.length > 0) return refuse(problemWords(problems), problems);
  return told(rehearsal, { type: 'heard', name: move.event, data, by: 'rehearsal' }, refuse);
}

function at(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return at(Object.entries(value).find(([key]) => key === first)?.[1], rest);
}

type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, keyof Stamped> : never) : never;

function told(rehearsal: Rehearsal, event: Unstamped, refuse: Refuse): Made {
  const next = tell(rehearsal, event);
  return next === null ? refuse('This changes nothing.') : { ok: true, rehearsal: settled(next) };
}

function tell(rehearsal: Rehearsal, event: Unstamped): Rehearsal | null {
  const stamped: RunEvent = { ...event, at: rehearsal.now, fresh: freshId(rehearsal.events.length + 2) };
  rehearsal.shelf.family = rehearsal.family;
  const outcome = step(rehearsal.workflow, rehearsal.outcome.snapshot, stamped);
  return outcome === null ? null : taken({ ...rehearsal, events: [...rehearsal.events, stamped] }, outcome);
}

/** What a step asks for is caught: mails in a list, timers in another. */
function taken(rehearsal: Rehearsal, outcome: Outcome): Rehearsal {
  let { timers } = rehearsal;
  for (const timer of outcome.timers) {
    if (timer.is === 'set') timers = [...timers, { key: timer.key, at: timer.at, event: timer.event }];
    else timers = timers.filter(({ key }) => !key.startsWith(timer.prefix));
  }
  const mails = outcome.effects.flatMap((effect): CaughtMail[] => (effect.kind === 'mail' ? [caught(effect.mail, outcome)] : []));
  return {
    ...rehearsal,
    outcome,
    timers,
    family: familyAfter(rehearsal.family, outcome.children),
    mails: [...rehearsal.mails, ...mails],
    happenings: [...rehearsal.happenings, ...outcome.happened],
  };
}

function caught(mail: Extract<Outcome['effects'][number], { kind: 'mail' }>['mail'], { title }: Outcome): CaughtMail {
  return {
    to: mail.to.email,
    kind: mail.is,
    subject: mail.is === 'outcome' ? mail.subject : title,
    stage: 'stage' in mail ? mail.stage : null,
  };
}

/** Documents are made at once; a day to wait for that is past is over already. */
function settled(rehearsal: Rehearsal): Rehearsal {
  const document = rehearsal.outcome.effects.find((effect) => effect.kind === 'document');
  if (document?.kind !== 'document') return rehearsal;
  const result = { status: 200, saved: { [document.into]: namedFile(document.name) } };
  const next = tell(rehearsal, { type: 'effect_done', effect: document.id, result });
  return next === null ? rehearsal : settled(next);
}

/** Lets time pass; whatever becomes due on the way happens at its moment. */
function passed(rehearsal: Rehearsal, ms: number): Rehearsal {
  const until = new Date(Date.parse(rehearsal.now) + ms).toISOString();
  let now = rehearsal;
  for (let due = nextTimer(now); due !== null && due.at <= until; due = nextTimer(now)) now = fired(now, due);
  return { ...now, now: until };
}

function fired(rehearsal: Rehearsal, timer: Timer): Rehearsal {
  const rest = { ...rehearsal, now: timer.at, timers: rehearsal.timers.filter(({ key }) => key !== timer.key) };
  const next = tell(rest, timer.event);
  return next === null ? rest : settled(next);
}

/** The timer that becomes due next; null when nothing is timed. */
export function nextTimer({ timers }: Rehearsal): Timer | null {
  return timers.reduce<Timer | null>((first, one) => (first === null || one.at < first.at ? one : first), null);
}

/** Who is asked now, and what; null when nobody is. */
export function whoWaits({ workflow, outcome }: Rehearsal) {
  const { open } = outcome.snapshot.context;
  if (open === null) return null;
  const asking: Asking = askingOf(workflow.definition, open);
  return { open, asking, who: nameOfActor(workflow.definition, open.actor, open.person) };
}

/** What can be done now, in words. */
export function possibleMoves(rehearsal: Rehearsal): string[] {
  const { outcome, workflow } = rehearsal;
  const { awaiting, waiting, fan } = outcome.snapshot.context;
  if (outcome.snapshot.status !== 'active') return [];
  const moves: string[] = [];
  const person = whoWaits(rehearsal);
  if (person !== null)
    moves.push(`${person.who} answers ${stageTitle(workflow.definition, person.open.stage)} (stage: ${person.open.stage})`);
  if (awaiting !== null) moves.push(`The call returns or fails (call: ${awaiting.component})`);
  for (const { key } of openChildren(rehearsal.family, fan).slice(0, 20)) moves.push(`${key} answers or fails (child: ${key})`);
  for (const { key } of failedChildren(rehearsal.family, fan)) moves.push(`The owner has ${key} asked anew (again: ${key})`);
  if (fan?.held && mayAccept(workflow.definition, fan, fan.id))
    moves.push(`The owner accepts what came in (accept: ${fan.component})`);
  if (waiting?.event) moves.push(`The event comes (event: ${waiting.event})`);
  const timer = nextTimer(rehearsal);
  if (timer !== null) moves.push(`Time passes until ${timer.at} (wait)`);
  return moves;
}

/** The stages in the order in which the run entered them. */
export function visitedStages({ happenings }: Rehearsal): string[] {
  return happenings.flatMap((one) => (one.what === 'entered' ? [one.stage] : []));
}

/** The stage in which the run ended; null while it goes on. */
export function endedIn({ happenings }: Rehearsal): string | null {
  const end = happenings.find((one) => one.what === 'ended');
  return end === undefined ? null : (end.stage ?? END);
}

function freshId(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(8, '0')}0000`;
}
