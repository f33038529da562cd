import type { Logger } from 'pino';
import { z } from 'zod';
import type { Facts, Person, Value } from '../../machines/values.ts';
import type { Actors } from '../actors/actors.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import type { Work } from '../pump.ts';
import type { Place } from './commit.ts';

type Claimed = { fan_id: string; index: number; key: string; input: unknown; attempts: number };
type Caller = {
  id: string;
  run_id: string;
  root_id: string;
  component: string;
  workflow: string;
  version: number | null;
  common: unknown;
  starter_email: string;
  starter_name: string | null;
  calling: string;
  calls: unknown;
  depth: number | null;
  many: boolean;
};

const BATCH = 200;
// How long the children that a server was about to begin wait for another one when it died.
const LEASE_MS = 15_000;
const MOST_ATTEMPTS = 5;

const VALUES = z.custom<Record<string, Value>>((values) => typeof values === 'object' && values !== null);
const CALLS = z.record(z.string(), z.int()).nullable();

/** Begins the children that may start. */
export function births(needs: { sql: Sql; clock: Clock; actors: Actors; log: Logger; kick: () => void }): Work {
  const { sql, clock, actors } = needs;

  async function begin(child: Claimed, caller: Caller): Promise<void> {
    const { fan_id: fan, index, input } = child;
    const starter: Person = { email: caller.starter_email, name: caller.starter_name };
    const origin = { from: 'sub_workflow' as const, by: caller.calling, stage: null, at: clock.now() };
    const given = { ...VALUES.parse(caller.common), ...VALUES.parse(input) };
    const facts: Facts = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, { value, origin }]));
    const { run_id: parent, root_id: root, version, workflow, many } = caller;
    const calls = CALLS.parse(caller.calls) ?? {};
    const place = { parent, root, fan, index, depth: (caller.depth ?? 0) + 1, many, version, calls };
    try {
      await actors.begin({ workflow, starter, trigger: 'sub_workflow', facts, idempotencyKey: null, child: place });
    } catch (error) {
      await postpone(needs, child, caller, error);
    }
  }

  return {
    name: 'children',
    async work() {
      const claimed = await claim(sql, clock.now(), instant(clock.nowMs() + LEASE_MS));
      if (claimed.length === 0) return 0;
      const callers = await callersOf(sql, [...new Set(claimed.map(({ fan_id }) => fan_id))]);
      await Promise.all(
        claimed.map((child) => {
          const caller = callers.get(child.fan_id);
          return caller === undefined ? undefined : begin(child, caller);
        }),
      );
      return claimed.length;
    },
    nextAt: () => nextBirthAt(sql),
  };
}

/** When the next child may begin; null when none is to. */
export async function nextBirthAt(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ at: string | null }[]>`
    select min(greatest(try_at, leased_until)) as at from children where state = 'released'`;
  return row?.at ?? null;
}

async function claim(sql: Sql, at: string, leasedUntil: string): Promise<Claimed[]> {
  const rows = await sql<Claimed[]>`
    -- Found once, then looked up one by one: joined, the search may be made anew for each child that there is. A row that
    -- another server changed at this very moment is not seen by its place, and is found the next time.
    with due as materialized (
      select ctid from children
      where state = 'released' and try_at <= ${at} and (leased_until is null or leased_until <= ${at})
      order by try_at, fan_id, index limit ${BATCH} for no key update skip locked)
    update children c set attempts = c.attempts + 1, leased_until = ${leasedUntil} where c.ctid = any(array(select ctid from due))
    returning c.fan_id, c.index, c.key, c.input, c.attempts`;
  // Ids are given in this order, and what is asked is listed by them.
  return rows.sort((one, other) => one.index - other.index);
}

async function callersOf(sql: Sql, fans: string[]): Promise<Map<string, Caller>> {
  const rows = await sql<Caller[]>`
    select f.id, f.run_id, r.root_id, f.component, f.workflow, f.version, f.common, r.starter_email, r.starter_name,
      r.workflow as calling, r.snapshot->'context'->'calls' as calls, (r.snapshot->'context'->'parent'->>'depth')::int as depth,
      exists (select from children c where c.fan_id = f.id offset 1) as many
    from fans f join runs r on r.id = f.run_id where f.id = any(${fans}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

type PostponeNeeds = { sql: Sql; clock: Clock; log: Logger; kick: () => void };

/** A child that cannot begin is tried again; after some tries its parent is told that it failed. */
async function postpone({ sql, clock, log, kick }: PostponeNeeds, child: Claimed, caller: Caller, error: unknown): Promise<void> {
  const note = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  const passing = error instanceof Refusal && error.status === 503;
  const { fan_id: fan, index, attempts } = child;
  log.warn({ err: error, fan, index }, 'A child could not begin.');
  const at = clock.now();
  if (passing || attempts < MOST_ATTEMPTS) {
    const tryAt = instant(clock.nowMs() + Math.min(300_000, 500 * 2 ** attempts));
    await sql`
      update children set try_at = ${tryAt}, leased_until = null, error = ${note}
      where fan_id = ${fan} and index = ${index} and state = 'released'`;
    return;
  }
  const report = { index, nth: 1, ended: 'not_started', who: null, results: {}, at, note };
  const event = JSON.stringify({ type: 'reported', fan, reports: [report] });
  // 'open' without a run: nothing begins it any more, and the step of the parent that takes the report ends it.
  await sql`
    with given_up as (
      update children set state = 'open', leased_until = null, error = ${note}
      where fan_id = ${fan} and index = ${index} and state = 'released' returning fan_id
    )
    insert into messages (run_id, key, event, deliver_at, try_at)
    select ${caller.run_id}, ${`not_started:${fan}:${index}`}, ${event}::text::json, ${at}, ${at} from given_up
    on conflict (run_id, key) do nothing`;
  kick();
}

/** Which of these children are still to begin. Asked when a start was overtaken. */
export async function stillToStart(sql: Sql, places: readonly Place[]): Promise<Set<string>> {
  const fans = places.map(({ fan }) => fan);
  const indexes = places.map(({ index }) => index);
  const rows = await sql<{ fan: string; index: number }[]>`
    select c.fan_id as fan, c.index from unnest(${fans}::uuid[], ${indexes}::int[]) as p(fan, index)
    join children c on c.fan_id = p.fan and c.index = p.index where c.state = 'released'`;
  return new Set(rows.map(placeKey));
}

/** A child's place as one word. */
export function placeKey({ fan, index }: { fan: string; index: number }): string {
  return `${fan} ${index}`;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
