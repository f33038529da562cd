import { after } from './calendar.ts';
import { surelyReturns } from './check/sub-workflows.ts';
import type { SubWorkflowComponent } from './components/component.ts';
import { type Definition, stageOf } from './definition.ts';
import { componentAt, type Surroundings } from './effects.ts';
import type { FanChange, Report, RunEvent } from './event.ts';
import { type Extra, holds, rowType } from './expressions.ts';
import { withoutValues, withValues } from './facts.ts';
import { celRow } from './fields/list.ts';
import { plannedChildren } from './items.ts';
import { type JoinOutcome, openOf, type Tally, verdictOn } from './join.ts';
import type { Fan } from './outcome.ts';
import { momentOf } from './people.ts';
import { answerRow, type ChildRow, collectedColumns, collectedRows, MOST_COLLECTED } from './results.ts';
import type { Origin, Value } from './values.ts';
import type { Writing } from './writing.ts';

/** Starts a child for each item. What they are given stands in rows beside the run, which keeps counts only. */
export function startFanOut(w: Writing, definition: Definition, around: Surroundings, stage: string, index: number): void {
  const component = componentAt(definition, stage, index, 'sub_workflow');
  const { common, children } = plannedChildren(component, definition, around, w.context);
  const awaited = component.wait !== 'none';
  const until = component.time_limit === undefined || !awaited ? null : after(w.at, component.time_limit, definition.timezone);
  const fan: Fan = {
    id: w.id(),
    stage,
    component: component.id,
    asked: children.length,
    arrived: 0,
    failed: 0,
    gone: [],
    counts: Object.fromEntries(Object.keys(component.counts).map((name) => [name, 0])),
    next: children.length,
    released: 0,
    until,
    held: null,
  };
  const { id } = fan;
  const about = { fan: id, stage, component: component.id, workflow: component.workflow };
  w.change({ fan });
  w.happened({ what: 'fanned_out', ...about, asked: fan.asked, until });
  const version = w.context.calls?.[component.workflow] ?? null;
  w.ask({ asks: 'children', change: { is: 'fanned_out', ...about, version, common } });
  if (children.length > 0) w.ask({ asks: 'children', change: { is: 'added', fan: id, first: 0, children } });
  release(w, component);
  if (until !== null)
    w.ask({ asks: 'timer', timer: { is: 'set', key: `${id}:over`, at: until, event: { type: 'fan_over', fan: id } } });
  // What is fixed at once is fixed before any of them stands in a row.
  const planned = children.map((plan, place): ChildRow => ({ ...plan, index: place, state: 'open', report: null }));
  judge(w, definition, { ...around, children: () => planned }, component, []);
}

/** Lets as many start as may be under way at the same time; nobody waits for those that nothing is awaited of. */
function release(w: Writing, { in_order, at_once, wait }: SubWorkflowComponent): void {
  const { fan } = w.context;
  if (!fan) return;
  const below = wait === 'none' ? fan.next : startsBelow(fan, in_order ? 1 : at_once);
  if (below <= fan.released) return;
  w.change({ fan: { ...fan, released: below } });
  w.ask({ asks: 'children', change: { is: 'released', fan: fan.id, from: fan.released, below } });
}

/** Below which index children may start. One that was removed before it could begin takes nobody's place. */
function startsBelow({ next, released, arrived, failed, gone }: Fan, width: number): number {
  const left = new Set(gone);
  let underWay = released - arrived - failed - gone.filter((index) => index < released).length;
  let below = released;
  for (; below < next && underWay < width; below += 1) if (!left.has(below)) underWay += 1;
  return below;
}

/**
 * Takes what children report, one after the other: the first report that fixes the result decides, and what comes after
 * it is late, even in the same step.
 */
export function takeReports(w: Writing, definition: Definition, around: Surroundings, event: Reported): void {
  const first = w.context.fan;
  if (!first || first.id !== event.fan) return;
  const component = componentOf(definition, first);
  const taken: Report[] = [];
  for (const report of event.reports) {
    const { fan } = w.context;
    const as = howTaken(fan ?? null, report);
    w.ask({ asks: 'children', change: { is: 'reported', fan: event.fan, as, report } });
    if (!fan || as === 'late' || as === 'conflicting') continue;
    taken.push(report);
    w.change({ fan: counted(w, definition, component, fan, report, as) });
    judge(w, definition, around, component, taken);
  }
  const late = event.reports.length - taken.length;
  w.happened({ what: 'reported', fan: first.id, stage: first.stage, component: first.component, taken: taken.length, late });
  if (w.context.fan) release(w, component);
}

type Reported = Extract<RunEvent, { type: 'reported' }>;

function howTaken(fan: Fan | null, { index, nth, ended }: Report): 'arrived' | 'failed' | 'late' | 'conflicting' {
  if (nth > 1) return 'conflicting';
  if (fan === null || fan.gone.includes(index)) return 'late';
  return ended === 'done' ? 'arrived' : 'failed';
}

