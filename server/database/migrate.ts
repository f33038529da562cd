import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { retryRead, type Sql } from './connect.ts';

/** The folder of Baton's own migrations. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

type Migration = { number: number; name: string; checksum: string; text: string };
type Applied = { number: number; name: string; checksum: string };

// Any number, as long as every version of Baton uses the same: it queues those who migrate one database.
const LOCK = 7_226_866;

// Longer than the limits of a pool, since a migration may rewrite a table. All in one string is one transaction.
const PREAMBLE = `set local statement_timeout = 0; set local lock_timeout = '60s'; select pg_advisory_xact_lock(${LOCK});`;

/**
 * Brings the schema to the newest of the numbered files in `folder`, each once, however many servers start at once.
 * Throws a sentence when the database is newer than this program, when an applied file was changed since, or when the
 * database is too old a Postgres.
 */
export async function migrate(sql: Sql, { folder = MIGRATIONS }: { folder?: string } = {}): Promise<void> {
  const migrations = readMigrations(folder);
  await checkServer(sql);
  await retryRead(() =>
    send(sql, 'create table if not exists schema_versions (number int primary key, name text not null, checksum text not null)'),
  );
  const applied = await readApplied(sql);
  checkApplied(applied, migrations);
  for (const migration of migrations.slice(applied.length)) await apply(sql, migration);
}

/** The version row goes in first: where another server was faster, it fails before anything else is tried. */
async function apply(sql: Sql, { number, name, checksum, text }: Migration): Promise<void> {
  const version = `insert into schema_versions (number, name, checksum) values (${number}, '${name}', '${checksum}');`;
  try {
    await retryRead(() => send(sql, `${version}\n${text}`));
  } catch (error) {
    const theirs = isVersionTaken(error) ? (await readApplied(sql)).find((row) => row.number === number) : undefined;
    if (!theirs) throw new Error(`Migration ${name} failed; nothing of it was applied.`, { cause: error });
    checkSame(theirs, { number, name, checksum, text });
  }
}

async function send(sql: Sql, statements: string): Promise<void> {
  await sql.unsafe(`${PREAMBLE}\n${statements}`).simple();
}

function isVersionTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint_name' in error && error.constraint_name === 'schema_versions_pkey';
}

function readApplied(sql: Sql): Promise<Applied[]> {
  return retryRead(() => sql<Applied[]>`select number, name, checksum from schema_versions order by number`);
}

function checkApplied(applied: Applied[], migrations: Migration[]): void {
  const theirs = applied.at(-1)?.number ?? 0;
  if (theirs > migrations.length) {
    throw new Error(
      `The database has schema ${theirs}, and this Baton knows schema ${migrations.length} only. Start a newer Baton; nothing was changed.`,
    );
  }
  for (const row of applied) {
    const migration = migrations[row.number - 1];
    if (migration) checkSame(row, migration);
  }
}

function checkSame(row: Applied, migration: Migration): void {
  if (row.checksum === migration.checksum) return;
  throw new Error(
    `Migration ${migration.name} is not the one that was applied to this database as number ${row.number} (${row.name}). Applied files never change; add a new one.`,
  );
}

async function checkServer(sql: Sql): Promise<void> {
  const [server] = await retryRead(
    () => sql<[{ number: number; version: string }]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  );
  if (server.number < 150_000) throw new Error(`Baton needs PostgreSQL 15 or newer; this database is ${server.version}.`);
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(name) || Number(name.slice(0, 4)) !== index + 1) {
      throw new Error(`Migrations are numbered without gaps: ${name} cannot be number ${index + 1}.`);
    }
    const text = readFileSync(join(folder, name), 'utf8');
    return { number: index + 1, name, checksum: createHash('sha256').update(text).digest('hex'), text };
  });
}
