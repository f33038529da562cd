import type { StateValue } from 'xstate';
import { knownIn } from './check/emptiable.ts';
import { lacksFrom, type Standing } from './check/flow.ts';
import type { Workflow } from './compile.ts';
import { type Component, componentId } from './components/component.ts';
import { componentNamed, type Definition, labelOf, type Successor, stageTitle } from './definition.ts';
import type { RunEvent } from './event.ts';
import { typeFaults } from './move-data.ts';
import type { Fan, Outcome, RunContext, StoredSnapshot } from './outcome.ts';
import { askingOf } from './questions/asking.ts';
import { step } from './step.ts';

/** A run put into another version, or why it cannot be, in sentences for the owner. */
export type Placed = { ok: true; snapshot: StoredSnapshot } | { ok: false; why: string };
type Moved = Extract<RunEvent, { type: 'version_moved' }>;

/**
 * May a run go on in another version, just where it is? Its stage and component must be there, its data must be of the
 * same types, and what that version needs from here on must have been gathered or be gathered on the way.
 */
export function placeIn(from: Workflow, to: Workflow, snapshot: StoredSnapshot): Placed {
  const placed = put(from, to, snapshot);
  if (!placed.ok) return placed;
  const faults = [
    ...waitingFaults(from, to, snapshot),
    ...typeFaults(from.definition, to.definition, snapshot.context),
    ...lackFaults(from.definition, to.definition, snapshot.context, placed.standing),
  ];
  return faults.length === 0 ? { ok: true, snapshot: placed.snapshot } : { ok: false, why: faults.slice(0, 5).join(' ') };
}

/**
 * The step that moves a run to another version. It asks no questions: whether the run may move was judged before
 * (`placeIn`), and a history that is replayed later must not be judged again by other rules.
 */
export function stepVersion(from: Workflow, to: Workflow, snapshot: StoredSnapshot, event: Moved): Outcome | null {
  const placed = put(from, to, snapshot);
  if (!placed.ok) throw new Error(placed.why);
  return step(to, placed.snapshot, event);
}

type Put = { ok: true; snapshot: StoredSnapshot; standing: Standing } | { ok: false; why: string };

/** The same place in the other machine: names of states count components, and a component may stand elsewhere there. */
function put(from: Workflow, to: Workflow, snapshot: StoredSnapshot): Put {
  const { value, context } = snapshot;
  const [stage] = typeof value === 'string' ? [] : Object.keys(value);
  const inside = stage === undefined || typeof value === 'string' ? undefined : value[stage];
  if (stage === undefined || inside === undefined || snapshot.status !== 'active') return { ok: false, why: 'It has ended.' };
  const title = stageTitle(from.definition, stage);
  if (!Object.hasOwn(to.definition.stages, stage)) return { ok: false, why: `That version has no stage ${title}.` };
  const found = insideOf(from, to, stage, inside);
  if (!found.ok) return found;
  const state = { [stage]: found.value };
  if (!hasState(to.machine.root, state) || !isAskable(to.definition, context)) {
    return { ok: false, why: `In that version, ${title} does not have the step at which the run is.` };
  }
  const next: RunContext =
    context.taken === undefined ? context : { ...context, taken: takenIn(from.definition, to.definition, context.taken) };
  const resolved = to.machine.resolveState({ value: state, context: next });
  return {
    ok: true,
    snapshot: { ...snapshot, value: resolved.value, context: next },
    standing: { stage, component: found.component },
  };
}

type Inside = { ok: true; value: StateValue; component: number } | { ok: false; why: string };

/** What stands inside a stage: the state of a component, renamed by its place there, or one of the stage itself. */
function insideOf(from: Workflow, to: Workflow, stage: string, value: StateValue): Inside {
  const name = typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
  const rest = typeof value === 'string' ? undefined : value[name];
  const there = to.definition.stages[stage]?.components ?? [];
  const [, number] = /^(\d+)_/.exec(name) ?? [];
  if (number === undefined) return { ok: true, value, component: there.length };
  const index = Number(number) - 1;
  const component = from.definition.stages[stage]?.components[index];
  const id = component === undefined ? '' : componentId(component, index);
  const at = there.findIndex((one, place) => one.kind === component?.kind && componentId(one, place) === id);
  if (at === -1) {
    const what = component === undefined ? name : `${component.kind.replaceAll('_', ' ')} "${id}"`;
    return { ok: false, why: `In that version, ${stageTitle(to.definition, stage)} has no ${what}.` };
  }
  const renamed = `${at + 1}_${there[at]?.kind}`;
  const isWhole = Object.keys(nodeAt(to, stage, renamed)?.states ?? {}).length === 0;
  // One that had several states and has none any more is the same only in the first of them.
  const part = rest !== undefined && isWhole && rest === firstIn(nodeAt(from, stage, name)) ? undefined : rest;
  return { ok: true, value: part === undefined ? renamed : { [renamed]: part }, component: at };
}

