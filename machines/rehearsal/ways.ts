import { createMachine } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { configOf } from '../config.ts';
import { type Definition, stageTitle } from '../definition.ts';

type Node = { [key: string]: unknown };
type Target = { target?: string; [key: string]: unknown };

/**
 * The machine of a definition as plain JSON with every branch free to be taken: each way out of a state becomes an event
 * of its own, and nothing is guarded. XState's graph tools walk it.
 */
export function freeMachine(definition: Definition) {
  const events = new Set<string>();
  const config: Node = JSON.parse(JSON.stringify(configOf(definition)));
  const { on: _, options: __, ...rest } = config;
  return { machine: createMachine(freed(rest, events)), events: [...events].map((type) => ({ type })) };
}

function freed(node: Node, events: Set<string>): Node {
  const { always, on, entry: _, states, ...rest } = node;
  const ways = [
    ...listOf(always),
    ...Object.entries(objectOf(on)).flatMap(([event, way]) => (event === 'steered' ? [] : listOf(way))),
  ].filter(({ target }) => typeof target === 'string');
  const own: Node = {};
  ways.forEach(({ target }, index) => {
    const event = `way ${index + 1}`;
    events.add(event);
    own[event] = { target };
  });
  const children = Object.entries(objectOf(states)).map(([key, child]) => [key, freed(objectOf(child), events)]);
  return { ...rest, on: own, ...(children.length === 0 ? {} : { states: Object.fromEntries(children) }) };
}

function objectOf(value: unknown): Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): Target[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(objectOf);
}

/** A shortest way through the stages to one end. */
export type WayToEnd = { endsIn: string; stages: string[]; words: string };

/** The shortest way to each stage in which a run may end, by XState's own search. */
export function shortestWays(definition: Definition): WayToEnd[] {
  const { machine, events } = freeMachine(definition);
  const ways = new Map<string, WayToEnd>();
  for (const { steps, state } of getShortestPaths(machine, { events, limit: 200_000 })) {
    const stages = stagesOn([...steps.map((step) => step.state.value), state.value]);
    const last = stages.at(-1);
    const before = steps.at(-1)?.state.value;
    if (last === undefined || before === undefined) continue;
    // Every state before the end is one from which it can be reached in one step.
    for (const end of endsAfter(machine, state, events)) if (end && !ways.has(last)) ways.set(last, wayOf(definition, stages));
  }
  return [...ways.values()];
}

function endsAfter(
  machine: ReturnType<typeof freeMachine>['machine'],
  state: ReturnType<typeof getShortestPaths<ReturnType<typeof freeMachine>['machine']>>[number]['state'],
  events: { type: string }[],
): boolean[] {
  if (state.status !== 'active') return [];
  return events.map((event) => {
    const [next] = [machine.getTransitionData(state, event)].flat();
    return next?.target?.some(({ key }) => key === 'ENDED') ?? false;
  });
}

/** The stages on a path, each as often as it is entered. */
function stagesOn(values: unknown[]): string[] {
  const stages: string[] = [];
  for (const value of values) {
    const stage = typeof value === 'string' ? value : (Object.keys(objectOf(value))[0] ?? '');
    if (/^[a-z]/.test(stage) && stages.at(-1) !== stage) stages.push(stage);
  }
  return stages;
}

function wayOf(definition: Definition, stages: string[]): WayToEnd {
  return { endsIn: stages.at(-1) ?? '', stages, words: stages.map((stage) => stageTitle(definition, stage)).join(' → ') };
}
