import { afterAll, beforeAll, expect, test } from 'vitest';
import { nextEffectAt } from '../../server/effects/outbox.ts';
import { type FamilyWorld, openFamily } from '../world/family.ts';

let family: FamilyWorld;

beforeAll(async () => {
  family = await openFamily([], { BATON_MAILS_PER_DOMAIN: '5' });
});

afterAll(() => family.close());

function reviewers(count: number, domain: string) {
  return Array.from({ length: count }, (_, n) => ({ name: `${domain} ${n}`, email: `person${n}@${domain}` }));
}

const sentTo = async (domain: string) =>
  (await family.world.letters({ kind: 'hand_off' })).filter(({ to }) => to.endsWith(`@${domain}`)).map(({ to }) => to);

test('of many letters about children so many a minute go to one domain, in their order, and none is lost', async () => {
  await family.ask('opinions', [], { reviewers: [...reviewers(12, 'big.example'), ...reviewers(2, 'small.example')] });
  expect(await sentTo('big.example')).toHaveLength(5);
  expect(await sentTo('small.example')).toHaveLength(2);
  await family.world.advance('59s');
  expect(await sentTo('big.example')).toHaveLength(5);
  await family.world.advance('1s');
  expect(await sentTo('big.example')).toHaveLength(10);
  await family.world.advance('1m');
  const all = await sentTo('big.example');
  expect(new Set(all)).toEqual(new Set(reviewers(12, 'big.example').map(({ email }) => email)));
  expect(all).toHaveLength(12);
});

test('waiting its turn is no try that failed', async () => {
  const rows = await family.world.portal.sql`select distinct state, attempts from outbox where bundle is not null`;
  expect(rows).toEqual([{ state: 'done', attempts: 1 }]);
});

test('a letter that asks several things waits its turn as one, and keeps nobody busy meanwhile', async () => {
  const { world } = family;
  const three = Array.from({ length: 3 }, (_, n) => ({ name: `Item ${n}`, email: 'uma@slow.example' }));
  await family.ask('opinions', [], { reviewers: reviewers(5, 'slow.example') });
  await family.ask('opinions', [], { reviewers: three });
  expect(await sentTo('slow.example')).not.toContain('uma@slow.example');
  const next = Date.parse((await nextEffectAt(world.portal.sql)) ?? '');
  expect(next - world.portal.clock.nowMs()).toBeGreaterThan(30_000);
  await world.advance('1m');
  const letters = await world.letters({ to: 'uma@slow.example' });
  expect(letters.map(({ subject }) => subject)).toEqual(['Please decide: 3 × Opinion']);
});
