import { afterAll, beforeAll, expect, test } from 'vitest';
import { nextEffectAt } from '../../server/effects/outbox.ts';
import { type FamilyWorld, openFamily, parentWith } from '../world/family.ts';

let family: FamilyWorld;

beforeAll(async () => {
  family = await openFamily([await parentWith('any-of-them', { wait: 'any' })], { BATON_MAILS_PER_DOMAIN: '5' });
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

test('who was not asked yet hears nothing of what is no longer needed, neither the request nor the note', async () => {
  const { world } = family;
  const run = await family.ask('any-of-them', [], { reviewers: reviewers(12, 'late.example') });
  const asked = await sentTo('late.example');
  expect(asked).toHaveLength(5);
  const [first = ''] = asked;
  const [letter] = await world.letters({ to: first, kind: 'hand_off' });
  const visitor = world.visitor();
  await visitor.submit(await visitor.get(/http\S+\/h\/\S+/.exec(letter?.text ?? '')?.[0] ?? ''), { verdict: 'yes', remark: '' });
  for (let minute = 0; minute < 3; minute += 1) await world.advance('1m');

  expect((await sentTo('late.example')).sort()).toEqual(asked.sort());
  const notes = (await world.letters({ kind: 'withdrawn' })).map(({ to }) => to).filter((to) => to.endsWith('@late.example'));
  expect(notes.sort()).toEqual(asked.filter((to) => to !== first));
  const rows = await world.portal.sql`
    select o.body->'mail'->>'is' as what, o.state, count(*)::int as n from outbox o join runs r on r.id = o.run_id
    where r.parent_id = ${run} and o.kind = 'mail' group by 1, 2 order by 1, 2`;
  expect([...rows]).toEqual([
    { what: 'hand_off', state: 'done', n: 5 },
    { what: 'hand_off', state: 'dropped', n: 7 },
    { what: 'withdrawn', state: 'done', n: 4 },
    { what: 'withdrawn', state: 'dropped', n: 7 },
  ]);
});

test('who waits to be asked several things is asked for those only that were not taken back meanwhile', async () => {
  const { world } = family;
  const three = Array.from({ length: 3 }, (_, n) => ({ name: `Item ${n}`, email: 'vera@calm.example' }));
  await family.ask('opinions', [], { reviewers: reviewers(5, 'calm.example') });
  const run = await family.ask('opinions', [], { reviewers: three });
  expect(await sentTo('calm.example')).not.toContain('vera@calm.example');
  const [taken] = await family.children(run);
  await world.portal.actors.tell(taken?.child_id ?? '', { type: 'cancelled', by: 'olga@example.com', reason: 'Sold' });
  await world.advance('1m');
  const letters = await world.letters({ to: 'vera@calm.example' });
  expect(letters.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual(['hand_off: Please decide: 2 × Opinion']);
});
