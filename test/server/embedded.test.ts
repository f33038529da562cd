import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect, retryRead, type Sql } from '../../server/database/connect.ts';
import { type Embedded, startEmbedded } from '../../server/database/embedded.ts';

const log = pino({ level: 'silent' });

let dataDir: string;
let running: Embedded[] = [];
let pools: Sql[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'baton-embedded-'));
  chmodSync(dataDir, 0o755);
});

afterEach(async () => {
  for (const pool of pools) await pool.end({ timeout: 1 });
  for (const embedded of running) await embedded.stop();
  expect(postmaster()).toBeNull(); // a test that leaves a Postgres behind has found a mistake
  [running, pools] = [[], []];
  rmSync(dataDir, { recursive: true });
});

test('what was written is there after a stop and a start', async () => {
  const first = await start();
  const sql = open(first.url);
  await sql`create table notes as select 'kept' as text`;
  await sql.end();
  await first.stop();
  expect(postmaster()).toBeNull();
  await expectKept((await start()).url);
});

test('after a kill -9 of Postgres it is started again on its port, with everything that was committed', async () => {
  const { url } = await start();
  const sql = open(url);
  await sql`create table notes as select 'kept' as text`;
  const killed = kill();
  await vi.waitFor(() => expect(postmaster()).not.toBe(killed), { timeout: 20_000, interval: 50 });
  await vi.waitFor(() => expectKept(url), { timeout: 20_000, interval: 100 });
  expect(await retryRead(() => sql`select text from notes`)).toEqual([{ text: 'kept' }]);
});

test('a start right after a kill -9 of Postgres succeeds', async () => {
  const program = await startProgram();
  const sql = open(program.url);
  await sql`create table notes as select 'kept' as text`;
  await end(program.child); // nobody is left who would start it again
  kill();
  await expectKept((await start()).url);
});

test('a start after a crash succeeds although something else has the process id of that Postgres by now', async () => {
  const program = await startProgram();
  await open(program.url)`create table notes as select 'kept' as text`;
  await end(program.child);
  kill();
  const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  const { uid, gid } = statSync(file);
  const somebody = spawn('sleep', ['60'], { stdio: 'ignore', ...(process.getuid?.() === 0 && { uid, gid }) });
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(somebody.pid)));
  await expectKept((await start()).url);
  await end(somebody);
});

test('a program that is killed leaves Postgres running, and the next one attaches to it', async () => {
  const program = await startProgram();
  const server = postmaster();
  await end(program.child);
  expect(postmaster()).toBe(server);
  const next = await start();
  expect(next.url).toBe(program.url);
  expect(postmaster()).toBe(server);
});

test('two programs that start at once share one Postgres, which stays until the last of them stops', async () => {
  const [one, other] = await Promise.all([startProgram(), startProgram()]);
  const third = await start();
  expect([one.url, other.url]).toEqual([third.url, third.url]);
  await end(one.child, 'SIGTERM');
  await end(other.child, 'SIGTERM');
  await expect(open(third.url)`select 1 as one`).resolves.toEqual([{ one: 1 }]);
});

test('its text is UTF-8, its durability on, and it wants a password that only its folder knows', async () => {
  const { url } = await start();
  const [settings] = await open(url)`
    select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
           current_setting('synchronous_commit') as commits, current_setting('listen_addresses') as listens`;
  expect(settings).toEqual({ encoding: 'UTF8', fsync: 'on', commits: 'on', listens: '127.0.0.1' });
  const { mode } = statSync(join(dataDir, 'postgres', 'password'));
  expect(mode & 0o777).toBe(0o600);
  const stranger = new URL(url);
  stranger.password = 'guess';
  await expect(open(stranger.href)`select 1`).rejects.toMatchObject({ code: '28P01' });
});

test.runIf(process.getuid?.() === 0)(
  'under root, in a folder that is closed to others, it keeps its data elsewhere and says so',
  async () => {
    const closed = join(dataDir, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const info = vi.fn();
    const embedded = await startEmbedded({ dataDir: closed, log: Object.assign(pino({ level: 'silent' }), { info }) });
    const [{ folder }] = await open(embedded.url)<[{ folder: string }]>`select current_setting('data_directory') as folder`;
    const home = join(folder, '..');
    expect(home.startsWith(closed)).toBe(false);
    expect(info).toHaveBeenCalledWith({ folder: home }, expect.stringContaining('it keeps its data elsewhere'));
    await pools.at(-1)?.end();
    await embedded.stop();
    rmSync(join(home, '..'), { recursive: true });
  },
);

async function start(): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, log });
  running.push(embedded);
  return embedded;
}

function open(url: string): Sql {
  const sql = connect(url, { max: 1, name: 'test' });
  pools.push(sql);
  return sql;
}

async function expectKept(url: string): Promise<void> {
  const sql = connect(url, { max: 1, name: 'look' });
  try {
    expect(await retryRead(() => sql`select text from notes`)).toEqual([{ text: 'kept' }]);
  } finally {
    await sql.end();
  }
}

/** Another program of Baton on the same folder, which prints where its Postgres is and stops it on SIGTERM. */
async function startProgram(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [new URL('../world/embedded-program.ts', import.meta.url).pathname, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, url: String(line).trim() };
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

function postmaster(): number | null {
  try {
    return Number(readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return null;
  }
}

function kill(): number {
  const pid = postmaster();
  if (pid === null) throw new Error('Postgres is not running.');
  process.kill(pid, 'SIGKILL');
  return pid;
}
