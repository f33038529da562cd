import type { Definition } from './definition.ts';
import type { Surroundings } from './effects.ts';
import { withoutValues } from './facts.ts';
import type { Kept, RunContext } from './outcome.ts';
import { collectedRows } from './results.ts';
import type { Facts } from './values.ts';

/**
 * The facts of a run with the lists that are too long to stand in each of its snapshots: their rows are those of the
 * children, beside the run, and are put together whenever somebody looks. Nothing changes them any more.
 */
export function withKept(
  { data }: Definition,
  around: Pick<Surroundings, 'children'>,
  { facts, kept }: Pick<RunContext, 'facts' | 'kept'>,
): Facts {
  if (kept === undefined) return facts;
  const lists = Object.entries(kept).flatMap(([key, { fan, gone, origin }]) => {
    const field = data[key];
    if (field?.type !== 'list') return [];
    return [[key, { value: collectedRows(field.of, around, { id: fan, gone }, []), origin }] as const];
  });
  return { ...facts, ...Object.fromEntries(lists) };
}

/** The context as it is stored: without the lists that are kept beside it. One that was changed since is a datum again. */
export function withoutKept(context: RunContext): RunContext {
  if (context.kept === undefined) return context;
  const still = Object.entries(context.kept).filter(([key, kept]) => isStill(context.facts, key, kept));
  const { kept: _, ...rest } = context;
  const facts = withoutValues(
    context.facts,
    still.map(([key]) => key),
  );
  return still.length === 0 ? { ...rest, facts } : { ...rest, facts, kept: Object.fromEntries(still) };
}

function isStill(facts: Facts, key: string, { origin }: Kept): boolean {
  const now = facts[key]?.origin;
  return now?.from === 'sub_workflow' && now.by === origin.by && now.at === origin.at;
}
