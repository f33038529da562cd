import { Cron } from 'croner';
import type { Instant } from '../../machines/values.ts';
import type { Actors } from '../actors/actors.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import type { Work } from '../pump.ts';
import type { Library } from '../workflows/library.ts';

/** A schedule as stored. */
export type Schedule = { workflow: string; trigger: number; cron: string; timezone: string; watermark: Instant };

/** The fires after `watermark` up to and including `until`, oldest first, at most `limit` of the latest ones. */
export function firesBetween(
  { cron, timezone, watermark }: Omit<Schedule, 'workflow' | 'trigger'>,
  until: Instant,
  limit: number,
): Instant[] {
  const job = new Cron(cron, { timezone, paused: true });
  const from = Date.parse(watermark);
  // Forward first: looking back for a thousand fires of a rare schedule takes hundreds of years, and seconds.
  const fires: string[] = [];
  for (
    let next = job.nextRun(new Date(watermark));
    next !== null && next.getTime() <= Date.parse(until);
    next = job.nextRun(next)
  ) {
    if (fires.push(next.toISOString()) > limit) return latestFires(job, from, until, limit);
  }
  return fires;
}

/** The latest of many. Such a schedule fires often, so that none of them is far back. */
function latestFires(job: Cron, from: number, until: Instant, limit: number): Instant[] {
  // previousRuns is exclusive of its reference: a millisecond later includes a fire at `until` itself.
  const before = job.previousRuns(limit, new Date(Date.parse(until) + 1000));
  return before
    .map((fire) => fire.getTime())
    .filter((ms) => ms > from && ms <= Date.parse(until))
    .sort((one, other) => one - other)
    .map((ms) => new Date(ms).toISOString());
}

/** The first fire after a moment; null when the schedule never fires again. */
export function nextFire({ cron, timezone }: { cron: string; timezone: string }, after: Instant): Instant | null {
  return new Cron(cron, { timezone, paused: true }).nextRun(new Date(after))?.toISOString() ?? null;
}

/** Every schedule that is to fire. */
export async function activeSchedules(sql: Sql): Promise<Schedule[]> {
  return sql<Schedule[]>`select workflow, trigger, cron, timezone, watermark from schedules where active`;
}

/** What firing needs of the portal. `seen` hears of the schedules that are active now. */
export type FiresNeed = { sql: Sql; clock: Clock; actors: Actors; library: Library; seen: (active: Schedule[]) => void };

/**
 * Starts a run for each fire that is due. Exactly one however many servers try: the fire is the run's idempotency key.
 * Of several fires missed while every server was down the latest is caught up, the others are recorded as missed.
 */
export function fires({ sql, clock, actors, library, seen }: FiresNeed): Work {
  async function fire(schedule: Schedule, now: Instant): Promise<number> {
    const due = firesBetween(schedule, now, 1000);
    const latest = due.at(-1);
    if (latest === undefined) return 0;
    const { definition } = await library.newest(schedule.workflow);
    const [owner = ''] = definition.owners;
    const begun = await actors.begin({
      workflow: schedule.workflow,
      starter: { email: owner, name: null },
      trigger: 'schedule',
      facts: {},
      idempotencyKey: `schedule:${schedule.workflow}:${schedule.trigger}:${latest}`,
    });
    await decide(sql, schedule, due.slice(0, -1), latest, begun.run, now);
    return 1;
  }

  return {
    name: 'schedules',
    async work() {
      const now = clock.now();
      const active = await activeSchedules(sql);
      seen(active);
      const counts = await Promise.all(active.map((schedule) => fire(schedule, now)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    nextAt: () => nextFireAt(sql),
  };
}

/** When the next schedule fires; null when none does. */
export async function nextFireAt(sql: Sql): Promise<Instant | null> {
  const nexts = (await activeSchedules(sql))
    .map((schedule) => nextFire(schedule, schedule.watermark))
    .filter((at) => at !== null);
  return nexts.sort()[0] ?? null;
}

/** Records what was decided and moves the watermark, in one statement; a second server's same decision changes nothing. */
async function decide(
  sql: Sql,
  schedule: Schedule,
  missed: Instant[],
  started: Instant,
  run: string,
  at: Instant,
): Promise<void> {
  const { workflow, trigger } = schedule;
  await sql`
    with moved as (
      update schedules set watermark = greatest(watermark, ${started}) where workflow = ${workflow} and trigger = ${trigger}
    ),
    missed as (
      insert into fires (workflow, trigger, due_at, decision, decided_at)
      select ${workflow}, ${trigger}, due_at, 'missed', ${at} from unnest(${missed}::timestamptz[]) as due_at
      on conflict do nothing
    )
    insert into fires (workflow, trigger, due_at, decision, run_id, decided_at)
    values (${workflow}, ${trigger}, ${started}, 'started', ${run}, ${at})
    on conflict do nothing`;
}
