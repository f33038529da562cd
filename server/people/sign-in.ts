import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { sessionHash } from './sessions.ts';
import { allows, networkOf } from './tries.ts';

type Needs = { sql: Sql; clock: Clock };

/** How long a mailed sign-in link is good for. */
export const SIGN_IN_MS = 10 * 60_000;

/**
 * Queues a sign-in mail when `known`. Anybody may ask for anybody, so the same is counted and the same statement is run
 * for known and unknown addresses: 3 mails an hour to an address, 20 from a network. Over a limit nothing is queued.
 */
export async function askForSignIn(needs: Needs, asked: { email: string; known: boolean; address: string }): Promise<void> {
  const { sql, clock } = needs;
  const fromNetwork = await allows(needs, { what: `sign-in from ${networkOf(asked.address)}`, most: 20 });
  const toAddress = fromNetwork && (await allows(needs, { what: `sign-in to ${asked.email}`, most: 3 }));
  const at = clock.now();
  const id = clock.fresh();
  const expiresAt = new Date(clock.nowMs() + SIGN_IN_MS).toISOString();
  const mail = { is: 'sign_in', to: { email: asked.email, name: null }, signIn: id, expiresAt };
  const body = JSON.stringify({ kind: 'mail', mail });
  await sql`
    with made as (
      insert into sign_ins (id, email, asked_at, expires_at)
      select ${id}, ${asked.email}, ${at}, ${expiresAt} where ${asked.known && toAddress}::boolean
      returning id
    )
    insert into outbox (id, run_id, kind, body, state, created_at, try_at)
    select id, null, 'mail', ${body}::text::jsonb, 'ready', ${at}, ${at} from made`;
}

/** Makes a sign-in without a mail, for the console of the machine itself. Answers the id for the link. */
export async function createSignIn({ sql, clock }: Needs, email: string, ttlMs: number): Promise<string> {
  const id = clock.fresh();
  const expiresAt = new Date(clock.nowMs() + ttlMs).toISOString();
  await sql`insert into sign_ins (id, email, asked_at, expires_at) values (${id}, ${email}, ${clock.now()}, ${expiresAt})`;
  return id;
}

/** What a sign-in link is worth now. `over`: used, expired, or a newer one was asked for. */
export type SignIn = { is: 'good'; email: string } | { is: 'over' };

/** Looks at a sign-in without using it. */
export async function findSignIn({ sql, clock }: Needs, id: string): Promise<SignIn> {
  const [row] = await sql<{ email: string }[]>`
    select s.email from sign_ins s where s.id = ${id} and s.used_at is null and s.expires_at > ${clock.now()} and not exists (
      select from sign_ins newer where newer.email = s.email and newer.id > s.id)`;
  return row === undefined ? { is: 'over' } : { is: 'good', email: row.email };
}

/**
 * Uses a sign-in and begins a session, in one statement: of two clicks at once one gets it. Answers the text for the
 * cookie, always a new one; a session that the browser had before ends. Null when the sign-in is over.
 */
export async function useSignIn({ sql, clock }: Needs, id: string, before: string | null): Promise<string | null> {
  const token = randomBytes(32).toString('base64url');
  const at = clock.now();
  const [row] = await sql<{ email: string }[]>`
    with used as (
      update sign_ins s set used_at = ${at}
      where s.id = ${id} and s.used_at is null and s.expires_at > ${at} and not exists (
        select from sign_ins newer where newer.email = s.email and newer.id > s.id)
      returning s.email
    ),
    ended as (
      update sessions set ended_at = ${at}
      where token_hash = ${before === null ? null : sessionHash(before)}::bytea and ended_at is null and exists (select from used)
    )
    insert into sessions (token_hash, email, began_at, seen_at)
    select ${sessionHash(token)}, email, ${at}, ${at} from used
    returning email`;
  return row === undefined ? null : token;
}
