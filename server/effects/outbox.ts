import type { Instant } from '../../machines/values.ts';
import type { Told } from '../actors/gate.ts';
import type { Sql } from '../database/connect.ts';

/** An effect that was claimed for a while, with what its run is. */
export type ClaimedEffect = {
  id: string;
  run_id: string | null;
  kind: 'mail' | 'http' | 'judge' | 'document';
  body: unknown;
  /** Set for a letter that may leave together with others. */
  bundle?: string | null;
  attempts: number;
  created_at: Instant;
  first_tried_at: Instant | null;
  workflow: string | null;
  /** The version that asked for it. */
  version: number | null;
  title: string | null;
};

// However long siblings take to begin or to be taken back, nobody waits longer for the letter that names them all.
const LONGEST_WAIT = '30 seconds';

/** Whether an effect is done by itself: it is no letter that leaves with another one of its bundle. */
function isLeading(sql: Sql) {
  return sql`(o.bundle is null or o.bundled_into = o.id or (o.bundled_into is null and not exists (
    select from outbox e where e.bundle = o.bundle and e.state = 'ready' and e.bundled_into is null and e.id < o.id)))`;
}

/** Whether siblings are still about to begin or to be taken back, so that a bundle may grow. */
function mayGrow(sql: Sql) {
  return sql`(o.bundle is not null and o.bundled_into is null and (
    exists (select from children c where c.state = 'released' and c.fan_id = o.fan)
    or exists (select from messages m
      where m.key = 'recall:' || o.fan and starts_with(m.key, 'recall:') and m.set_aside_at is null)))`;
}

/**
 * Puts the letters of a bundle together under the first of them, once; answers all of them in the order of their items. A
 * letter that stands alone is answered alone. Whatever another server is about to send stays with it; locked in the order
 * of their ids, letters are put together by one server only. Notes that give another reason are letters of their own, and
 * what was taken back is asked of nobody any more.
 */
export async function gatherBundle(sql: Sql, leader: string, at: Instant): Promise<ClaimedEffect[]> {
  await sql`
    with together as materialized (
      select o.id from outbox l join outbox o on o.bundle = l.bundle
      where l.id = ${leader} and o.state = 'ready' and o.bundled_into is null
        and (o.id = l.id or o.leased_until is null or o.leased_until <= ${at})
        and o.body->'mail'->>'reason' is not distinct from l.body->'mail'->>'reason'
        and (o.body->'mail'->>'is' = 'withdrawn' or not exists (
          select from hand_offs h where h.id = (o.body->'mail'->>'handOff')::uuid and h.state = 'withdrawn'))
      order by o.id for no key update of o)
    update outbox o set bundled_into = ${leader} from together t
    where o.id = t.id and exists (select from together where id = ${leader})`;
  return sql<ClaimedEffect[]>`
    select o.id, o.run_id, o.kind, o.body, o.attempts, o.created_at, o.first_tried_at, r.workflow,
      coalesce((o.body->>'version')::int, r.version) as version, r.title
    from outbox o join runs r on r.id = o.run_id where o.bundled_into = ${leader}
    order by (r.snapshot->'context'->'parent'->>'index')::int, o.id`;
}

/** The run in whose conversation somebody was asked for what the letters under a leading one are about; null for none. */
export async function askedWithin(sql: Sql, leader: string): Promise<string | null> {
  const [row] = await sql<{ run_id: string }[]>`
    select first.run_id from outbox o join outbox asked on ${asksFor(sql)}
    join outbox first on first.id = coalesce(asked.bundled_into, asked.id)
    where o.bundled_into = ${leader} and asked.state <> 'dropped' order by asked.id limit 1`;
  return row?.run_id ?? null;
}

/**
 * Drops what the notes of a bundle would take back and what has not left yet, and the notes to whoever was never asked.
 * Answers the notes that were dropped. A letter that was put together counts as asked: it leaves, or has left.
 */
export async function dropUnasked(sql: Sql, bundle: string, at: Instant): Promise<string[]> {
  await sql`
    with unasked as materialized (
      select u.id from outbox o join outbox u on u.run_id = o.run_id
      where o.bundle = ${bundle} and o.state = 'ready' and o.bundled_into is null
        and u.bundle <> o.bundle and u.state = 'ready' and u.bundled_into is null
        and u.body->'mail'->>'handOff' = o.body->'mail'->>'handOff'
      order by u.id for no key update of u)
    update outbox o set state = 'dropped', done_at = ${at}, leased_until = null from unasked u where o.id = u.id`;
  const notes = await sql<{ id: string }[]>`
    with idle as materialized (
      select o.id from outbox o
      where o.bundle = ${bundle} and o.state = 'ready' and o.bundled_into is null
        and exists (select from outbox asked where ${asksFor(sql)})
        and not exists (select from outbox asked where ${asksFor(sql)} and asked.state <> 'dropped')
      order by o.id for no key update of o)
    update outbox o set state = 'dropped', done_at = ${at}, leased_until = null from idle i where o.id = i.id
    returning o.id`;
  return notes.map(({ id }) => id);
}

/** Drops a letter that asks for what was taken back, unless it was put together with others. */
export async function dropEffect(sql: Sql, id: string, at: Instant): Promise<void> {
  await sql`
    update outbox set state = 'dropped', done_at = ${at}, leased_until = null
    where id = ${id} and state = 'ready' and bundle is not null and bundled_into is null`;
}

