import type { Instant } from './values.ts';

/** A number and a unit: `30 minutes`, `36 hours`, `4 days`, `2 working days`, `1 week`. */
export const DURATION_PATTERN = /^([1-9]\d{0,4}) (minutes?|hours?|days?|working days?|weeks?)$/;

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/**
 * The moment a duration after `from`. Minutes and hours are exact; days and weeks keep the clock time in `timezone`
 * (so that 9:00 stays 9:00 when summer time begins); working days count Monday to Friday there.
 */
export function after(from: Instant, duration: string, timezone: string): Instant {
  const [, digits = '', unit = ''] = DURATION_PATTERN.exec(duration) ?? [];
  const count = Number(digits);
  const singular = unit.replace(/s$/, '');
  if (singular === 'minute' || singular === 'hour') return instant(Date.parse(from) + count * UNIT_MS[singular]);
  if (singular === 'day') return addDays(from, count, timezone);
  if (singular === 'week') return addDays(from, count * 7, timezone);
  if (singular === 'working day') return addWorkingDays(from, count, timezone);
  throw new Error(`"${duration}" is not a duration.`);
}

/** Milliseconds of a short duration as the test clock takes it: `90s`, `15m`, `36h`, `2d`, `1w`; null if it is none. */
export function shortDurationMs(text: string): number | null {
  const [, digits, unit] = /^(\d{1,6})(s|m|h|d|w)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return null;
  const ms: Record<string, number> = { s: 1000, m: UNIT_MS.minute, h: UNIT_MS.hour, d: UNIT_MS.day, w: UNIT_MS.week };
  return Number(digits) * (ms[unit] ?? 0);
}

/** Whether the runtime knows this IANA time zone. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A moment for people: `Thursday, 5 March 2026, 09:00 (UTC)`. */
export function showInstant(at: Instant, timezone: string): string {
  const text = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: timezone }).format(
    new Date(at),
  );
  return `${text.replace(' at ', ', ')} (${timezone})`;
}

/** A day for people: `Thu 5 March`. */
export function showDay(at: Instant, timezone: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', timeZone: timezone }).format(
    new Date(at),
  );
}

function addWorkingDays(from: Instant, count: number, timezone: string): Instant {
  let at = from;
  for (let left = count; left > 0; ) {
    at = addDays(at, 1, timezone);
    if (!isWeekend(at, timezone)) left -= 1;
  }
  return at;
}

function isWeekend(at: Instant, timezone: string): boolean {
  const day = new Date(Date.parse(at) + offsetMs(Date.parse(at), timezone)).getUTCDay();
  return day === 0 || day === 6;
}

/** A day later is the same wall time: the difference of the zone's offsets is taken back out of 24 hours. */
function addDays(from: Instant, count: number, timezone: string): Instant {
  const plain = Date.parse(from) + count * UNIT_MS.day;
  const drift = offsetMs(plain, timezone) - offsetMs(Date.parse(from), timezone);
  return instant(plain - drift);
}

/** How far the wall clock of a zone is ahead of UTC at a moment. */
function offsetMs(ms: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  const parts = wallClock(timezone).formatToParts(new Date(ms));
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(ms / 1000) * 1000;
}

const wallClocks = new Map<string, Intl.DateTimeFormat>();

/** Making one takes 50 times as long as using it. */
function wallClock(timeZone: string): Intl.DateTimeFormat {
  const digits = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  const clock = wallClocks.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...digits });
  wallClocks.set(timeZone, clock);
  return clock;
}

function instant(ms: number): Instant {
  return new Date(ms).toISOString();
}

/** The moment at which the clocks of a zone show this time, `2026-03-05T09:00:00`. One that a change skips is the hour after. */
export function instantOf(wallTime: string, timezone: string): Instant {
  const asUtc = Date.parse(`${wallTime}Z`);
  const first = asUtc - offsetMs(asUtc, timezone);
  return instant(asUtc - offsetMs(first, timezone));
}

/** What the clocks of a zone show at a moment, as `2026-03-05T09:00`. */
export function wallTimeOf(at: Instant, timezone: string): string {
  return new Date(Date.parse(at) + offsetMs(Date.parse(at), timezone)).toISOString().slice(0, 16);
}

/** The day that it is somewhere at a moment: `2026-03-05`. */
export function dayOf(at: Instant, timezone: string): string {
  return wallTimeOf(at, timezone).slice(0, 10);
}

/** How many days from one day or moment to another; below zero when it lies before. NaN when one of them is none. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / UNIT_MS.day;
}

/** The day so many days after another (before it when below zero); empty when it is none. */
export function dayAfter(day: string, days: number): string {
  const ms = Date.parse(day.slice(0, 10)) + Math.round(days) * UNIT_MS.day;
  return Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms).toISOString().slice(0, 10) : '';
}

/** The moment a duration before another, counted as `after` counts. */
export function before(to: Instant, duration: string, timezone: string): Instant {
  const [, digits = '', unit = ''] = DURATION_PATTERN.exec(duration) ?? [];
  const count = Number(digits);
  const singular = unit.replace(/s$/, '');
  if (singular === 'minute' || singular === 'hour') return instant(Date.parse(to) - count * UNIT_MS[singular]);
  if (singular === 'day') return addDays(to, -count, timezone);
  if (singular === 'week') return addDays(to, -count * 7, timezone);
  if (singular === 'working day') return subtractWorkingDays(to, count, timezone);
  throw new Error(`"${duration}" is not a duration.`);
}

function subtractWorkingDays(to: Instant, count: number, timezone: string): Instant {
  let at = to;
  for (let left = count; left > 0; ) {
    at = addDays(at, -1, timezone);
    if (!isWeekend(at, timezone)) left -= 1;
  }
  return at;
}
