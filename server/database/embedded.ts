import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { findBinaries, type Ran, run } from './binaries.ts';
import { connect, type Sql } from './connect.ts';
import { type Lodging, prepareLodging, renameUnlessThere } from './lodging.ts';
import { forgetTheDead, isAlive, readPostmaster } from './postmaster.ts';

/** The Postgres that comes along, running. */
export type Embedded = {
  url: string;
  /** Stops Postgres, unless another Baton process uses it. Close your own pools first. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  dataDir: string;
  log: Logger;
  /** Further settings of Postgres, for tests. */
  settings?: Record<string, string>;
};

const PATIENCE_MS = 60_000;
const LOOK_AFTER_MS = 1_000;

/**
 * Starts the Postgres that comes along, or attaches to it when it runs already: it is a process of its own that
 * survives ours, and any number of Baton processes on one folder share it. It listens on 127.0.0.1 only and wants a
 * password that only its folder knows. While we live it is looked after: if it dies, it is started again on its port.
 */
export async function startEmbedded({ dataDir, log, settings = {} }: EmbeddedOptions): Promise<Embedded> {
  const lodging = await prepareLodging(dataDir, await findBinaries(), log);
  await initialise(lodging);
  const { port, keeper } = await ensureRunning(lodging, settings, null);
  const caretaker = lookAfter(lodging, settings, port, log);
  return {
    url: urlOf(lodging, port),
    async stop() {
      await caretaker.rest();
      const alone = await isAlone(keeper).catch(() => false); // whom we cannot ask we do not stop
      await keeper.end({ timeout: 1 });
      if (alone) await control(lodging, ['stop', '-w', '-m', 'fast']);
    },
  };
}

/** Makes the cluster aside and renames it, so that it is there whole or not at all, however many start at once. */
async function initialise(lodging: Lodging): Promise<void> {
  const { home, data, binaries, account } = lodging;
  if (existsSync(data)) return;
  const aside = `${data}.${randomBytes(6).toString('hex')}`;
  const ran = await run(
    binaries.initdb,
    [
      `--pgdata=${aside}`,
      '--username=baton',
      `--pwfile=${join(home, 'password')}`,
      '--auth=scram-sha-256',
      '--no-instructions',
      // Said outright: without a LANG in the environment the cluster would be SQL_ASCII.
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    home,
    account,
  );
  if (ran.code !== 0) throw new Error(`Postgres could not be set up in ${home}: ${ran.output}`);
  renameUnlessThere(aside, data);
  if (process.platform === 'win32') return;
  const folder = openSync(home, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * Attaches to a running server, else starts one, until a connection succeeds. It needs more than one attempt while
 * another process starts or stops it, and after a kill of Postgres, whose last children first have to notice.
 */
async function ensureRunning(lodging: Lodging, settings: Record<string, string>, samePort: number | null) {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    let failure: unknown;
    forgetTheDead(lodging.data);
    if ((await control(lodging, ['status'])).code !== 0) {
      const ran = await startServer(lodging, settings, samePort ?? (await freePort()));
      if (ran.code !== 0) failure = new Error(ran.output);
    }
    const port = readPostmaster(lodging.data)?.port;
    if (port) {
      const keeper = connect(urlOf(lodging, port), { max: 1, name: 'keeper' });
      try {
        await keeper`select 1`;
        return { port, keeper };
      } catch (error) {
        failure = error;
        await keeper.end({ timeout: 0 });
      }
    }
    if (performance.now() > giveUpAt)
      throw new Error(`Postgres does not start in ${lodging.home}; its log is there, in server.log.`, { cause: failure });
    await sleep(100);
  }
}

// No unix socket: its path would have to be shorter than many a folder is, and loopback with a password serves.
function startServer(lodging: Lodging, settings: Record<string, string>, port: number): Promise<Ran> {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const options = [`-p ${port}`, ...Object.entries(all).map(([name, value]) => `-c ${name}=${value}`)].join(' ');
  return control(lodging, ['start', '-w', '-t', '30', '-l', join(lodging.home, 'server.log'), '-o', options]);
}

function control({ home, data, binaries, account }: Lodging, args: string[]): Promise<Ran> {
  return run(binaries.pg_ctl, [...args, '-D', data], home, account);
}

/** Starts a Postgres that died again. `rest` ends that, after a start under way. */
function lookAfter(lodging: Lodging, settings: Record<string, string>, port: number, log: Logger) {
  const resting = new AbortController();
  const watch = async () => {
    while (!resting.signal.aborted) {
      await sleep(LOOK_AFTER_MS, undefined, { ref: false, signal: resting.signal }).catch(() => {});
      if (resting.signal.aborted || isAlive(lodging.data)) continue;
      log.error('Postgres is gone; starting it again.');
      await ensureRunning(lodging, settings, port)
        .then(({ keeper }) => keeper.end({ timeout: 1 }))
        .catch((error: unknown) => log.error({ err: error }, 'Postgres could not be started again; trying on.'));
    }
  };
  const watching = watch();
  return {
    rest() {
      resting.abort();
      return watching;
    },
  };
}

/** True when no other Baton process is connected. Sessions of pools just closed take a moment to end. */
async function isAlone(keeper: Sql): Promise<boolean> {
  for (let look = 0; look < 10; look += 1) {
    const [others] = await keeper<[{ count: number }]>`
      select count(*) as count from pg_stat_activity
      where application_name like 'baton%' and backend_type = 'client backend' and pid <> pg_backend_pid()`;
    if (others.count === 0) return true;
    await sleep(50);
  }
  return false;
}

function urlOf({ password }: Lodging, port: number): string {
  return `postgres://baton:${password}@127.0.0.1:${port}/postgres`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No free port.'))));
    });
  });
}
