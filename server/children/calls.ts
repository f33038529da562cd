import { callsIn } from '../../machines/check/sub-workflows.ts';
import type { Definition } from '../../machines/definition.ts';
import type { Beginning } from '../../machines/event.ts';
import type { Child } from '../actors/actors.ts';
import type { Library, Published } from '../workflows/library.ts';

const known = new WeakMap<Definition, readonly string[]>();

/** The workflows that a definition calls as steps. */
export function calledBy(definition: Definition): readonly string[] {
  const called = known.get(definition) ?? [...new Set(callsIn(definition).map(({ component }) => component.workflow))];
  known.set(definition, called);
  return called;
}

/**
 * The versions in which everything below a run is started, however deep: the newest ones at the moment when the run at
 * the top begins. A workflow that is not there yet is missing.
 */
export async function callsOf(library: Library, { definition }: Published): Promise<Pick<Beginning, 'calls'>> {
  const first = calledBy(definition);
  if (first.length === 0) return {};
  const calls: Record<string, number> = {};
  const seen = new Set(first);
  for (const workflow of seen) {
    const number = await library.newestNumber(workflow).catch(() => null);
    if (number === null) continue;
    calls[workflow] = number;
    for (const next of calledBy((await library.version(workflow, number)).definition)) seen.add(next);
  }
  return { calls };
}

/** What a child is born with: where it reports to, and the versions that were fixed above it. */
export function bornOf({ parent, fan, index, depth, many, calls }: Child): Pick<Beginning, 'calls' | 'parent'> {
  const pinned = Object.keys(calls).length === 0 ? {} : { calls };
  return { parent: { run: parent, fan, index, depth, ...(many ? { many: true } : {}) }, ...pinned };
}
