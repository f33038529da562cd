import { type Called, collectedBy } from '../../../machines/check/calls.ts';
import type { SubWorkflowComponent } from '../../../machines/components/component.ts';
import type { Definition } from '../../../machines/definition.ts';
import type { FanChange, Report, RunEvent } from '../../../machines/event.ts';
import { takenOf } from '../../../machines/fan-out.ts';
import { type Field, plainValue, readJson } from '../../../machines/fields/field.ts';
import { openOf } from '../../../machines/join.ts';
import { withKept } from '../../../machines/kept.ts';
import type { ChildrenChange, Fan, Outcome, RunContext } from '../../../machines/outcome.ts';
import { callOf, type Family, familyAfter } from '../../../machines/rehearsal/children.ts';
import type { ChildRow } from '../../../machines/results.ts';
import { rowsIn, type Value } from '../../../machines/values.ts';
import type { Dice } from './dice.ts';

export type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at' | 'fresh'> : never) : never;

/** The children of a run that is played by chance, as a portal would keep them beside it. */
export type Nursery = {
  family: Family;
  /** What each fan-out was called by. */
  calls: Record<string, SubWorkflowComponent>;
  /** How often each child has reported, by fan-out and index. */
  told: Record<string, number>;
  joined: string[];
  /** The moments that are set, by key. */
  timers: string[];
};

export function emptyNursery(): Nursery {
  return { family: {}, calls: {}, told: {}, joined: [], timers: [] };
}

/** The children after a step. Throws when the step broke a law of theirs. */
export function nurseryAfter(before: Nursery, definition: Definition, called: Called, outcome: Outcome): Nursery {
  const after: Nursery = {
    family: familyAfter(before.family, outcome.children),
    calls: { ...before.calls },
    told: { ...before.told },
    joined: [...before.joined],
    timers: [...before.timers],
  };
  for (const change of outcome.children) {
    const call = change.is === 'fanned_out' ? callOf(definition, change) : null;
    if (change.is === 'fanned_out' && call !== null) after.calls[change.fan] = call;
    if (change.is === 'joined') after.joined.push(change.fan);
    if (change.is === 'reported') after.told[placeOf(change.fan, change.report.index)] = change.report.nth;
  }
  for (const timer of outcome.timers) {
    if (timer.is === 'set') after.timers.push(timer.key);
    else after.timers = after.timers.filter((key) => !key.startsWith(timer.prefix));
  }
  requireJoinedOnce(after);
  requireGifts(outcome.children, called);
  requireTrueTally(outcome, after);
  requireTrueFacts(definition, outcome, after);
  requireNothingLeft(outcome.snapshot.context, after);
  return after;
}

function placeOf(fan: string, index: number): string {
  return `${fan} ${index}`;
}

/** A run that waits for children has one that may answer, or an owner has the word. */
export function isMinded({ fan }: RunContext, { family }: Nursery): boolean {
  return fan !== null && fan !== undefined && (fan.held !== null || underWay(family, fan).length > 0);
}

function underWay(family: Family, { id, released }: Fan): ChildRow[] {
  return (family[id] ?? []).filter(({ state, index }) => state === 'open' && index < released);
}

function requireJoinedOnce({ joined }: Nursery): void {
  if (new Set(joined).size < joined.length) throw new Error('A fan-out was decided twice.');
}

/** Each child gets all that it needs, in values that fit, and a name of its own. */
function requireGifts(changes: readonly ChildrenChange[], called: Called): void {
  for (const change of changes) {
    if (change.is !== 'fanned_out') continue;
    const callee = called(change.workflow);
    const added = changes.find((one) => one.is === 'added' && one.fan === change.fan);
    const children = added?.is === 'added' ? added.children : [];
    if (new Set(children.map(({ key }) => key)).size < children.length) throw new Error('Two children have the same name.');
    if (callee !== null) for (const { input } of children) requireFitting(callee, { ...change.common, ...input });
  }
}

