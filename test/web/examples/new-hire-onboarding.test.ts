import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('new-hire-onboarding', null, ['onboarding-task']);
});

afterAll(() => stage.close());

const HR = 'hanna@example.com';

function announced(team: string, first_day: string) {
  return stage.start({ starter_email: HR, person: 'Nina', team, first_day, manager_email: 'mara@example.com' });
}

test('each task is asked for at its time before or after the first day, and of those for the team only', async () => {
  const run = await announced('sales', '2030-01-07');
  expect(await run.children()).toEqual([
    'Order a laptop: open',
    'Set up accounts: open',
    'Prepare desk and badge: open',
    'Book the sales training: open',
  ]);
  const asked = async () => (await stage.world.letters({ kind: 'hand_off' })).map(({ to }) => to);
  expect(await asked()).toEqual([]);
  await stage.moveTo('2029-12-24T08:00:00.000Z');
  expect(await asked()).toEqual(['it@example.com']);
  await (await run.child('Order a laptop')).act('it@example.com', { note: 'It comes on Thursday' });
  await stage.moveTo('2030-01-05T12:00:00.000Z');
  expect((await asked()).slice(1)).toEqual(['it@example.com', 'facilities@example.com']);
  await (await run.child('Set up accounts')).act('it@example.com', {});
  await (await run.child('Prepare desk and badge')).act('facilities@example.com', {});
  await stage.moveTo('2030-01-08T12:00:00.000Z');
  await (await run.child('Book the sales training')).act('sales-lead@example.com', {});
  expect((await run.page('mara@example.com')).html).toContain('It comes on Thursday');
  await run.act('mara@example.com', { welcome: 'Very well' });
  expect((await run.mail(HR)).text).toContain('Very well');
});

test('a task that somebody gives up does not keep the others waiting', async () => {
  const run = await announced('office', '2030-01-09');
  const [laptop, accounts, desk] = [
    await run.child('Order a laptop'),
    await run.child('Set up accounts'),
    await run.child('Prepare desk and badge'),
  ];
  await laptop.act('it@example.com', {});
  await accounts.act('it@example.com', {});
  await stage.world.portal.actors.tell(desk.id, { type: 'cancelled', by: 'people@example.com', reason: 'She works from home' });
  expect(await run.where()).toBe('welcome');
  expect((await run.page('mara@example.com')).html).toMatch(/Prepare desk and badge[\s\S]*Given up/);
});
