import { z } from 'zod';
import type { Value } from '../../machines/values.ts';
import type { Actors, Stepped } from '../actors/actors.ts';
import type { Sql } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import { childrenAt } from './read.ts';

/** What an owner wants to change among the children of a run. */
export type Wish =
  | { is: 'add'; key: string; input: Record<string, Value> }
  | { is: 'remove'; index: number }
  | { is: 'replace'; index: number; key: string; input: Record<string, Value> };

type Needs = { sql: Sql; actors: Actors };
type Change = { run: string; fan: string; wish: Wish; by: string; reason: string };

const MOST_TRIES = 20;
const FAN = z.object({ id: z.string(), taken: z.int() }).nullable();

/**
 * Adds, removes or replaces a child while its run waits for it. Throws Refusal 409 when the run waits no more, or when the
 * child is in or gone already.
 */
export async function changeChildren({ sql, actors }: Needs, { run, fan, wish, by, reason }: Change): Promise<Stepped> {
  const event = { type: 'fan_changed' as const, fan, by, reason };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const now = await waitingFan(sql, run);
    if (now === null || now.id !== fan) throw new Refusal(409, 'gone_on', 'The run has gone on; nothing was changed.');
    if (wish.is === 'add') return actors.tell(run, { ...event, change: wish });
    const [child] = await childrenAt(sql, fan, [wish.index]);
    if (child === undefined || child.state === 'arrived') throw new Refusal(409, 'is_in', 'This one is in already, and stays.');
    if (child.state === 'removed') throw new Refusal(409, 'is_removed', 'This one was removed already.');
    const stepped = await actors.tell(run, { ...event, change: { ...wish, failed: child.state === 'failed', taken: now.taken } });
    // Something came in meanwhile: perhaps this very child.
    if (stepped.is === 'stepped') return stepped;
  }
  throw new Refusal(503, 'busy', 'Too much comes in at once just now. Please try again in a moment.');
}

async function waitingFan(sql: Sql, run: string) {
  const [row] = await sql<{ fan: unknown }[]>`
    select case when snapshot->'context'->'fan'->>'id' is not null then json_build_object(
      'id', snapshot->'context'->'fan'->>'id',
      'taken', (snapshot->'context'->'fan'->>'arrived')::int + (snapshot->'context'->'fan'->>'failed')::int
        + json_array_length(snapshot->'context'->'fan'->'gone')) end as fan
    from runs where id = ${run}`;
  return FAN.parse(row?.fan ?? null);
}