/** Whether a letter `asked` the person of a note `o` for the very thing that was taken back. */
function asksFor(sql: Sql) {
  return sql`asked.run_id = o.run_id and asked.kind = 'mail' and asked.id <> o.id
    and asked.body->'mail'->>'is' in ('hand_off', 'reminder', 'escalation')
    and asked.body->'mail'->>'handOff' = o.body->'mail'->>'handOff'
    and asked.body->'mail'->'to'->>'email' = o.body->'mail'->'to'->>'email'`;
}

/** Claims due effects until `leasedUntil`, oldest first. Uses outbox_due; other servers skip what is locked. */
export async function claimEffects(sql: Sql, at: Instant, leasedUntil: Instant, limit: number): Promise<ClaimedEffect[]> {
  const rows = await sql<ClaimedEffect[]>`
    -- Found once, then looked up one by one: joined, the search may be made anew for each effect that there is.
    with due as materialized (
      select id from outbox o where state = 'ready' and try_at <= ${at} and (leased_until is null or leased_until <= ${at})
        and ${isLeading(sql)}
        and (created_at <= ${at}::timestamptz - ${LONGEST_WAIT}::interval or not ${mayGrow(sql)})
      order by try_at, id limit ${limit} for update skip locked)
    update outbox o set attempts = attempts + 1, leased_until = ${leasedUntil}, first_tried_at = coalesce(o.first_tried_at, ${at})
    from due left join lateral (
      select r.workflow, r.version, r.title from outbox b join runs r on r.id = b.run_id where b.id = due.id
    ) r on true
    where o.id = due.id and o.id = any(array(select id from due))
    returning o.id, o.run_id, o.kind, o.body, o.bundle, o.attempts, o.created_at, o.first_tried_at, r.workflow,
      coalesce((o.body->>'version')::int, r.version) as version, r.title`;
  return rows.sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Keeps claimed effects that are still being done from other servers. */
export async function renewLeases(sql: Sql, ids: string[], leasedUntil: Instant): Promise<void> {
  await sql`update outbox set leased_until = ${leasedUntil} where id = any(${ids}::uuid[]) and state = 'ready'`;
}

/** What an effect left behind for people to look up: where, when, status, how long. Never a secret. */
export type EffectRecord = { to: string; status: number | null; tookMs: number; note: string | null };

/** An effect is done; what the run is told of it goes into its mailbox in the same statement. */
export async function finishEffect(sql: Sql, id: string, at: Instant, record: EffectRecord, told: Told | null): Promise<void> {
  await sql`
    with done as (
      update outbox set state = 'done', done_at = ${at}, leased_until = null, error = null, record = ${JSON.stringify(record)}::text::json
      -- A call that was under way when its run went on without it has been made all the same, and is shown so.
      where (id = ${id} or bundled_into = ${id}) and (state = 'ready' or state = 'dropped' and kind <> 'mail') returning id, run_id
    )
    insert into messages (run_id, key, event, deliver_at, try_at)
    select run_id, 'effect:' || id, ${JSON.stringify(told)}::text::json, ${at}, ${at} from done
    where run_id is not null and ${told !== null}
    on conflict (run_id, key) do nothing`;
}

/** An effect will be tried again at `tryAt`. */
export async function postponeEffect(sql: Sql, id: string, tryAt: Instant, error: string): Promise<void> {
  await sql`update outbox set try_at = ${tryAt}, leased_until = null, error = ${error} where id = ${id} and state = 'ready'`;
}

/** An effect waits its turn: this was no try. */
export async function deferEffect(sql: Sql, id: string, tryAt: Instant): Promise<void> {
  await sql`
    update outbox set try_at = ${tryAt}, leased_until = null, attempts = attempts - 1,
      first_tried_at = case when attempts > 1 then first_tried_at end
    where id = ${id} and state = 'ready'`;
}

/** An effect is given up: it is held, and its run is told or, if it has ended, marked, so that an operator sees it. */
export async function holdEffect(sql: Sql, id: string, attempts: number, at: Instant, error: string): Promise<void> {
  await sql`
    with held as (
      update outbox set state = 'held', leased_until = null, error = ${error}
      where (id = ${id} or bundled_into = ${id}) and state = 'ready' returning id, run_id
    ),
    -- A run that has ended hears nothing any more; its owner must see it all the same.
    marked as (
      update runs set set_aside = jsonb_build_object('at', ${at}::text, 'error', ${error}::text)
      where id in (select run_id from held) and status in ('done', 'cancelled')
    )
    insert into messages (run_id, key, event, deliver_at, try_at)
    select run_id, 'effect:' || id || ${`:failed:${at}:${attempts}`},
      json_build_object('type', 'effect_failed', 'effect', id, 'error', ${error}::text), ${at}, ${at} from held
    where run_id is not null
    on conflict (run_id, key) do nothing`;
}

/** When the next effect is due; null when none waits. */
export async function nextEffectAt(sql: Sql): Promise<Instant | null> {
  const [row] = await sql<{ at: Instant | null }[]>`
    select min(greatest(try_at, leased_until, case when ${mayGrow(sql)} then created_at + ${LONGEST_WAIT}::interval end)) as at
    from outbox o where state = 'ready' and ${isLeading(sql)}`;
  return row?.at ?? null;
}

/** Whether an effect is due, even if somebody is doing it just now. */
export async function isEffectDue(sql: Sql, at: Instant): Promise<boolean> {
  const [row] = await sql<{ due: boolean }[]>`
    select exists (select from outbox o where state = 'ready' and try_at <= ${at} and ${isLeading(sql)}) as due`;
  return row?.due === true;
}
