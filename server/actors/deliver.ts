import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import type { Work } from '../pump.ts';
import type { Actors } from './actors.ts';
import { admit } from './gate.ts';
import { type ClaimedMessage, claimMessages, dropMessages, nextMessageAt, postponeMessage, setMessageAside } from './mailbox.ts';

const BATCH = 100;
// How long the messages of a server that died wait for another one; a step takes milliseconds.
const LEASE_MS = 10_000;
// A message that failed five times will fail a sixth: an operator has to look (docs/operators.md).
const MOST_ATTEMPTS = 5;

/** Delivers due messages to their runs. */
export function deliveries({ sql, clock, actors, log }: { sql: Sql; clock: Clock; actors: Actors; log: Logger }): Work {
  async function deliver(message: ClaimedMessage): Promise<number | null> {
    try {
      const stepped = await actors.deliver({ message: message.id, run: message.run_id, event: admit(message.event) });
      return stepped.is === 'too_late' ? message.id : null;
    } catch (error) {
      await failed(message, error);
      return null;
    }
  }

  async function failed({ id, run_id, attempts }: ClaimedMessage, error: unknown): Promise<void> {
    const sentence = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    const passing = error instanceof Refusal && error.status === 503;
    log.warn({ err: error, run: run_id, message: id }, 'A message could not be delivered.');
    if (!passing && attempts >= MOST_ATTEMPTS) await setMessageAside(sql, id, clock.now(), sentence);
    else await postponeMessage(sql, id, instant(clock.nowMs() + Math.min(300_000, 1000 * 2 ** attempts)), sentence);
  }

  return {
    name: 'mailbox',
    async work() {
      const claimed = await claimMessages(sql, clock.now(), instant(clock.nowMs() + LEASE_MS), BATCH);
      const late = await Promise.all(claimed.map(deliver));
      const gone = late.filter((id) => id !== null);
      if (gone.length > 0) await dropMessages(sql, gone);
      return claimed.length;
    },
    nextAt: () => nextMessageAt(sql),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
