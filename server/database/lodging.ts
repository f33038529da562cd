import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { Logger } from 'pino';
import { keptSecret } from '../secret.ts';
import { type Account, type Binaries, run } from './binaries.ts';

/** Where an embedded Postgres lives, which programs it is made of, and as whom they run (null: as ourselves). */
export type Lodging = { home: string; data: string; password: string; binaries: Binaries; account: Account | null };

/**
 * Prepares a folder for Postgres. It refuses to run as root, so under root it runs as `postgres` or `nobody`, in a
 * folder of theirs. Where that account cannot get to our folders (a project under /root), folder and programs are
 * put under /var/lib, and the log says so.
 */
export async function prepareLodging(dataDir: string, found: Binaries, log: Logger): Promise<Lodging> {
  const wanted = resolve(dataDir, 'postgres');
  if (process.getuid?.() !== 0) return lodge(wanted, found, null);

  const account = ownerOf(join(wanted, 'data')) ?? unprivileged();
  mkdirSync(dirname(wanted), { recursive: true });
  const outside = outsideFolder(wanted);
  const home = canReach(dirname(wanted), account) ? wanted : join(outside, 'postgres');
  if (home !== wanted)
    log.info(
      { folder: home },
      `Postgres does not run as root, and the account it runs as cannot enter ${dataDir}; it keeps its data elsewhere.`,
    );
  const runs = (await run(found.initdb, ['--version'], '/', account)).code === 0;
  return lodge(home, runs ? found : copied(found, outside), account);
}

function lodge(home: string, binaries: Binaries, account: Account | null): Lodging {
  mkdirSync(dirname(home), { recursive: true }); // to be passed through by the account, and so not closed
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const file = join(home, 'password');
  const password = keptSecret(file);
  if (account) for (const path of [home, file]) chownSync(path, account.uid, account.gid);
  return { home, data: join(home, 'data'), password, binaries, account };
}

/** The account of an existing cluster stays what it was, whoever else was installed since. */
function ownerOf(data: string): Account | null {
  if (!existsSync(data)) return null;
  const { uid, gid } = statSync(data);
  return { uid, gid };
}

function unprivileged(): Account {
  const lines = existsSync('/etc/passwd')
    ? readFileSync('/etc/passwd', 'utf8')
        .split('\n')
        .map((line) => line.split(':'))
    : [];
  for (const name of ['postgres', 'nobody']) {
    const line = lines.find(([account]) => account === name);
    if (line) return { uid: Number(line[2]), gid: Number(line[3]) };
  }
  return { uid: 65_534, gid: 65_534 };
}

/** True when an account may enter a folder and all folders above it. */
function canReach(folder: string, { uid, gid }: Account): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const mayEnter = owner === uid ? mode & 0o100 : group === gid ? mode & 0o010 : mode & 0o001;
  return Boolean(mayEnter) && (dirname(folder) === folder || canReach(dirname(folder), { uid, gid }));
}

// Keyed by the folder it stands in for: two portals on one machine stay apart.
function outsideFolder(wanted: string): string {
  const name = `baton-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  return join(existsSync('/var/lib') ? '/var/lib' : tmpdir(), name);
}

function copied(found: Binaries, outside: string): Binaries {
  const from = dirname(dirname(found.postgres));
  const version = createHash('sha256')
    .update(readFileSync(join(from, '..', 'package.json')))
    .digest('hex')
    .slice(0, 12);
  const to = join(outside, `programs-${version}`);
  if (!existsSync(to)) {
    const aside = `${to}.${process.pid}`;
    cpSync(from, aside, { recursive: true, verbatimSymlinks: true });
    renameUnlessThere(aside, to);
  }
  const moved = (path: string) => join(to, relative(from, path));
  return { initdb: moved(found.initdb), pg_ctl: moved(found.pg_ctl), postgres: moved(found.postgres) };
}

/** Gives a folder its final name; when another process was faster, theirs stays and ours goes. */
export function renameUnlessThere(aside: string, to: string): void {
  try {
    renameSync(aside, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(aside, { recursive: true });
  }
}
