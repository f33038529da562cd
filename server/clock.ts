import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Instant } from '../machines/values.ts';
import { retryRead, type Sql } from './database/connect.ts';
import { Refusal } from './errors.ts';

/** The only source of time and of fresh ids. It follows the database's clock, so that all servers agree. */
export type Clock = {
  /** The present, e.g. `2026-03-02T09:00:00.000Z`. */
  now(): Instant;
  /** The present in whole milliseconds since 1970. */
  nowMs(): number;
  /** A new UUIDv7 whose last 16 bits are zero: room for the ids that a step numbers (machines/values.ts, nthId). */
  fresh(): string;
  /** How far this clock was moved ahead of the database's; 0 for a real clock. */
  aheadMs(): number;
  /** Measures the database's clock again and, for a test clock, reads how far another process has moved it. */
  refresh(): Promise<void>;
  /** Moves a test clock forward, for every process on this database. Throws Refusal (422) otherwise. */
  moveTo(instant: Instant): Promise<void>;
  close(): void;
};

export type ClockOptions = { sql: Sql; kind: 'real' | 'test'; log: Logger };

const MEASURE_EVERY_MS = 60_000;
const WARN_SKEW_MS = 30_000;

/** Opens a clock: measures the database's time now and each minute from now on. Throws when it cannot be reached. */
export async function createClock({ sql, kind, log }: ClockOptions): Promise<Clock> {
  let base = await measure(sql);
  let ahead = kind === 'test' ? await readAhead(sql) : 0;
  const nowMs = () => Math.floor(performance.now() + base + ahead);
  warnOfSkew();

  async function refresh(): Promise<void> {
    base = await measure(sql);
    if (kind === 'test') ahead = await readAhead(sql);
    warnOfSkew();
  }

  function warnOfSkew(): void {
    const skewMs = Math.round(Date.now() - performance.now() - base);
    if (Math.abs(skewMs) > WARN_SKEW_MS) log.warn({ skewMs }, "This machine's clock differs from the database's, which counts.");
  }

  const timer = setInterval(() => {
    refresh().catch((error: unknown) =>
      log.warn({ err: error }, "The database's clock could not be read; trying again in a minute."),
    );
  }, MEASURE_EVERY_MS).unref();

  return {
    ...reading(nowMs),
    aheadMs: () => ahead,
    refresh,
    async moveTo(instant) {
      if (kind === 'real') throw new Refusal(422, 'real_clock', 'This portal runs on real time; only a test clock can be moved.');
      const target = instantMs(instant);
      if (target < nowMs()) throw backwards(instant);
      ahead = await raiseAhead(sql, Math.ceil(target - performance.now() - base));
    },
    close: () => clearInterval(timer),
  };
}

export type FixedClock = Clock & { advance(ms: number): void };

/** A clock without a database, for tests: it stands still until it is moved. */
export function createFixedClock(start: Instant): FixedClock {
  const begun = instantMs(start);
  let at = begun;
  return {
    ...reading(() => at),
    aheadMs: () => at - begun,
    refresh: async () => {},
    async moveTo(instant) {
      if (instantMs(instant) < at) throw backwards(instant);
      at = instantMs(instant);
    },
    close: () => {},
    advance(ms) {
      at += ms;
    },
  };
}

function reading(nowMs: () => number): Pick<Clock, 'now' | 'nowMs' | 'fresh'> {
  return { nowMs, now: () => new Date(nowMs()).toISOString(), fresh: createFresh(nowMs) };
}

/**
 * Ids in the order of their making: 48 bits of time, a counter of 12 bits that begins by chance, and 46 bits of chance.
 * A clock that was set back a little does not disturb the order; one that was set back far is followed.
 */
function createFresh(nowMs: () => number): () => string {
  let last = Number.NEGATIVE_INFINITY;
  let counter = 0;
  return () => {
    const random = randomUUID();
    const ms = nowMs();
    if (ms > last || ms < last - 10_000) {
      last = ms;
      counter = Number.parseInt(random.slice(0, 3), 16) >> 1; // the lower half, so that there is room to count
    } else if (++counter > 0xfff) {
      last += 1;
      counter = 0;
    }
    const time = last.toString(16).padStart(12, '0');
    const order = counter.toString(16).padStart(3, '0');
    // The fourth group of a random UUID begins with the variant that this one needs too.
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${random.slice(19, 23)}-${random.slice(24, 32)}0000`;
  };
}

/**
 * What must be added to performance.now() to get the database's time, from the fastest of three round trips. Not
 * Date.now(): a machine whose clock is set while we run would take the portal along.
 */
async function measure(sql: Sql): Promise<number> {
  let best = { tripMs: Number.POSITIVE_INFINITY, base: 0 };
  for (let trip = 0; trip < 3; trip += 1) {
    const sent = performance.now();
    const [row] = await retryRead(
      () => sql<[{ ms: number }]>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
    );
    const tripMs = performance.now() - sent;
    if (tripMs < best.tripMs) best = { tripMs, base: row.ms - sent - tripMs / 2 };
  }
  return best.base;
}

async function readAhead(sql: Sql): Promise<number> {
  const [row] = await retryRead(() => sql<{ ahead_ms: number }[]>`select ahead_ms from portal`);
  return row?.ahead_ms ?? 0;
}

// Two processes may move the clock at once: the later instant counts.
async function raiseAhead(sql: Sql, ahead: number): Promise<number> {
  const [row] = await retryRead(
    () => sql<{ ahead_ms: number }[]>`update portal set ahead_ms = greatest(ahead_ms, ${ahead}) returning ahead_ms`,
  );
  return row?.ahead_ms ?? 0;
}

function instantMs(instant: Instant): number {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms))
    throw new Refusal(422, 'no_instant', `"${instant}" is not a moment; write it like 2026-03-02T09:00:00.000Z.`);
  return ms;
}

function backwards(instant: Instant): Refusal {
  return new Refusal(422, 'clock_backwards', `Time only moves forward, and it is past ${instant} already.`);
}
