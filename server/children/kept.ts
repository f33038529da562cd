import type { Definition } from '../../machines/definition.ts';
import { withKept } from '../../machines/kept.ts';
import type { RunContext } from '../../machines/outcome.ts';
import type { Facts } from '../../machines/values.ts';
import type { Sql } from '../database/connect.ts';
import { childrenOf } from './family.ts';

/** The facts of a run, those that are kept beside its snapshot included. One more query for the few runs that have some. */
export async function factsOf(
  sql: Sql,
  definition: Definition,
  { facts, kept }: { facts: Facts; kept: RunContext['kept'] | null },
): Promise<Facts> {
  if (kept === undefined || kept === null) return facts;
  const rows = await childrenOf(
    sql,
    Object.values(kept).map(({ fan }) => fan),
  );
  return withKept(definition, { children: (fan) => rows.get(fan) ?? [] }, { facts, kept });
}
