import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { connect } from '../../server/database/connect.ts';
import { startEmbedded } from '../../server/database/embedded.ts';
import { migrate } from '../../server/database/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The Postgres of this test run, as a user that may create databases. */
    adminUrl: string;
    /** The database that fresh ones are copied from. */
    template: string;
  }
}

type Server = { url: string; stop(): Promise<void> };

// What is lost in a crash of the machine are tests. 200 connections: several worlds with a pool each.
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/** One Postgres for the whole run (TEST_DATABASE_URL, or one that comes along), with a migrated template database. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.vitest.projects.every(({ name }) => name === 'unit')) return;
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, stop: async () => {} } : await startOwn();
  const template = `baton_template_${process.pid}`;
  try {
    await makeTemplate(server.url, template);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('adminUrl', server.url);
  project.provide('template', template);
  return async () => {
    try {
      if (given) await administer(given, `drop database ${template} with (force)`);
    } finally {
      await server.stop();
    }
  };
}

async function startOwn(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'baton-test-'));
  chmodSync(dataDir, 0o755); // under root Postgres is another account, which has to get in
  const embedded = await startEmbedded({ dataDir, log: pino({ level: 'silent' }), settings: FAST });
  const guard = stopWithUs(dataDir);
  return {
    url: embedded.url,
    async stop() {
      guard.kill();
      await stopEmbedded(embedded);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

// Tests may have left sessions behind, for which Postgres would be kept running.
async function stopEmbedded(embedded: Server): Promise<void> {
  await administer(
    embedded.url,
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name like 'baton%'",
  );
  await embedded.stop();
}

/** Postgres is a process of its own, which a killed test run would leave behind: this one stops it then. */
function stopWithUs(dataDir: string) {
  const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  const postmaster = existsSync(file) ? (readFileSync(file, 'utf8').split('\n')[0] ?? '') : '';
  const script = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; kill -QUIT "$2"; sleep 1; rm -rf "$3"';
  const guard = spawn('sh', ['-c', script, 'guard', String(process.pid), postmaster, dataDir], {
    detached: true,
    stdio: 'ignore',
  });
  guard.unref();
  return guard;
}

async function makeTemplate(adminUrl: string, template: string): Promise<void> {
  await administer(adminUrl, `drop database if exists ${template} with (force)`);
  await administer(adminUrl, `create database ${template}`);
  const sql = connect(inDatabase(adminUrl, template), { max: 1, name: 'template' });
  try {
    await migrate(sql);
  } finally {
    await sql.end(); // nobody may be connected to a template while it is copied
  }
}

async function administer(adminUrl: string, statement: string): Promise<void> {
  const sql = connect(adminUrl, { max: 1, name: 'admin' });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

function inDatabase(url: string, database: string): string {
  const moved = new URL(url);
  moved.pathname = `/${database}`;
  return moved.href;
}
