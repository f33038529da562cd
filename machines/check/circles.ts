import { asksPeople, type Component, type SubWorkflowComponent } from '../components/component.ts';
import { type Definition, END, type Stage, stageTitle } from '../definition.ts';
import type { Found } from './finding.ts';

/**
 * Circles in which a run would go round without ever resting: nobody is asked, no other system called, nothing waited
 * for. One step would then have no end.
 */
export function circleFindings(definition: Definition): Found[] {
  const silent = new Map(Object.entries(definition.stages).map(([key, stage]) => [key, silentExits(stage)]));
  const done = new Set<string>();
  const found: Found[] = [];
  for (const key of silent.keys()) {
    const circle = circleFrom(key, silent, done);
    if (circle !== null) found.push(endless(definition, circle));
  }
  return found;
}

/** Where a stage may lead without the run resting in it. */
function silentExits({ skip, components, next }: Stage): string[] {
  const exits: string[] = skip === undefined ? [] : [skip.to ?? (next?.length === 1 ? (next[0]?.to ?? END) : END)];
  for (const component of components) {
    if (rests(component)) return exits;
    if (component.kind === 'lookup' && component.otherwise !== undefined) exits.push(component.otherwise);
  }
  for (const { to, guidance, at_most, afterwards } of next ?? []) {
    if (guidance !== undefined) continue;
    exits.push(at_most === undefined ? to : (afterwards ?? END));
  }
  return exits;
}

/** Whether a run surely stands still here for a while. A day to wait for may be past. */
function rests(component: Component): boolean {
  if (asksPeople(component)) return true;
  return (
    component.kind === 'http' ||
    component.kind === 'document' ||
    (component.kind === 'wait' && component.until === undefined) ||
    (component.kind === 'sub_workflow' && waitsForSure(component))
  );
}

/** A list may turn out to be empty, and more than one child never comes of a single one. A condition may hold at once. */
function waitsForSure({ each, wait }: SubWorkflowComponent): boolean {
  if (each !== undefined) return false;
  if (typeof wait !== 'object') return wait !== 'none';
  return 'at_least' in wait && (typeof wait.at_least === 'string' || wait.at_least === 1);
}

/** The first circle that can be reached, as the stages on it; depth first, each stage once. */
function circleFrom(start: string, exits: Map<string, string[]>, done: Set<string>): string[] | null {
  const path: { key: string; left: string[] }[] = [];
  const on = new Set<string>();
  const enter = (key: string) => {
    path.push({ key, left: [...(exits.get(key) ?? [])] });
    on.add(key);
  };
  if (!done.has(start)) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.left.pop();
    if (next === undefined) {
      done.add(top.key);
      on.delete(top.key);
      path.pop();
    } else if (on.has(next)) {
      const circle = path.slice(path.findIndex(({ key }) => key === next)).map(({ key }) => key);
      for (const { key } of path) done.add(key);
      return circle;
    } else if (exits.has(next) && !done.has(next)) enter(next);
  }
  return null;
}

function endless(definition: Definition, circle: string[]): Found {
  const [first = ''] = circle;
  const way = [...circle, first].map((key) => stageTitle(definition, key)).join(' → ');
  return {
    path: ['stages', first],
    atKey: true,
    code: 'endless_circle',
    message: `A run may go round for ever without anybody being asked: ${way}.`,
    remedy: 'Ask somebody or wait for something on the way round, or limit a branch with "at_most".',
  };
}
