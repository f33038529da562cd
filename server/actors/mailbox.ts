import type { Sql } from '../database/connect.ts';

/** A message that was claimed for a while. */
export type ClaimedMessage = { id: number; run_id: string; event: unknown; attempts: number };

/**
 * Claims due messages until `leasedUntil`, oldest first. Uses messages_due; other servers skip what is locked.
 * An expired lease may be claimed again: the commit that consumes a message guards against doing it twice.
 */
export async function claimMessages(sql: Sql, at: string, leasedUntil: string, limit: number): Promise<ClaimedMessage[]> {
  const rows = await sql<ClaimedMessage[]>`
    -- Found once, then looked up one by one: joined, the search may be made anew for each message that there is.
    with due as materialized (
      select id from messages
      where set_aside_at is null and try_at <= ${at} and (leased_until is null or leased_until <= ${at})
      order by try_at, id limit ${limit} for update skip locked)
    update messages set attempts = attempts + 1, leased_until = ${leasedUntil}
    where id = any(array(select id from due))
    returning id, run_id, event, attempts`;
  return rows.sort((one, other) => one.id - other.id);
}

/** Removes messages that no longer concern their run. */
export async function dropMessages(sql: Sql, ids: number[]): Promise<void> {
  await sql`delete from messages where id = any(${ids}::bigint[])`;
}

/** Lets a message wait until it is tried again. */
export async function postponeMessage(sql: Sql, id: number, tryAt: string, error: string): Promise<void> {
  await sql`update messages set try_at = ${tryAt}, leased_until = null, error = ${error} where id = ${id}`;
}

/** Sets a message aside that keeps failing, and marks its run for the operator. Nobody else waits for it. */
export async function setMessageAside(sql: Sql, id: number, at: string, error: string): Promise<void> {
  await sql`
    with aside as (
      update messages set set_aside_at = ${at}, leased_until = null, error = ${error} where id = ${id} returning run_id
    )
    update runs set set_aside = jsonb_build_object('at', ${at}::text, 'error', ${error}::text)
    where id in (select run_id from aside)`;
}

/** Puts back what was set aside of a run, messages and effects, because an operator says so. */
export async function putBack(sql: Sql, run: string, at: string): Promise<void> {
  await sql`
    with cleared as (update runs set set_aside = null where id = ${run}),
    rearmed as (
      update outbox set state = 'ready', attempts = 0, try_at = ${at}, first_tried_at = null, error = null, bundle = null,
        bundled_into = null
      where run_id = ${run} and state = 'held'
    )
    update messages set set_aside_at = null, attempts = 0, try_at = ${at}, error = null
    where run_id = ${run} and set_aside_at is not null`;
}

/** When the next message is due; null when none waits. */
export async function nextMessageAt(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ at: string | null }[]>`
    select min(greatest(try_at, leased_until)) as at from messages where set_aside_at is null`;
  return row?.at ?? null;
}
