import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nthId } from '../../machines/values.ts';
import { type Clock, createClock, createFixedClock } from '../../server/clock.ts';
import { connect, type Sql } from '../../server/database/connect.ts';
import { type FreshDatabase, freshDatabase } from '../world/database.ts';

const log = pino({ level: 'silent' });

describe('a clock on a database', () => {
  let database: FreshDatabase;
  let sql: Sql;
  let clocks: Clock[];

  beforeEach(async () => {
    database = await freshDatabase();
    sql = connect(database.url, { name: 'test' });
    clocks = [];
  });

  afterEach(async () => {
    for (const clock of clocks) clock.close();
    await sql.end();
    await database.drop();
  });

  async function open(kind: 'real' | 'test'): Promise<Clock> {
    const clock = await createClock({ sql, kind, log });
    clocks.push(clock);
    return clock;
  }

  test('follows the time of the database', async () => {
    const clock = await open('real');
    const [{ at }] = await sql<[{ at: string }]>`select clock_timestamp() as at`;
    expect(Math.abs(Date.parse(at) - clock.nowMs())).toBeLessThan(200);
    expect(clock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('does not follow a machine whose clock is set while it runs, and warns when they differ', async () => {
    const clock = await open('real');
    const before = clock.nowMs();
    const warn = vi.spyOn(log, 'warn');
    vi.spyOn(Date, 'now').mockReturnValue(before + 3_600_000);
    expect(clock.nowMs() - before).toBeLessThan(1_000);
    await clock.refresh();
    expect(clock.nowMs() - before).toBeLessThan(1_000);
    expect(warn).toHaveBeenCalledWith({ skewMs: expect.closeTo(3_600_000, -3) }, expect.stringContaining('differs'));
    vi.restoreAllMocks();
  });

  test('a test clock moves forward for every process, and goes on from there', async () => {
    const [one, other] = [await open('test'), await open('test')];
    await one.moveTo('2126-03-02T09:00:00.000Z');
    expect(one.nowMs()).toBeGreaterThanOrEqual(Date.parse('2126-03-02T09:00:00.000Z'));
    expect(one.nowMs()).toBeLessThan(Date.parse('2126-03-02T09:00:05.000Z'));
    expect(other.aheadMs()).toBe(0);
    await other.refresh();
    expect(Math.abs(other.nowMs() - one.nowMs())).toBeLessThan(200);
    expect((await open('test')).now() > '2126-03-02T09:00:00').toBe(true);
  });

  test('it never moves backwards, and a real clock does not move at all', async () => {
    const clock = await open('test');
    await expect(clock.moveTo('2020-01-01T00:00:00.000Z')).rejects.toMatchObject({ status: 422, code: 'clock_backwards' });
    await expect(clock.moveTo('soon')).rejects.toMatchObject({ status: 422, code: 'no_instant' });
    const real = await open('real');
    await expect(real.moveTo('2126-01-01T00:00:00.000Z')).rejects.toMatchObject({ status: 422, code: 'real_clock' });
  });

  test('a real clock stays where it is on a database whose time was moved', async () => {
    await (await open('test')).moveTo('2126-03-02T09:00:00.000Z');
    expect((await open('real')).now() < '2126').toBe(true);
  });
});

describe('a fixed clock', () => {
  test('stands still until it is moved', async () => {
    const clock = createFixedClock('2026-03-02T09:00:00.000Z');
    expect(clock.now()).toBe('2026-03-02T09:00:00.000Z');
    clock.advance(1_500);
    expect(clock.now()).toBe('2026-03-02T09:00:01.500Z');
    await clock.moveTo('2026-03-03T09:00:00Z');
    expect(clock.now()).toBe('2026-03-03T09:00:00.000Z');
    await expect(clock.moveTo('2026-03-02T09:00:00Z')).rejects.toMatchObject({ status: 422 });
  });
});

describe('fresh ids', () => {
  test('are UUIDs of version 7 with the time in front and sixteen zero bits at the end', () => {
    const clock = createFixedClock('2026-03-02T09:00:00.000Z');
    const id = clock.fresh();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{8}0000$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(clock.nowMs());
    expect(nthId(id, 65_535)).toBe(`${id.slice(0, -4)}ffff`);
  });

  test('ten thousand of one millisecond differ and are in order', () => {
    const clock = createFixedClock('2026-03-02T09:00:00.000Z');
    const ids = Array.from({ length: 10_000 }, () => clock.fresh());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });
});