type Node = { states: Record<string, Node>; initial: { target: readonly { key: string }[] | undefined } | undefined };

function nodeAt({ machine }: Workflow, stage: string, name: string): Node | undefined {
  const root: Node = machine.root;
  return root.states[stage]?.states[name];
}

function firstIn(node: Node | undefined): string | undefined {
  return node?.initial?.target?.[0]?.key;
}

/** Whether the machine has all of a state's parts. */
function hasState(node: Node, value: StateValue): boolean {
  if (typeof value === 'string') return Object.hasOwn(node.states, value);
  return Object.entries(value).every(([key, part]) => {
    const child = node.states[key];
    return child !== undefined && part !== undefined && hasState(child, part);
  });
}

/** Whether the other version still asks what the open hand-off asks for. */
function isAskable(definition: Definition, { open }: RunContext): boolean {
  if (open === null) return true;
  try {
    askingOf(definition, open);
    return true;
  } catch {
    return false;
  }
}

/** How often branches with a limit were taken, by where the same branches stand in the other version. */
function takenIn(from: Definition, to: Definition, taken: Record<string, number>): Record<string, number> {
  const same = (one: Successor, other: Successor) =>
    one.to === other.to && one.when === other.when && one.guidance === other.guidance && one.otherwise === other.otherwise;
  return Object.fromEntries(
    Object.entries(taken).flatMap(([name, count]) => {
      const [stage = '', index = ''] = name.split('>');
      const branch = from.stages[stage]?.next?.[Number(index)];
      const at = branch === undefined ? -1 : (to.stages[stage]?.next ?? []).findIndex((one) => same(branch, one));
      return at === -1 ? [] : [[`${stage}>${at}`, count] as const];
    }),
  );
}

/** What the run waits for must be the same there: nothing would ever tell it of anything else. */
function waitingFaults(from: Workflow, to: Workflow, { context }: StoredSnapshot): string[] {
  const { stage, waiting, awaiting, fan } = context;
  if (stage === null) return [];
  if (fan) return fanFaults(from, to, fan);
  const [was, is] = [from, to].map(({ definition }) =>
    componentNamed(definition, stage, waiting?.component ?? awaiting?.component ?? ''),
  );
  if (was === undefined || is === undefined) return [];
  if (waiting && was.kind === 'wait' && is.kind === 'wait' && was.event !== is.event) {
    return [`It waits for ${was.event ?? 'a moment'}, and in that version for ${is.event ?? 'a moment'}.`];
  }
  if (!awaiting) return [];
  const lacking = keptBy(is).filter((key) => !keptBy(was).includes(key));
  return lacking.map((key) => `What it waits for does not bring ${labelOf(to.definition, key)}, which that version keeps of it.`);
}

/** Children report to the call that started them: its workflow and what it counts must be the same there. */
function fanFaults(from: Workflow, to: Workflow, { stage, component }: Fan): string[] {
  const [was, is] = [from, to].map(({ definition }) => componentNamed(definition, stage, component));
  if (is?.kind !== 'sub_workflow' || was?.kind !== 'sub_workflow')
    return [`It waits for what it called as ${component}, and that version calls nothing so.`];
  if (is.workflow !== was.workflow) return [`It waits for ${was.workflow}, and that version calls ${is.workflow} instead.`];
  const names = (counts: Record<string, string>) => Object.keys(counts).sort().join(', ');
  return names(is.counts) === names(was.counts)
    ? []
    : ['That version counts something else among the answers that came in already.'];
}

function keptBy(component: Component): string[] {
  if (component.kind === 'document') return [component.into];
  return component.kind === 'http' ? Object.keys(component.save) : [];
}

function lackFaults(from: Definition, to: Definition, context: RunContext, standing: Standing): string[] {
  return lacksFrom(to, standing, knownIn(from, context)).map(
    ({ key, stage }) =>
      `${labelOf(to, key)} is needed at ${stageTitle(to, stage)} in that version, and this run has not gathered it.`,
  );
}
