import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import type { Work } from '../pump.ts';
import type { Actors } from './actors.ts';
import { admit } from './gate.ts';
import { type Letter, lettersOf } from './letters.ts';
import { type ClaimedMessage, claimMessages, dropMessages, nextMessageAt, postponeMessage, setMessageAside } from './mailbox.ts';

const BATCH = 100;
// What so many children report makes one step of their parent.
const MOST_REPORTS = 100;
// How long the messages of a server that died wait for another one; a step takes milliseconds.
const LEASE_MS = 10_000;
// A message that failed five times will fail a sixth: an operator has to look (docs/operators.md).
const MOST_ATTEMPTS = 5;

/** Delivers due messages to their runs. */
export function deliveries({ sql, clock, actors, log }: { sql: Sql; clock: Clock; actors: Actors; log: Logger }): Work {
  async function deliver(letter: Letter): Promise<readonly number[]> {
    try {
      const { run, event } = letter;
      const messages = letter.messages.map(({ id }) => id);
      const stepped = await actors.deliver({ messages, run, event: admit(event) });
      return stepped.is === 'too_late' ? messages : [];
    } catch (error) {
      // One of them may be what makes the step fail: each is tried alone then.
      if (letter.messages.length > 1 && !(error instanceof Refusal)) {
        const alone = await Promise.all(lettersOf(letter.messages, 1).map(deliver));
        return alone.flat();
      }
      for (const message of letter.messages) await failed(message, error);
      return [];
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
      const late = await Promise.all(lettersOf(claimed, MOST_REPORTS).map(deliver));
      const gone = late.flat();
      if (gone.length > 0) await dropMessages(sql, gone);
      return claimed.length;
    },
    nextAt: () => nextMessageAt(sql),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
