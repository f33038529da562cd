import ipaddr from 'ipaddr.js';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';

type Needs = { sql: Sql; clock: Clock };

/** At most `most` tries of one kind in any hour, counted over all servers. */
export type Limit = { what: string; most: number };

const HOUR_MS = 3_600_000;
const WINDOW_MS = 600_000;

/**
 * Counts a try and answers whether it is still allowed. Counted in windows of ten minutes, of which the last seven are
 * summed up, so that no hour of whatever beginning has more than `most`. Throws when it cannot count: the caller then
 * refuses, too.
 */
export async function allows({ sql, clock }: Needs, { what, most }: Limit): Promise<boolean> {
  const now = clock.nowMs();
  const window = new Date(now - (now % WINDOW_MS)).toISOString();
  const since = new Date(now - HOUR_MS - WINDOW_MS).toISOString();
  // The row of the window is locked by the upsert, so that tries at the same moment are counted one after the other.
  const [row] = await sql<{ total: number }[]>`
    with forgotten as (
      delete from tries where what = ${what} and window_begins < ${since}
    ),
    counted as (
      insert into tries (what, window_begins, count) values (${what}, ${window}, 1)
      on conflict (what, window_begins) do update set count = tries.count + 1
      returning count
    )
    select (select count from counted) + coalesce((
      select sum(count) from tries where what = ${what} and window_begins >= ${since} and window_begins < ${window}), 0)::int as total`;
  return row !== undefined && row.total <= most;
}

/** The network that an address stands for: itself, or the /64 of an IPv6 address, which one person may own whole. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const read = ipaddr.process(address);
  if (read.kind() === 'ipv4') return read.toString();
  const network = read.toByteArray().slice(0, 8);
  return `${Buffer.from(network).toString('hex')}/64`;
}
