import { z } from 'zod';
import type { StoredSnapshot } from '../../machines/outcome.ts';
import type { Sql } from '../database/connect.ts';

/** A run as a step needs it. */
export type LoadedRun = {
  id: string;
  workflow: string;
  version: number;
  seq: number;
  head: Uint8Array;
  snapshot: StoredSnapshot;
};

type Row = { id: string; workflow: string; version: number; seq: number; head: Uint8Array; snapshot: unknown };

/** Loads a group of runs in one query. Those that do not exist are missing from the map. */
export async function loadRuns(sql: Sql, ids: string[]): Promise<Map<string, LoadedRun | Error>> {
  if (ids.length === 0) return new Map();
  const rows = await sql<Row[]>`
    select id, workflow, version, seq, head, snapshot from runs where id = any(${ids}::uuid[])`;
  return new Map(rows.map((row) => [row.id, restored(row)]));
}

/** Which of these messages are still to be delivered. Asked when a step was overtaken. */
export async function stillWaiting(sql: Sql, messages: number[]): Promise<Set<number>> {
  const rows = await sql<{ id: number }[]>`select id from messages where id = any(${messages}::bigint[])`;
  return new Set(rows.map((row) => row.id));
}

/** The runs that began under these idempotency keys. */
export async function runsByKey(sql: Sql, keys: string[]): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; idempotency_key: string }[]>`
    select id, idempotency_key from runs where idempotency_key = any(${keys}::text[])`;
  return new Map(rows.map((row) => [row.idempotency_key, row.id]));
}

// A damaged snapshot must stop its own run and no other: what XState relies upon is looked at before it is believed.
const SNAPSHOT = z.custom<StoredSnapshot>((stored) => SHAPE.safeParse(stored).success, 'The stored snapshot is damaged.');
const SHAPE = z.looseObject({
  status: z.enum(['active', 'done']),
  value: z.union([z.string(), z.record(z.string(), z.unknown())]),
  context: z.looseObject({ run: z.uuid(), facts: z.record(z.string(), z.unknown()), rounds: z.record(z.string(), z.int()) }),
});

function restored({ snapshot, ...row }: Row): LoadedRun | Error {
  const read = SNAPSHOT.safeParse(snapshot);
  return read.success ? { ...row, snapshot: read.data } : new Error(`The stored snapshot of run ${row.id} is damaged.`);
}
