import type { Instant } from '../../machines/values.ts';
import type { Sql } from '../database/connect.ts';

const WINDOW_MS = 60_000;

/** Something that is to be done later, and has not been tried: it counts as no try. */
export class NotYet extends Error {
  readonly at: Instant;

  constructor(at: Instant) {
    super(`It waits its turn until ${at}.`);
    this.name = 'NotYet';
    this.at = at;
  }
}

/**
 * Takes one of the letters that may go to a domain in a minute, counted over all servers. Throws NotYet with the moment
 * at which the next minute begins; those that wait then take their turns in their order.
 */
export async function takeTurn(sql: Sql, address: string, mostAMinute: number, nowMs: number): Promise<void> {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const now = new Date(nowMs).toISOString();
  const windowStart = new Date(nowMs - WINDOW_MS).toISOString();
  const taken = await sql`
    insert into mail_rates as m (domain, began_at, sent) values (${domain}, ${now}, 1)
    on conflict (domain) do update set
      began_at = case when m.began_at <= ${windowStart} then excluded.began_at else m.began_at end,
      sent = case when m.began_at <= ${windowStart} then 1 else m.sent + 1 end
    where m.began_at <= ${windowStart} or m.sent < ${mostAMinute}
    returning m.sent`;
  if (taken.length > 0) return;
  const [row] = await sql<{ began_at: Instant }[]>`select began_at from mail_rates where domain = ${domain}`;
  throw new NotYet(new Date(Date.parse(row?.began_at ?? now) + WINDOW_MS).toISOString());
}
