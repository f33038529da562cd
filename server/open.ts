import type { Logger } from 'pino';
import { createActors } from './actors/tell.ts';
import { createClock } from './clock.ts';
import type { Config } from './config.ts';
import { connect, type Sql } from './database/connect.ts';
import { startEmbedded } from './database/embedded.ts';
import { migrate } from './database/migrate.ts';
import { createLinks } from './hand-offs/links.ts';
import type { Portal } from './portal.ts';
import { portalSecret } from './secret.ts';
import { createWake } from './wake.ts';
import { createLibrary } from './workflows/library.ts';

/** A portal that can be used but does nothing by itself: no pumps, no web. The command line works with one. */
export type OpenPortal = Portal & {
  /** Called whenever there may be something to do: after a step, or because time or a schedule changed. */
  onWork(listener: (why: WhyWork) => void): void;
  close(): Promise<void>;
};

export type WhyWork = 'step' | 'time';

/** Opens the database (starting the embedded one if none is given), brings its tables up to date, and all that rests on it. */
export async function openPortal(config: Config, log: Logger, name: string): Promise<OpenPortal> {
  const embedded = config.database.is === 'embedded' ? await startEmbedded({ dataDir: config.dataDir, log }) : null;
  const sql = connect(config.database.is === 'url' ? config.database.url : (embedded?.url ?? ''), { name });
  const closeDatabase = async () => {
    await sql.end({ timeout: 5 });
    await embedded?.stop();
  };
  try {
    await migrate(sql);
    const portal = await assemble(config, log, sql);
    return {
      ...portal,
      async close() {
        await portal.close();
        await closeDatabase();
      },
    };
  } catch (error) {
    await closeDatabase();
    throw error;
  }
}

async function assemble(config: Config, log: Logger, sql: Sql): Promise<OpenPortal> {
  const listeners: ((why: WhyWork) => void)[] = [];
  const here = (why: WhyWork) => {
    for (const listener of listeners) listener(why);
  };
  const clock = await createClock({ sql, kind: config.clock, log });
  const wake = await createWake(sql, log, () => here('time'));
  const kick = (why: WhyWork) => {
    here(why);
    wake.others();
  };
  const library = createLibrary({ sql, clock, baseUrl: config.baseUrl, settings: config.settings });
  const actors = createActors({ sql, clock, library, log, judges: config.model !== null, committed: () => kick('step') });
  const links = createLinks(portalSecret(config));
  return {
    ...{ config, log, clock, sql, links, library, actors, kick: () => kick('time') },
    onWork: (listener) => listeners.push(listener),
    async close() {
      await actors.close();
      await wake.close();
      clock.close();
    },
  };
}
