import type { Instant } from '../../machines/values.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import type { Library } from '../workflows/library.ts';
import { type Situation, situationsOf } from './acts.ts';

/** Why a run is in the queue: each needs something else. */
export type Need = 'failed' | 'undelivered' | 'held' | 'overdue' | 'long';

/** A run that does not go on as it should, since when, and what stands in its way. */
export type Queued = { need: Need; run: Situation; since: Instant; why: string };

/** Runs in the queue, the oldest of each need first, and how many more there are than are shown. */
export type Queue = { lines: Queued[]; more: number };

const MOST = 200;
/** Whoever has a run without a due date for so many days may have forgotten it. */
const LONG_DAYS = 7;

type Row = { id: string; since: Instant; mail: string | null; n: number };

/**
 * The runs of these workflows that somebody has to look at: something failed, a mail was not taken, children failed, or
 * whoever has it is late or has had it for long.
 */
export async function queueOf(needs: { sql: Sql; clock: Clock; library: Library }, workflows: readonly string[]): Promise<Queue> {
  const now = needs.clock.now();
  const rows = await needs.sql<Row[]>`
    select r.id, coalesce((r.set_aside->>'at')::timestamptz, (r.snapshot->'context'->'attention'->>'since')::timestamptz, h.due_at,
        h.opened_at, r.changed_at) as since,
      o.body->'mail'->'to'->>'email' as mail, count(*) over ()::int as n
    from runs r
    left join lateral (
      select due_at, opened_at from hand_offs where r.ended_at is null and run_id = r.id and state = 'open' order by opened_at desc limit 1
    ) h on true
    left join outbox o on o.run_id = r.id and o.kind = 'mail' and o.id = (r.snapshot->'context'->'attention'->>'effect')::uuid
    where r.workflow = any(${[...workflows]}::text[]) and (r.status = 'attention' or r.set_aside is not null
      or r.ended_at is null and (h.due_at < ${now} or h.due_at is null and h.opened_at < ${now}::timestamptz - ${LONG_DAYS} * interval '1 day'))
    order by since limit ${MOST}`;
  const runs = new Map(
    (
      await situationsOf(
        needs,
        rows.map(({ id }) => id),
      )
    ).map((run) => [run.id, run]),
  );
  const lines = rows.flatMap(({ id, since, mail }) => {
    const run = runs.get(id);
    return run === undefined ? [] : [{ ...needOf(run, mail, now), run, since }];
  });
  return { lines, more: (rows[0]?.n ?? 0) - rows.length };
}

function needOf({ setAside, context }: Situation, mail: string | null, now: Instant): Pick<Queued, 'need' | 'why'> {
  const { attention, fan, open } = context;
  if (setAside !== null) return { need: 'failed', why: setAside };
  if (attention !== null) return { need: mail === null ? 'failed' : 'undelivered', why: attention.error };
  if (fan?.held) return { need: 'held', why: `${fan.failed} of ${fan.asked} failed.` };
  if (open?.dueAt && open.dueAt < now) return { need: 'overdue', why: '' };
  return { need: 'long', why: '' };
}
