import { describe, expect, test } from 'vitest';
import { after, isTimezone, shortDurationMs, showDay, showInstant } from '../../machines/calendar.ts';

const BERLIN = 'Europe/Berlin';

describe('a duration', () => {
  test.each([
    ['minutes are exact', '2026-03-02T09:00:00.000Z', '30 minutes', 'UTC', '2026-03-02T09:30:00.000Z'],
    [
      'hours are exact, over a change of the clock too',
      '2026-03-28T12:00:00.000Z',
      '24 hours',
      BERLIN,
      '2026-03-29T12:00:00.000Z',
    ],
    [
      'days keep the time of day when summer time begins',
      '2026-03-28T12:00:00.000Z',
      '1 day',
      BERLIN,
      '2026-03-29T11:00:00.000Z',
    ],
    ['days keep the time of day when it ends', '2026-10-24T12:00:00.000Z', '1 day', BERLIN, '2026-10-25T13:00:00.000Z'],
    [
      'a time that the clock leaps over comes an hour earlier, not later',
      '2026-03-28T01:30:00.000Z',
      '1 day',
      BERLIN,
      '2026-03-29T00:30:00.000Z',
    ],
    ['weeks are seven days', '2026-03-02T09:00:00.000Z', '2 weeks', 'UTC', '2026-03-16T09:00:00.000Z'],
    ['working days leave out the weekend', '2026-03-05T09:00:00.000Z', '2 working days', 'UTC', '2026-03-09T09:00:00.000Z'],
    ['a working day from Saturday is Monday', '2026-03-07T09:00:00.000Z', '1 working day', 'UTC', '2026-03-09T09:00:00.000Z'],
    [
      'the weekend is that of the time zone',
      '2026-03-06T20:00:00.000Z',
      '1 working day',
      'Pacific/Auckland',
      '2026-03-08T20:00:00.000Z',
    ],
  ])('%s', (_, from, duration, timezone, expected) => expect(after(from, duration, timezone)).toBe(expected));

  test.each(['', '0 days', '1.5 days', 'two days', '1 month', '1 day ', '999999 days'])('%j is none', (text) => {
    expect(() => after('2026-03-02T09:00:00.000Z', text, 'UTC')).toThrow('is not a duration');
  });
});

test('the test clock takes short durations', () => {
  expect([shortDurationMs('90s'), shortDurationMs('36h'), shortDurationMs('2d'), shortDurationMs('soon')]).toEqual([
    90_000,
    129_600_000,
    172_800_000,
    null,
  ]);
});

test('a moment is shown in its time zone', () => {
  expect(showInstant('2026-03-05T08:00:00.000Z', BERLIN)).toBe('Thursday, 5 March 2026, 09:00 (Europe/Berlin)');
  expect(showDay('2026-03-05T23:30:00.000Z', BERLIN)).toMatch(/^Fri,? 6 March$/);
});

test('only zones that exist are time zones', () => {
  expect([isTimezone(BERLIN), isTimezone('UTC'), isTimezone('Europe/Atlantis'), isTimezone('')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
