import type { Logger } from 'pino';
import type { Sql } from './database/connect.ts';

/** Tells the other processes that there is something to do, and hears it from them. A hint only: pumps also poll. */
export type Wake = {
  /** Says so, at most once in 50 ms however often it is called, and never as part of a step. */
  others(): void;
  close(): Promise<void>;
};

const CHANNEL = 'baton_wake';
const AT_MOST_EVERY_MS = 50;

/** Listens and tells. `heard` is called for each notice, and once more whenever the line was lost and found again. */
export async function createWake(sql: Sql, log: Logger, heard: () => void): Promise<Wake> {
  let timer: NodeJS.Timeout | null = null;
  const listening = await sql.listen(CHANNEL, heard, heard);
  const tell = () => {
    timer = null;
    sql.notify(CHANNEL, '').catch((error: unknown) => log.warn({ err: error }, 'Other processes could not be woken; they poll.'));
  };
  return {
    others() {
      timer ??= setTimeout(tell, AT_MOST_EVERY_MS);
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      await listening.unlisten();
    },
  };
}
