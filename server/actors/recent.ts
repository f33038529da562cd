import type { LoadedRun } from './load.ts';

/** Runs as they stood after their latest step here, so that a step which follows at once needs no query to load them. */
export type Recent = {
  get(id: string): LoadedRun | undefined;
  keep(run: LoadedRun): void;
  forget(id: string): void;
};

/**
 * Keeps the `most` latest runs. What is kept may be overtaken by another server: a commit finds out by its seq, and
 * "nothing to change" is only believed of a run that has just been loaded.
 */
export function createRecent(most: number): Recent {
  const runs = new Map<string, LoadedRun>();
  return {
    get: (id) => runs.get(id),
    keep(run) {
      runs.delete(run.id);
      if (run.snapshot.status !== 'active') return;
      runs.set(run.id, run);
      const [oldest] = runs.keys();
      if (runs.size > most && oldest !== undefined) runs.delete(oldest);
    },
    forget: (id) => runs.delete(id),
  };
}
