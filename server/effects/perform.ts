import { randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import type { Told } from '../actors/gate.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { EffectFailed, NotNeeded } from '../errors.ts';
import type { Work } from '../pump.ts';
import {
  type ClaimedEffect,
  claimEffects,
  deferEffect,
  dropEffect,
  type EffectRecord,
  finishEffect,
  holdEffect,
  nextEffectAt,
  postponeEffect,
  renewLeases,
} from './outbox.ts';
import { NotYet } from './rates.ts';

/** How one kind of effect is done. Answers what to remember, and what to tell the run if it waits for it. */
export type Performer = (effect: ClaimedEffect) => Promise<{ record: EffectRecord; told: Told | null }>;

const BATCH = 32;
// How long the work of a server that died waits for another one. Effects that take longer have their lease renewed.
const LEASE_MS = 10_000;
const RENEW_EVERY_MS = 3000;
const MOST_ATTEMPTS = 8;
// A provider forgets idempotency keys after 24 hours: later tries could send a second mail.
const LAST_TRY_MS = 23 * 3_600_000;

/** Does what steps asked of the outside world, after their commit, at least once under a stable key. */
export function performances({
  sql,
  clock,
  log,
  performers,
}: {
  sql: Sql;
  clock: Clock;
  log: Logger;
  performers: Record<ClaimedEffect['kind'], Performer>;
}): Work {
  async function perform(effect: ClaimedEffect): Promise<void> {
    try {
      const { record, told } = await performers[effect.kind](effect);
      await finishEffect(sql, effect.id, clock.now(), record, told);
    } catch (error) {
      await failed(effect, error);
    }
  }

  async function failed(effect: ClaimedEffect, error: unknown): Promise<void> {
    if (error instanceof NotYet) return deferEffect(sql, effect.id, error.at);
    if (error instanceof NotNeeded) return dropEffect(sql, effect.id, clock.now());
    const sentence = (error instanceof Error ? error.message : String(error)).slice(0, 500);
    log.warn({ err: error, run: effect.run_id, effect: effect.id }, 'An effect did not work.');
    const again = error instanceof EffectFailed ? error.again : true;
    const tryAtMs = clock.nowMs() + waitMs(effect.attempts, error instanceof EffectFailed ? error.waitMs : null);
    const tooLate = tryAtMs - Date.parse(effect.first_tried_at ?? effect.created_at) > LAST_TRY_MS;
    if (!again || tooLate || effect.attempts >= MOST_ATTEMPTS)
      await holdEffect(sql, effect.id, effect.attempts, clock.now(), sentence);
    else await postponeEffect(sql, effect.id, new Date(tryAtMs).toISOString(), sentence);
  }

  const leaseEnd = () => new Date(clock.nowMs() + LEASE_MS).toISOString();

  function renew(ids: string[]): void {
    renewLeases(sql, ids, leaseEnd()).catch((error: unknown) => log.warn({ err: error }, 'Leases could not be renewed.'));
  }

  return {
    name: 'outbox',
    async work() {
      const claimed = await claimEffects(sql, clock.now(), leaseEnd(), BATCH);
      const underWay = new Set(claimed.map(({ id }) => id));
      const renewal = setInterval(() => renew([...underWay]), RENEW_EVERY_MS);
      await Promise.all(claimed.map((effect) => perform(effect).finally(() => underWay.delete(effect.id))));
      clearInterval(renewal);
      return claimed.length;
    },
    nextAt: () => nextEffectAt(sql),
  };
}

/** Exponential back-off with full jitter: 2 s, 8 s, 32 s ... up to an hour; never less than the other side asked for. */
function waitMs(attempts: number, asked: number | null): number {
  const most = Math.min(3_600_000, 2000 * 4 ** (attempts - 1));
  return Math.max(asked ?? 0, randomInt(Math.floor(most / 2), most + 1));
}
