import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';

type Needs = { sql: Sql; clock: Clock };

const IDLE_MS = 12 * 3_600_000;
const LONGEST_MS = 30 * 86_400_000;
// Not on every page: a session is a row that its owner would otherwise write with each click.
const SEEN_EVERY_MS = 5 * 60_000;

/** Whose session this is, by the text of the cookie; null when it has ended, was never one, or slept for 12 hours. */
export async function findSession({ sql, clock }: Needs, token: string): Promise<{ email: string } | null> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
  const now = clock.nowMs();
  const hash = sessionHash(token);
  const [row] = await sql<{ email: string; seen_at: string }[]>`
    select email, seen_at from sessions
    where token_hash = ${hash} and ended_at is null
      and seen_at > ${instant(now - IDLE_MS)} and began_at > ${instant(now - LONGEST_MS)}`;
  if (row === undefined) return null;
  if (Date.parse(row.seen_at) < now - SEEN_EVERY_MS) {
    await sql`update sessions set seen_at = ${instant(now)} where token_hash = ${hash} and ended_at is null`;
  }
  return { email: row.email };
}

/** Signs out: from now on no server knows this session. */
export async function endSession({ sql, clock }: Needs, token: string): Promise<void> {
  await sql`update sessions set ended_at = ${clock.now()} where token_hash = ${sessionHash(token)} and ended_at is null`;
}

/** What is stored of a session. Tokens are 256 random bits, so one fast hash is enough. */
export function sessionHash(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
