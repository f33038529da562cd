import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../../server/config.ts';
import { createLog } from '../../server/log.ts';
import { startPortal } from '../../server/main.ts';
import type { Portal } from '../../server/portal.ts';
import { freshDatabase } from './database.ts';
import { openSink, type Sink } from './sink.ts';
import { type Letter, linkIn, type Visitor, visit } from './visitor.ts';

/** A whole portal for one test file: real database, real HTTP, the local mailbox, a clock that can be moved. */
export type World = {
  url: string;
  portal: Portal;
  /** Where payments go. */
  sink: Sink;
  visitor(): Visitor;
  /** Every letter that arrived, oldest first, once nothing is due any more. */
  letters(about?: { to?: string; kind?: string; run?: string }): Promise<Letter[]>;
  /** The link of the newest letter to somebody. */
  linkFor(to: string, kind?: string): Promise<string>;
  /** Moves the time of the portal: `2d`. */
  advance(by: string): Promise<void>;
  close(): Promise<void>;
};

export const TEST_SECRET = 'a secret for tests that is long enough to be one';

/** The settings of a portal in tests. */
export function environmentFor(database: string, dataDir: string, sink: Sink): Record<string, string> {
  return {
    PORT: '0',
    DATABASE_URL: database,
    BATON_DATA_DIR: dataDir,
    BATON_SECRET: TEST_SECRET,
    BATON_CLOCK: 'test',
    BATON_SETTING_PAYMENTS_URL: `${sink.url}/payments`,
    BATON_SECRET_PAYMENTS_TOKEN: 'tok_canary',
    BATON_HTTP_ALLOW: sink.host,
    LOG_LEVEL: 'fatal',
  };
}

/** Opens a world; `more` is put over its settings, which may lead to the sink. */
export async function openWorld(more: Record<string, string> | ((sink: Sink) => Record<string, string>) = {}): Promise<World> {
  const [database, sink, dataDir] = await Promise.all([freshDatabase(), openSink(), mkdtemp(join(tmpdir(), 'baton-world-'))]);
  const own = typeof more === 'function' ? more(sink) : more;
  const config: Config = readConfig({ ...environmentFor(database.url, dataDir, sink), ...own });
  const running = await startPortal(config, createLog(config.logLevel));
  const world: World = {
    url: running.url,
    portal: running.portal,
    sink,
    visitor: () => visit(running.url),
    letters: (about) => letters(running.url, about),
    linkFor: (to, kind) => linkFor(running.url, to, kind),
    advance: (by) => moveClock(running.url, { advance: by }),
    async close() {
      await running.close();
      await sink.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

/** Moves the time of a portal and waits until everything that became due is done. */
export async function moveClock(url: string, wish: { advance: string } | { to: string }): Promise<void> {
  const response = await fetch(`${url}/test/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  });
  if (!response.ok) throw new Error(`The clock answered ${response.status}: ${await response.text()}`);
}

/** The letters of a portal, oldest first; those of effects under way are waited for. */
export async function letters(url: string, about: { to?: string; kind?: string; run?: string } = {}): Promise<Letter[]> {
  await moveClock(url, { advance: '0s' });
  const response = await fetch(`${url}/mailbox.json`);
  const all = (await response.json()) as Letter[];
  return all
    .reverse()
    .filter(({ to }) => about.to === undefined || to === about.to)
    .filter(({ kind }) => about.kind === undefined || kind === about.kind)
    .filter(({ run }) => about.run === undefined || run === about.run);
}

async function linkFor(url: string, to: string, kind?: string): Promise<string> {
  const letter = (await letters(url, kind === undefined ? { to } : { to, kind })).at(-1);
  if (letter === undefined) throw new Error(`There is no letter to ${to}.`);
  return linkIn(letter);
}
