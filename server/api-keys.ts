import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '../machines/values.ts';
import type { Clock } from './clock.ts';
import type { Sql } from './database/connect.ts';

type Needs = { sql: Sql; clock: Clock };

/** A key with which a program starts and reads runs. */
export type ApiKey = { id: string; name: string };
export type ApiKeyLine = ApiKey & { createdAt: Instant; usedAt: Instant | null; revokedAt: Instant | null };

/** Makes a key. Its text is answered this once; only a hash of it is kept. */
export async function createKey({ sql, clock }: Needs, name: string): Promise<ApiKey & { key: string }> {
  const key = `baton_${randomBytes(32).toString('base64url')}`;
  const id = clock.fresh();
  await sql`insert into api_keys (id, name, key_hash, created_at) values (${id}, ${name}, ${hashOf(key)}, ${clock.now()})`;
  return { id, name, key };
}

/** The key behind a text, unless it was revoked. When it was used is kept to the minute. */
export async function findKey({ sql, clock }: Needs, key: string): Promise<ApiKey | null> {
  if (!/^baton_[A-Za-z0-9_-]{43}$/.test(key)) return null;
  const now = clock.nowMs();
  const [row] = await sql<{ id: string; name: string; used_at: Instant | null }[]>`
    select id, name, used_at from api_keys where key_hash = ${hashOf(key)} and revoked_at is null`;
  if (row === undefined) return null;
  if (row.used_at === null || Date.parse(row.used_at) < now - 60_000) {
    await sql`update api_keys set used_at = ${new Date(now).toISOString()} where id = ${row.id}`;
  }
  return { id: row.id, name: row.name };
}

/** All keys, the newest first. */
export async function listKeys({ sql }: Pick<Needs, 'sql'>): Promise<ApiKeyLine[]> {
  return sql<ApiKeyLine[]>`
    select id, name, created_at as "createdAt", used_at as "usedAt", revoked_at as "revokedAt" from api_keys order by id desc`;
}

/** Ends a key for every server at once. False when there is none, or it was revoked before. */
export async function revokeKey({ sql, clock }: Needs, id: string): Promise<boolean> {
  const rows = await sql`update api_keys set revoked_at = ${clock.now()} where id = ${id} and revoked_at is null returning id`;
  return rows.length > 0;
}

function hashOf(key: string): Uint8Array {
  return createHash('sha256').update(key).digest();
}