function counted(
  w: Writing,
  definition: Definition,
  component: SubWorkflowComponent,
  fan: Fan,
  report: Report,
  as: 'arrived' | 'failed',
): Fan {
  if (as === 'failed') return { ...fan, failed: fan.failed + 1 };
  const columns = collectedColumns(definition, component);
  const cells = celRow(columns, answerRow(columns, { key: '', input: {}, state: 'arrived', report }));
  const row = { ...rowType(columns), cells };
  const counts = Object.fromEntries(
    Object.entries(component.counts).map(([name, condition]) => {
      const more = holds(condition, definition, w.context.facts, momentOf(w.context), row) ? 1 : 0;
      return [name, (fan.counts[name] ?? 0) + more];
    }),
  );
  return { ...fan, arrived: fan.arrived + 1, counts };
}

/** What comes when nobody waits for it any more is kept, shown as late, and never used. */
export function noteLate(w: Writing, { fan, reports }: Reported): void {
  for (const report of reports) {
    w.ask({ asks: 'children', change: { is: 'reported', fan, as: howTaken(null, report), report } });
  }
  w.happened({ what: 'reported', fan, stage: null, component: null, taken: 0, late: reports.length });
}

/** The time is up: the run goes on with what came in. */
export function endInTime(w: Writing, definition: Definition, around: Surroundings): void {
  const { fan } = w.context;
  if (fan) join(w, definition, around, componentOf(definition, fan), 'out_of_time', [], null);
}

/** The owner takes what is there. */
export function acceptPartial(
  w: Writing,
  definition: Definition,
  around: Surroundings,
  { by, reason }: Extract<RunEvent, { type: 'fan_accepted' }>,
): void {
  const { fan } = w.context;
  if (fan) join(w, definition, around, componentOf(definition, fan), 'accepted', [], { by, reason });
}

/** The owner lets those that have not begun begin in another version. */
export function repin(
  w: Writing,
  definition: Definition,
  { version, by, reason }: Extract<RunEvent, { type: 'fan_repinned' }>,
): void {
  const { fan, calls } = w.context;
  if (!fan) return;
  const { workflow } = componentOf(definition, fan);
  w.change({ calls: { ...calls, [workflow]: version } });
  w.ask({ asks: 'children', change: { is: 'repinned', fan: fan.id, version } });
  w.happened({ what: 'repinned', fan: fan.id, stage: fan.stage, component: fan.component, version, by, reason });
}

/** The owner adds, removes or replaces a child; what is awaited is judged anew. */
export function changeChildren(
  w: Writing,
  definition: Definition,
  around: Surroundings,
  { change, by, reason }: Extract<RunEvent, { type: 'fan_changed' }>,
): void {
  const { fan } = w.context;
  if (!fan) return;
  const component = componentOf(definition, fan);
  if (change.is !== 'add') {
    w.ask({ asks: 'children', change: { is: 'removed', fan: fan.id, index: change.index, by, reason } });
    w.change({ fan: without(fan, change) });
  }
  if (change.is !== 'remove') add(w, change);
  const key = change.is === 'remove' ? null : change.key;
  w.happened({
    what: 'children_changed',
    fan: fan.id,
    stage: fan.stage,
    component: fan.component,
    change: change.is,
    key,
    by,
    reason,
  });
  // A child that is added stands in no row yet, and cannot be what the others wait for.
  if (change.is === 'remove') judge(w, definition, around, component, []);
  if (w.context.fan) release(w, component);
}

/** The children without one of them. The shell says whether it had failed; one that is in stays. */
function without(fan: Fan, change: Exclude<FanChange, { is: 'add' }>): Fan {
  const failed = change.failed ? fan.failed - 1 : fan.failed;
  return { ...fan, asked: fan.asked - 1, failed, gone: [...fan.gone, change.index], held: null };
}

function add(w: Writing, { key, input }: Exclude<FanChange, { is: 'remove' }>): void {
  const { fan } = w.context;
  if (!fan) return;
  w.ask({ asks: 'children', change: { is: 'added', fan: fan.id, first: fan.next, children: [{ key, input }] } });
  w.change({ fan: { ...fan, asked: fan.asked + 1, next: fan.next + 1, held: null } });
}

/** Goes on when the result is fixed; asks the owner where a child failed. `taken` arrived in this very step. */
function judge(
  w: Writing,
  definition: Definition,
  around: Surroundings,
  component: SubWorkflowComponent,
  taken: readonly Report[],
): void {
  const { fan } = w.context;
  if (!fan) return;
  const verdict = verdictOn(component, fan, (condition, tally) =>
    holds(condition, definition, w.context.facts, momentOf(w.context), { ...soFar(component), cells: tallyCells(tally) }),
  );
  if (verdict.is === 'decided') join(w, definition, around, component, verdict.outcome, taken, null);
  if (verdict.is === 'held' && fan.held === null) {
    w.change({ fan: { ...fan, held: verdict.outcome } });
    w.happened({ what: 'held', fan: fan.id, stage: fan.stage, component: fan.component, failed: fan.failed });
  }
}

