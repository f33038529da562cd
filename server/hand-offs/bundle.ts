import type { Instant } from '../../machines/values.ts';
import type { Sql } from '../database/connect.ts';

/** One hand-off that a letter asked about, as it stands now for the person to whom the letter went. */
export type BundledHandOff = {
  id: string;
  generation: number;
  run: string;
  workflow: string;
  version: number;
  title: string;
  state: 'open' | 'decided' | 'gone';
  dueAt: Instant | null;
};

/** Everything that the letters under a leading one asked of their person, in their order; empty when there is none. */
export async function bundledHandOffs(sql: Sql, leader: string): Promise<BundledHandOff[]> {
  return sql<BundledHandOff[]>`
    select h.id, h.generation, h.run_id as run, r.workflow, r.version, r.title, h.due_at as "dueAt",
      case when h.person_email <> o.body->'mail'->'to'->>'email' or h.state = 'withdrawn' then 'gone' else h.state end as state
    from outbox o join hand_offs h on h.id = (o.body->'mail'->>'handOff')::uuid join runs r on r.id = h.run_id
    where o.bundled_into = ${leader} order by (r.snapshot->'context'->'parent'->>'index')::int, o.id`;
}

/** The next hand-off among the siblings of a run that waits for this very person. */
export async function openAmongSiblings(
  sql: Sql,
  run: string,
  email: string,
): Promise<{ id: string; generation: number; title: string } | null> {
  const [row] = await sql<{ id: string; generation: number; title: string }[]>`
    select h.id, h.generation, r.title from runs own
    join runs r on r.parent_id = own.parent_id and r.id <> own.id and r.status = 'active'
    join hand_offs h on h.run_id = r.id and h.state = 'open' and h.person_email = ${email}
    where own.id = ${run} and own.parent_id is not null order by h.opened_at, h.id limit 1`;
  return row ?? null;
}
