import { shortDurationMs } from '../machines/calendar.ts';
import type { Instant } from '../machines/values.ts';
import { nextMessageAt } from './actors/mailbox.ts';
import { nextBirthAt } from './children/starting.ts';
import type { Clock } from './clock.ts';
import type { Sql } from './database/connect.ts';
import { isEffectDue, nextEffectAt } from './effects/outbox.ts';
import { Refusal } from './errors.ts';
import { nextFireAt } from './schedules/fires.ts';

/** What moving the time needs of the portal. */
export type TravelNeeds = { sql: Sql; clock: Clock; kick(): void };

// Effects in other processes are waited for until their lease runs out; a minute past that something is broken.
const PATIENCE_MS = 120_000;

/** The moment that `{advance: "2d"}` or `{to: instant}` means. Throws Refusal 422 for anything else. */
export function destination(clock: Clock, wish: { advance: string } | { to: string }): Instant {
  const ms = 'to' in wish ? Date.parse(wish.to) : clock.nowMs() + (shortDurationMs(wish.advance) ?? Number.NaN);
  if (Number.isNaN(ms))
    throw new Refusal(422, 'no_moment', 'Say {"advance": "2d"} (s, m, h, d, w) or {"to": "2026-03-02T09:00:00Z"}.');
  if ('to' in wish && ms < clock.nowMs())
    throw new Refusal(422, 'clock_backwards', `Time only moves forward, and it is ${clock.now()} already.`);
  return new Date(ms).toISOString();
}

/**
 * Moves the time of the whole portal, stopping wherever something becomes due on the way, so that a reminder on the
 * first day is sent on the first day. Comes back when everything that became due has been done, in whatever process.
 */
export async function travel(needs: TravelNeeds, to: Instant): Promise<void> {
  await settle(needs);
  for (let next = await nextDue(needs.sql); next !== null && next <= to; next = await nextDue(needs.sql)) {
    if (next > needs.clock.now()) await needs.clock.moveTo(next);
    await settle(needs);
  }
  if (to > needs.clock.now()) await needs.clock.moveTo(to);
  await settle(needs);
}

/** Waits until nothing is due. */
export async function settle({ sql, clock, kick }: TravelNeeds): Promise<void> {
  const patience = performance.now() + PATIENCE_MS;
  for (let pauseMs = 2; await isBusy(sql, clock.now()); pauseMs = Math.min(50, pauseMs * 2)) {
    if (performance.now() > patience)
      throw new Refusal(503, 'still_busy', 'Something that is due does not get done; see the log.');
    kick();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function isBusy(sql: Sql, now: Instant): Promise<boolean> {
  const [row] = await sql<{ busy: boolean }[]>`
    select exists (select from messages where set_aside_at is null and try_at <= ${now})
      or exists (select from children where state = 'released' and try_at <= ${now}) as busy`;
  const [effect, fire] = [await isEffectDue(sql, now), await nextFireAt(sql)];
  return row?.busy === true || effect || (fire !== null && fire <= now);
}

async function nextDue(sql: Sql): Promise<Instant | null> {
  const due = await Promise.all([nextMessageAt(sql), nextEffectAt(sql), nextFireAt(sql), nextBirthAt(sql)]);
  return due.filter((at) => at !== null).sort()[0] ?? null;
}