/** What a condition over the children so far may name. */
export function soFar({ counts }: Pick<SubWorkflowComponent, 'counts'>): Extra {
  const names = ['asked', 'arrived', 'failed', 'open', ...Object.keys(counts)];
  return { name: 'so_far', columns: Object.fromEntries(names.map((name) => [name, 'double' as const])) };
}

function tallyCells(tally: Tally): Record<string, number> {
  const { asked, arrived, failed, counts } = tally;
  return { asked, arrived, failed, open: openOf(tally), ...counts };
}

function join(
  w: Writing,
  definition: Definition,
  around: Surroundings,
  component: SubWorkflowComponent,
  outcome: JoinOutcome,
  taken: readonly Report[],
  owner: { by: string; reason: string } | null,
): void {
  const { fan } = w.context;
  if (!fan) return;
  const { id, stage, asked, arrived, failed, counts } = fan;
  const values: Record<string, Value> = {
    [`${component.id}_outcome`]: outcome,
    [`${component.id}_asked`]: asked,
    [`${component.id}_arrived`]: arrived,
    [`${component.id}_missing`]: asked - arrived,
    ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${component.id}_${name}`, count])),
    ...collected(definition, around, component, fan, taken),
    ...saved(component, taken),
  };
  const origin = { from: 'sub_workflow' as const, by: component.id, stage, at: w.at };
  // What does not come this time must leave nothing of what came before.
  const rest = withoutValues(w.context.facts, [
    ...Object.keys(component.save),
    ...(component.collect === undefined ? [] : [component.collect]),
  ]);
  w.change({ facts: withValues(definition, rest, values, origin, momentOf(w.context)), fan: null });
  keep(w, component, fan, origin);
  const tally = { asked, arrived, failed, counts };
  const { by, reason } = owner ?? { by: null, reason: '' };
  w.happened({ what: 'joined', fan: id, stage, component: component.id, outcome, tally, by, reason });
  w.ask({ asks: 'children', change: { is: 'joined', fan: id, outcome, by: by ?? 'Baton', reason } });
  if (fan.until !== null) w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: id } });
  if (component.wait !== 'none' && component.rest === 'withdraw' && openOf(fan) > 0) {
    const why = 'It is no longer needed: the others have decided.';
    w.ask({
      asks: 'children',
      change: { is: 'withdrawn', fan: id, by: 'Baton', reason: outcome === 'out_of_time' ? TIME_UP : why },
    });
  }
}

/** What is too long for each snapshot is stored beside the run only. */
function keep(w: Writing, { collect, wait }: SubWorkflowComponent, { id, asked, gone }: Fan, origin: Origin): void {
  const { kept } = w.context;
  if (collect === undefined || wait === 'none' || (asked <= MOST_COLLECTED && kept?.[collect] === undefined)) return;
  const others = Object.fromEntries(Object.entries(kept ?? {}).filter(([key]) => key !== collect));
  w.change({ kept: asked > MOST_COLLECTED ? { ...others, [collect]: { fan: id, gone, origin } } : others });
}

const TIME_UP = 'The time for it is over.';

function collected(
  definition: Definition,
  around: Surroundings,
  component: SubWorkflowComponent,
  fan: Fan,
  taken: readonly Report[],
): Record<string, Value> {
  const { collect, wait } = component;
  if (collect === undefined || wait === 'none') return {};
  return { [collect]: fan.asked === 0 ? [] : collectedRows(collectedColumns(definition, component), around, fan, taken) };
}

/** What a single child hands back, under the names that the caller gave it. */
function saved({ each, save }: SubWorkflowComponent, taken: readonly Report[]): Record<string, Value> {
  const only = taken.findLast(({ ended }) => ended === 'done');
  if (each !== undefined || only === undefined) return {};
  return Object.fromEntries(
    Object.entries(save).flatMap(([key, result]) => {
      const value = only.results[result];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** The component whose children a run waits for. */
function componentOf(definition: Definition, { stage, component }: Fan): SubWorkflowComponent {
  const found = stageOf(definition, stage).components.find((one) => one.kind === 'sub_workflow' && one.id === component);
  if (found?.kind !== 'sub_workflow') throw new Error(`Stage ${stage} calls no workflow as ${component}.`);
  return found;
}

/** Whether an owner may let the run go on with what came in: not where what follows needs what a single child hands back. */
export function mayAccept(definition: Definition, fan: Fan | null | undefined, id: string): boolean {
  return fan?.id === id && !surelyReturns(componentOf(definition, fan));
}

/**
 * Whether what the owner wants to change is among the children that the run waits for. A single child whose results are
 * needed is replaced, and neither removed nor joined by another one.
 */
export function mayChange(definition: Definition, fan: Fan | null | undefined, id: string, change: FanChange): boolean {
  if (!fan || fan.id !== id) return false;
  if (change.is !== 'replace' && surelyReturns(componentOf(definition, fan))) return false;
  if (change.is === 'add') return true;
  return change.taken === takenOf(fan) && change.index < fan.next && !fan.gone.includes(change.index);
}

/** How many children are in, failed or gone. */
export function takenOf({ arrived, failed, gone }: Pick<Fan, 'arrived' | 'failed' | 'gone'>): number {
  return arrived + failed + gone.length;
}
