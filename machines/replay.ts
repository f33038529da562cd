import type { Workflow } from './compile.ts';
import type { Beginning, RunEvent } from './event.ts';
import type { StoredSnapshot } from './outcome.ts';
import { begin, step } from './step.ts';

/**
 * History → snapshot. The law: folding a run's events again through its version gives the snapshot that is stored.
 * Throws when an event of the history would be refused today.
 */
export function replay(workflow: Workflow, beginning: Beginning, events: readonly RunEvent[]): StoredSnapshot {
  let { snapshot } = begin(workflow, beginning);
  events.forEach((event, index) => {
    const outcome = step(workflow, snapshot, event);
    if (outcome === null) throw new Error(`Step ${index + 2} (${event.type}) changes nothing when replayed.`);
    snapshot = outcome.snapshot;
  });
  return snapshot;
}
