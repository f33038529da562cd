import { type Called, callFindings } from '../../machines/check/calls.ts';
import { type Finding, placed } from '../../machines/check/read.ts';
import { callsIn } from '../../machines/check/sub-workflows.ts';
import type { Definition } from '../../machines/definition.ts';
import type { Library } from './library.ts';

/** A workflow about to be published, with the text of its file. */
export type Candidate = { source: string; definition: Definition; file: string };

/**
 * What publishing these workflows together would break: calls of theirs that do not fit what is called, and calls of
 * published workflows that would no longer fit. Each finding stands in the file of the caller.
 */
export async function contractFindings(library: Library, candidates: readonly Candidate[]): Promise<Finding[]> {
  const concerned = candidates.filter(({ definition }) => callsIn(definition).length > 0);
  const published = await library.list();
  const names = new Set(candidates.map(({ definition }) => definition.workflow));
  const now = new Map<string, Definition>([
    ...published.map(({ workflow, definition }) => [workflow, definition] as const),
    ...candidates.map(({ definition }) => [definition.workflow, definition] as const),
  ]);
  const called: Called = (workflow) => now.get(workflow) ?? null;
  const own = concerned.flatMap(({ source, definition, file }) =>
    placed(source, file, callFindings(definition, called, [...now.keys()])),
  );
  const before = new Map(published.map(({ workflow, definition }) => [workflow, definition]));
  const others = published
    .filter(
      ({ workflow, definition }) =>
        !names.has(workflow) && callsIn(definition).some((call) => names.has(call.component.workflow)),
    )
    .flatMap(({ workflow, source, definition }) => {
      const broken = callFindings(definition, called);
      // What did not fit before is not this publishing's doing.
      const old = new Set(callFindings(definition, (name) => before.get(name) ?? null).map(wordsOf));
      return placed(
        source,
        `${workflow} (published)`,
        broken.filter((one) => !old.has(wordsOf(one))),
      );
    });
  return [...own, ...others];
}

function wordsOf({ path, message }: { path: readonly (string | number)[]; message: string }): string {
  return `${path.join('.')} ${message}`;
}
