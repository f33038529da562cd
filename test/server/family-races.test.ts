import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actors, Told } from '../../server/actors/actors.ts';
import { createActors } from '../../server/actors/tell.ts';
import { examine } from '../../server/doctor.ts';
import { createLibrary } from '../../server/workflows/library.ts';
import { type ChildLine, type FamilyWorld, openFamily, parentWith } from '../world/family.ts';

const TIMES = 25;

let family: FamilyWorld;
/** The doors of two servers on the same database. */
let here: Actors;
let there: Actors;

beforeAll(async () => {
  family = await openFamily([await parentWith('any-of-them', { wait: 'any' })]);
  const { sql, clock, log, config, kick } = family.world.portal;
  const library = createLibrary({ sql, clock, baseUrl: config.baseUrl, settings: {} });
  here = family.world.portal.actors;
  there = createActors({ sql, clock, library, log, committed: kick });
});

afterAll(async () => {
  const wrong = (await examine(family.world.portal)).flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`));
  await there.close();
  await family.close();
  expect(wrong).toEqual([]);
});

/** An answer of the person who has a child. */
async function answerOf(child: ChildLine | undefined, verdict: 'yes' | 'no'): Promise<{ run: string; event: Told }> {
  const [open] = await family.world.portal.sql<{ id: string; person_email: string }[]>`
    select id, person_email from hand_offs where run_id = ${child?.child_id ?? null} and state = 'open'`;
  if (open === undefined || !child?.child_id) throw new Error('Nobody is asked.');
  const by = { email: open.person_email, name: null };
  const event = { type: 'answered' as const, handOff: open.id, generation: 1, by, answers: { verdict }, submission: open.id };
  return { run: child.child_id, event };
}

/** Both at once, through two servers; which one begins changes with each time. */
async function atOnce(n: number, one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<void> {
  await Promise.all(n % 2 === 0 ? [one(), other()] : [other(), one()]);
  await family.settle();
}

async function outcomeOf(run: string) {
  const happened = await family.history(run);
  expect(happened.filter(({ what }) => what === 'joined').length).toBeLessThanOrEqual(1);
  const children = await family.children(run);
  const told = await Promise.all(
    children.map(async ({ child_id, key }) => {
      const letters = await family.world.letters({ run: child_id ?? '' });
      return {
        key,
        withdrawn: letters.filter(({ kind }) => kind === 'withdrawn').length,
        asked: letters.filter(({ kind }) => kind === 'hand_off').length,
      };
    }),
  );
  return { facts: await family.facts(run), children, told, happened };
}

/** Whoever was taken back was told so once, and nobody else. */
function expectToldOnce(
  children: ChildLine[],
  told: { key: string; withdrawn: number; asked: number }[],
  statuses: Map<string, string>,
): void {
  for (const { key, child_id } of children) {
    const letters = told.find((one) => one.key === key);
    expect(letters).toMatchObject({ asked: 1, withdrawn: statuses.get(child_id ?? '') === 'cancelled' ? 1 : 0 });
  }
}

async function statusesOf(children: ChildLine[]): Promise<Map<string, string>> {
  const entries = await Promise.all(
    children.map(async ({ child_id }) => [child_id ?? '', (await family.status(child_id ?? '')).status] as const),
  );
  return new Map(entries);
}

test('the last answer against the time limit: one of them counts, and the other changes nothing', async () => {
  const outcomes = new Set<unknown>();
  for (let n = 0; n < TIMES; n += 1) {
    const run = await family.ask('opinions', [`ada${n}`, `ben${n}`]);
    await family.answer(run, `ada${n}`, 'yes');
    const [, ben] = await family.children(run);
    const { run: child, event } = await answerOf(ben, 'no');
    await atOnce(
      n,
      () => here.tell(child, event).then(() => family.settle()),
      () => there.tell(run, { type: 'fan_over', fan: ben?.fan_id ?? '' }),
    );
    const { facts, children, told } = await outcomeOf(run);
    outcomes.add(facts.asked_outcome);
    const state = children[1]?.state;
    if (facts.asked_outcome === 'all_in') expect([facts.asked_arrived, state]).toEqual([2, 'arrived']);
    else {
      expect([facts.asked_outcome, facts.asked_arrived, facts.asked_missing]).toEqual(['out_of_time', 1, 1]);
      expect(['late', 'withdrawn']).toContain(state);
    }
    expectToldOnce(children, told, await statusesOf(children));
  }
  expect([...outcomes].every((one) => one === 'all_in' || one === 'out_of_time')).toBe(true);
});

test('cancelling against an answer: the run is cancelled, and the child is either answered or taken back', async () => {
  for (let n = 0; n < TIMES; n += 1) {
    const run = await family.ask('opinions', [`cleo${n}`]);
    const [cleo] = await family.children(run);
    const { run: child, event } = await answerOf(cleo, 'yes');
    await atOnce(
      n,
      () => here.tell(child, event),
      () => there.tell(run, { type: 'cancelled', by: 'olga@example.com', reason: 'Enough' }),
    );
    const { children, told } = await outcomeOf(run);
    const [status, own] = [(await family.status(run)).status, (await family.status(child)).status];
    expect(['done', 'cancelled']).toContain(status);
    expect(own).toBe(children[0]?.state === 'withdrawn' ? 'cancelled' : 'done');
    expectToldOnce(children, told, await statusesOf(children));
  }
});

test('two decisive answers at once: the first counts, the other is late, and both are thanked', async () => {
  for (let n = 0; n < TIMES; n += 1) {
    const run = await family.ask('any-of-them', [`dan${n}`, `eva${n}`]);
    const [dan, eva] = await family.children(run);
    const [one, other] = [await answerOf(dan, 'yes'), await answerOf(eva, 'no')];
    await atOnce(
      n,
      () => here.tell(one.run, one.event),
      () => there.tell(other.run, other.event),
    );
    const { facts, children, told } = await outcomeOf(run);
    expect([facts.asked_outcome, facts.asked_arrived]).toEqual(['enough', 1]);
    const states = children.map(({ state }) => state).sort();
    expect([
      ['arrived', 'late'],
      ['arrived', 'withdrawn'],
    ]).toContainEqual(states);
    expectToldOnce(children, told, await statusesOf(children));
  }
});

test('a child added at the moment of the join either counts or is not there', async () => {
  for (let n = 0; n < TIMES; n += 1) {
    const run = await family.ask('opinions', [`fay${n}`]);
    const [fay] = await family.children(run);
    const { run: child, event } = await answerOf(fay, 'yes');
    const change = { is: 'add' as const, key: `gus${n}`, input: { reviewer: `gus${n}@example.com` } };
    const add: Told = { type: 'fan_changed', fan: fay?.fan_id ?? '', change, by: 'olga@example.com', reason: 'He knows tea' };
    await atOnce(
      n,
      () => here.tell(child, event).then(() => family.settle()),
      () => there.tell(run, add),
    );
    const { facts, children } = await outcomeOf(run);
    if (children.length === 1) expect(facts).toMatchObject({ asked_outcome: 'all_in', asked_asked: 1 });
    else {
      expect(await family.status(run)).toEqual({ status: 'active', stage: 'ask' });
      await family.answer(run, `gus${n}`, 'no');
      expect(await family.facts(run)).toMatchObject({ asked_outcome: 'all_in', asked_asked: 2, asked_arrived: 2 });
    }
  }
});
