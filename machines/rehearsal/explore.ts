import { type Definition, startForm } from '../definition.ts';
import type { Surroundings } from '../effects.ts';
import { mayAccept } from '../fan-out.ts';
import { type Field, readJson } from '../fields/field.ts';
import type { Scalar } from '../fields/scalar.ts';
import type { Fan } from '../outcome.ts';
import { startSections } from '../questions/asking.ts';
import type { Against } from '../questions/read.ts';
import type { Facts } from '../values.ts';
import { type Chance, chanceFrom } from './chance.ts';
import { callOf, failedChildren, openChildren, resultsTaken } from './children.ts';
import type { Given } from './given.ts';
import {
  endedIn,
  type Move,
  makeMove,
  nextTimer,
  possibleMoves,
  type Rehearsal,
  rehearse,
  STARTER,
  visitedStages,
  whoWaits,
} from './rehearse.ts';
import { conditionsOf, sampleAnswers } from './samples.ts';
import { shortestWays, type WayToEnd } from './ways.ts';

/** What a hundred runs before the first show. */
export type Exploration = {
  runs: number;
  /** Runs that came to an end, by the stage in which they did. */
  ends: Record<string, number>;
  neverReached: string[];
  /** Runs that stood still or broke, with the moves that lead there. */
  deadEnds: { why: string; startsWith: Given; moves: Move[] }[];
  /** How many mails a run sends to each person, over all runs. */
  mails: Record<string, { least: number; median: number; most: number }>;
  longest: { steps: number; stages: string[] };
  shortestWays: WayToEnd[];
};

const MOST_MOVES = 60;

/** Plays many runs through a definition by chance, each value at the boundaries that rules draw. The same seed gives the same report. */
export function explore(definition: Definition, around: Surroundings, { runs = 100, seed = 1 } = {}): Exploration {
  const conditions = conditionsOf(definition);
  const reached = new Set<string>();
  const ends: Record<string, number> = {};
  const deadEnds: Exploration['deadEnds'] = [];
  const mails: Record<string, number>[] = [];
  let longest = { steps: 0, stages: [] as string[] };
  for (let number = 0; number < runs; number += 1) {
    const chance = chanceFrom(seed * 100_003 + number);
    const played = playOne(definition, around, conditions, chance);
    if (played.dead !== null && deadEnds.length < 10) deadEnds.push(played.dead);
    if (played.rehearsal === null) continue;
    const visited = visitedStages(played.rehearsal);
    for (const stage of visited) reached.add(stage);
    const end = endedIn(played.rehearsal);
    if (end !== null) ends[end] = (ends[end] ?? 0) + 1;
    if (visited.length > longest.steps) longest = { steps: visited.length, stages: visited };
    mails.push(mailsOf(played.rehearsal));
  }
  return {
    runs,
    ends,
    neverReached: Object.keys(definition.stages).filter((stage) => !reached.has(stage)),
    deadEnds,
    mails: summed(mails),
    longest,
    shortestWays: shortestWays(definition),
  };
}

type PlayedOne = { rehearsal: Rehearsal | null; dead: Exploration['deadEnds'][number] | null };

function playOne(definition: Definition, around: Surroundings, conditions: readonly string[], chance: Chance): PlayedOne {
  const startsWith = startFor(definition, conditions, chance);
  const moves: Move[] = [];
  let rehearsal: Rehearsal | null = null;
  const dead = (why: string): PlayedOne => ({ rehearsal, dead: { why, startsWith, moves } });
  try {
    const opened = rehearse(definition, around, { startsWith }, []);
    if (!opened.ok) return dead(opened.refused.why);
    rehearsal = opened.rehearsal;
    for (let n = 0; n < MOST_MOVES && rehearsal.outcome.snapshot.status === 'active'; n += 1) {
      if (possibleMoves(rehearsal).length === 0)
        return dead(`The run stands still in ${rehearsal.outcome.stage}: nobody is asked, and nothing is waited for.`);
      const move = moveFor(rehearsal, conditions, chance);
      const made = makeMove(rehearsal, move);
      if (made.ok) {
        moves.push(move);
        rehearsal = made.rehearsal;
      } else if (n === MOST_MOVES - 1) return dead(made.refused.why);
    }
    return { rehearsal, dead: null };
  } catch (error) {
    return dead(error instanceof Error ? error.message : String(error));
  }
}

function startFor(definition: Definition, conditions: readonly string[], chance: Chance): Given {
  const form = startForm(definition);
  const api = definition.triggers.find((trigger) => 'api' in trigger);
  const called = definition.triggers.flatMap((trigger) => ('sub_workflow' in trigger ? trigger.sub_workflow.collects : []));
  const collects = form?.collects ?? (api && 'api' in api ? (api.api.collects ?? []) : called);
  if (collects.length === 0) return {};
  return sampleAnswers({ sections: startSections(definition, [...collects]) }, against(definition, {}), conditions, chance);
}

function against(definition: Definition, facts: Facts): Against {
  return { definition, facts, moment: { starter: STARTER, at: '2026-01-05T09:00:00.000Z' } };
}

