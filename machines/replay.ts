import type { Workflow } from './compile.ts';
import type { Beginning, RunEvent } from './event.ts';
import { stepVersion } from './move.ts';
import type { StoredSnapshot } from './outcome.ts';
import { begin, step } from './step.ts';

/** The versions through which a run went, in their order. `now`: the version that it is on after these events. */
export function versionsOf(events: readonly RunEvent[], now: number): number[] {
  const moves = events.flatMap((event) => (event.type === 'version_moved' ? [event] : []));
  const [first] = moves;
  return first === undefined ? [now] : [first.from, ...moves.map(({ version }) => version)];
}

/**
 * History → snapshot. The law: folding a run's events again through its versions gives the snapshot that is stored.
 * `workflowAt` answers a version, `began` is the one with which the run began. Throws when an event of the history
 * would be refused today.
 */
export function replay(
  workflowAt: (version: number) => Workflow,
  began: number,
  beginning: Beginning,
  events: readonly RunEvent[],
): StoredSnapshot {
  let workflow = workflowAt(began);
  let { snapshot } = begin(workflow, beginning);
  events.forEach((event, index) => {
    const there = event.type === 'version_moved' ? workflowAt(event.version) : workflow;
    const outcome =
      event.type === 'version_moved' ? stepVersion(workflow, there, snapshot, event) : step(workflow, snapshot, event);
    if (outcome === null) throw new Error(`Step ${index + 2} (${event.type}) changes nothing when replayed.`);
    workflow = there;
    snapshot = outcome.snapshot;
  });
  return snapshot;
}