function requireFitting(callee: Definition, given: Record<string, Value>): void {
  for (const key of collectedBy(callee) ?? []) {
    const [field, value] = [callee.data[key], given[key]];
    if (field === undefined) continue;
    if (value === undefined && !field.optional) throw new Error(`A child of ${callee.workflow} lacks ${key}.`);
    if (value !== undefined && !readJson(field, plainValue(field, value), key).ok)
      throw new Error(`A child of ${callee.workflow} is given no ${field.type} as ${key}: ${JSON.stringify(value)}.`);
  }
}

/** What the run counts is what its children did, and no more are under way than may be. */
function requireTrueTally({ snapshot }: Outcome, { family, calls }: Nursery): void {
  const { fan } = snapshot.context;
  if (!fan) return;
  const rows = family[fan.id] ?? [];
  const number = (...states: ChildRow['state'][]) => rows.filter(({ state }) => states.includes(state)).length;
  const counted = [fan.asked, fan.arrived, fan.failed, openOf(fan)];
  const lived = [rows.length - number('removed'), number('arrived'), number('failed'), number('open')];
  if (counted.join() !== lived.join()) throw new Error(`A run counts ${counted} where its children are ${lived}.`);
  const call = calls[fan.id];
  const width = call?.in_order ? 1 : (call?.at_once ?? 0);
  if (underWay(family, fan).length > width) throw new Error(`More than ${width} are under way.`);
}

/** What is kept of children says how they stood when the run went on; each is listed once, in the order of the items. */
function requireTrueFacts(definition: Definition, { snapshot, happened }: Outcome, { family, calls }: Nursery): void {
  const facts = withKept(definition, { children: (fan) => family[fan] ?? [] }, snapshot.context);
  const joins = happened.flatMap((one) => (one.what === 'joined' ? [one] : []));
  for (const { fan, component, outcome, tally } of joins) {
    // What is asked again in the same step takes the place of what was asked before.
    if (joins.findLast((one) => one.component === component)?.fan !== fan) continue;
    const kept = ['outcome', 'asked', 'arrived', 'missing', ...Object.keys(tally.counts)].map(
      (name) => facts[`${component}_${name}`]?.value,
    );
    const lived = [outcome, tally.asked, tally.arrived, tally.asked - tally.arrived, ...Object.values(tally.counts)];
    if (kept.join() !== lived.join()) throw new Error(`${kept} is kept of ${component} where it was ${lived}.`);
    const { collect, wait } = calls[fan] ?? {};
    if (collect === undefined || wait === 'none') continue;
    if (joins.findLast((one) => calls[one.fan]?.collect === collect)?.fan !== fan) continue;
    const listed = rowsIn(facts[collect]?.value).map(({ key }) => key);
    const expected = (family[fan] ?? []).filter(({ state }) => state !== 'removed').map(({ key }) => key);
    if (listed.join() !== expected.join()) throw new Error(`${collect} lists ${listed} where the children are ${expected}.`);
  }
}

/** What is over leaves neither a moment nor, unless the call says so, a child behind. */
function requireNothingLeft({ ending, fan }: RunContext, { family, calls, timers }: Nursery): void {
  for (const [id, rows] of Object.entries(family)) {
    if (fan?.id === id) continue;
    if (timers.some((key) => key.startsWith(id))) throw new Error('The time limit of children outlives them.');
    const call = calls[id];
    const stays = ending !== 'cancelled' && (call?.rest === 'leave_open' || call?.wait === 'none');
    if (!stays && rows.some(({ state }) => state === 'open')) throw new Error('A child outlives what it was for.');
  }
}