function moveFor(rehearsal: Rehearsal, conditions: readonly string[], chance: Chance): Move {
  const { definition } = rehearsal.workflow;
  const { awaiting, waiting, fan, stage, facts } = rehearsal.outcome.snapshot.context;
  const timer = nextTimer(rehearsal);
  const untilNext: Move = { wait: waitUntil(rehearsal, timer?.at) };
  const person = whoWaits(rehearsal);
  if (person !== null && (timer === null || chance.below(6) > 0)) {
    const { asking, open } = person;
    if (asking.kind === 'choose') return { stage: open.stage, answers: {}, to: chance.pick(asking.branches)?.to ?? '' };
    return { stage: open.stage, answers: asJson(sampleAnswers(asking, against(definition, facts), conditions, chance)) };
  }
  if (awaiting !== null)
    return chance.below(8) === 0
      ? { call: awaiting.component, returns: {}, fails: 'It is away.' }
      : callFor(definition, stage ?? '', awaiting.component);
  const child = fan && (timer === null || chance.below(10) > 0) ? childFor(rehearsal, fan, chance) : null;
  if (child !== null) return child;
  if (waiting?.event && chance.below(3) > 0) return eventFor(definition, waiting.event);
  return untilNext;
}

/** One of the open children answers or fails; when none is left, the owner accepts what came in. */
function childFor(rehearsal: Rehearsal, fan: Fan, chance: Chance): Move | null {
  const { definition } = rehearsal.workflow;
  const call = callOf(definition, fan);
  const child = chance.pick(openChildren(rehearsal.family, fan));
  if (child === undefined) {
    const failed = chance.pick(failedChildren(rehearsal.family, fan));
    if (!fan.held || failed === undefined) return null;
    return mayAccept(definition, fan, fan.id) && chance.below(2) === 0
      ? { accept: fan.component, because: 'As it stands.' }
      : { again: failed.key };
  }
  if (call === null || chance.below(12) === 0) return { child: child.key, returns: {}, fails: 'It was cancelled.' };
  const returns = Object.fromEntries(
    resultsTaken(definition, call).flatMap(({ name, field }) => {
      if (field.optional && field.type !== 'choice' && field.type !== 'yes_no' && chance.below(3) === 0) return [];
      return [[name, resultFor(definition, field, chance)]];
    }),
  );
  return { child: child.key, returns: asJson(returns) };
}

function resultFor(definition: Definition, field: Field | Scalar, chance: Chance): unknown {
  if (field.type === 'choice') return chance.pick(Object.keys(field.options));
  if (field.type === 'yes_no') return chance.below(2) === 0;
  if (field.type === 'file') return 'sample.pdf';
  return plainSample({ ...definition, data: { value: field } }, 'value');
}

// A move travels as JSON: in a file of cases, in a request, in a report.
function asJson(given: Given): Extract<Move, { stage: string }>['answers'] {
  return JSON.parse(JSON.stringify(given));
}

function waitUntil({ now }: Rehearsal, at: string | undefined): string {
  const ms = at === undefined ? 86_400_000 : Math.max(0, Date.parse(at) - Date.parse(now));
  return `${Math.min(99_999, Math.ceil(ms / 60_000))}m`;
}

function callFor(definition: Definition, stage: string, id: string): Move {
  const component = definition.stages[stage]?.components.find((one, index) => (one.id ?? `${one.kind}_${index + 1}`) === id);
  const keys = component?.kind === 'http' ? Object.keys(component.save) : [];
  return { call: id, returns: asJson(Object.fromEntries(keys.map((key) => [key, plainSample(definition, key)]))) };
}

function eventFor(definition: Definition, name: string): Move {
  const brings: Given = {};
  for (const { components } of Object.values(definition.stages)) {
    for (const component of components) {
      if (component.kind !== 'wait' || component.event !== name) continue;
      for (const [key, path] of Object.entries(component.save)) putAt(brings, path.split('.'), plainSample(definition, key));
    }
  }
  return { event: name, brings: asJson(brings) };
}

function putAt(into: Given, [first = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner: Given = { ...(typeof into[first] === 'object' ? into[first] : {}) };
  into[first] = inner;
  putAt(inner, rest, value);
}

const TRIED = [
  'reference',
  7,
  true,
  '2026-03-05',
  '2026-03-05T09:00',
  'somebody@example.com',
  'https://example.com',
  '+49 30 1234567',
  [],
];

function plainSample(definition: Definition, key: string): unknown {
  const field = definition.data[key];
  if (field === undefined) return null;
  const options = field.type === 'choice' || field.type === 'choices' ? Object.keys(field.options) : [];
  return [...options, options.slice(0, 1), ...TRIED].find((json) => readJson(field, json, key).ok) ?? null;
}

function mailsOf({ mails }: Rehearsal): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { to } of mails) counted[to] = (counted[to] ?? 0) + 1;
  return counted;
}

function summed(runs: Record<string, number>[]): Exploration['mails'] {
  const people = [...new Set(runs.flatMap((run) => Object.keys(run)))].sort();
  return Object.fromEntries(
    people.map((person) => {
      const counts = runs.map((run) => run[person] ?? 0).sort((one, other) => one - other);
      return [person, { least: counts[0] ?? 0, median: counts[Math.floor(counts.length / 2)] ?? 0, most: counts.at(-1) ?? 0 }];
    }),
  );
}