/** Something that happens among the children that a run waits for. */
export function amongChildren(fan: Fan, nursery: Nursery, called: Called, roll: Dice): Unstamped {
  const rows = nursery.family[fan.id] ?? [];
  const owner = { fan: fan.id, by: 'olga@example.com', reason: 'So.' };
  if (fan.held !== null && roll.chance(0.6)) {
    const failed = rows.filter(({ state }) => state === 'failed');
    return roll.chance(0.4)
      ? { type: 'fan_accepted', ...owner }
      : { type: 'fan_changed', ...owner, change: changed(fan, failed, roll) };
  }
  const open = underWay(nursery.family, fan);
  if (open.length > 0 && roll.chance(0.75)) return reported(fan.id, roll.some(open, 2), open, nursery, called, roll);
  if (fan.until !== null && roll.chance(0.3)) return { type: 'fan_over', fan: fan.id };
  const here = rows.filter(({ state }) => state !== 'arrived');
  const change = (): Unstamped => ({ type: 'fan_changed', ...owner, change: changed(fan, here, roll) });
  return roll.pick<() => Unstamped>([
    change,
    change,
    () => ({ type: 'fan_accepted', ...owner }),
    () => ({ type: 'fan_repinned', ...owner, version: 2 }),
    () => strayReport(nursery, called, roll) ?? { type: 'fan_over', fan: 'another' },
  ])();
}

function changed(fan: Fan, rows: readonly ChildRow[], roll: Dice): FanChange {
  const add = { key: `new ${fan.next}`, input: {} };
  if (rows.length === 0 || roll.chance(0.25)) return { is: 'add', ...add };
  const { index, state } = roll.pick(rows);
  const about = { index, failed: state === 'failed', taken: takenOf(fan) + (roll.chance(0.1) ? 1 : 0) };
  return roll.chance(0.5) ? { is: 'remove', ...about } : { is: 'replace', ...about, ...add };
}

/** A child reports that nobody waits for, or once more. */
export function strayReport(nursery: Nursery, called: Called, roll: Dice): Unstamped | null {
  const fans = Object.keys(nursery.family).filter((fan) => (nursery.family[fan] ?? []).some(({ state }) => state !== 'open'));
  if (fans.length === 0) return null;
  const fan = roll.pick(fans);
  const rows = (nursery.family[fan] ?? []).filter(({ state }) => state !== 'open');
  return reported(fan, [], rows, nursery, called, roll);
}

function reported(
  fan: string,
  some: readonly ChildRow[],
  all: readonly ChildRow[],
  nursery: Nursery,
  called: Called,
  roll: Dice,
): Unstamped {
  const rows = some.length > 0 ? some : [roll.pick(all)];
  const callee = called(nursery.calls[fan]?.workflow ?? '');
  return {
    type: 'reported',
    fan,
    reports: rows.map(({ index }) => reportOf(index, 1 + (nursery.told[placeOf(fan, index)] ?? 0), callee, roll)),
  };
}

function reportOf(index: number, nth: number, callee: Definition | null, roll: Dice): Report {
  const ended = roll.pick<Report['ended']>(['done', 'done', 'done', 'done', 'cancelled', 'not_started']);
  const who = roll.chance(0.7) ? { email: `child${index + 1}@example.com`, name: null } : null;
  const results = callee === null || ended !== 'done' ? {} : resultsOf(callee, roll);
  return { index, nth, ended, who, results, at: '2026-03-03T09:00:00.000Z', note: ended === 'done' ? '' : 'Away.' };
}

/** What a workflow hands back at its end: whatever may stay empty there is empty at times. */
function resultsOf({ results, data }: Definition, roll: Dice): Record<string, Value> {
  return Object.fromEntries(
    results.flatMap((key): [string, Value][] => {
      const field = data[key];
      return field === undefined || (field.optional && roll.chance(0.5)) ? [] : [[key, resultFor(field, roll)]];
    }),
  );
}

function resultFor(field: Field, roll: Dice): Value {
  if (field.type === 'choice') return roll.pick(Object.keys(field.options));
  return field.type === 'number' ? roll.below(5) : roll.pick(['fine', 'x']);
}
