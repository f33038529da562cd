import { afterAll, beforeAll, expect, test } from 'vitest';
import { pdf, photo, type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('campaign', null, ['campaign-asset', 'content-approval', 'content-review']);
});

afterAll(() => stage.close());

const REQUESTER = 'rita@example.com';
const PLANNER = 'campaigns@example.com';

async function planned(): Promise<Run> {
  const run = await stage.start({
    starter_email: REQUESTER,
    campaign: 'Spring',
    message: 'It is spring.',
    launch_on: '2029-12-20',
  });
  await run.act(PLANNER, {
    'pieces.count': '2',
    'pieces.0.piece': 'Poster',
    'pieces.0.maker': 'pia@example.com',
    'pieces.1.piece': 'Banner',
    'pieces.1.maker': 'finn@example.com',
    channel: 'website',
    leaflet: pdf('leaflet.pdf'),
  });
  await (await run.child('Banner')).act('finn@example.com', { asset: photo('banner.png') });
  await (await run.child('Poster')).act('pia@example.com', { asset: pdf('poster.pdf') });
  return run;
}

async function reviewed(run: Run, verdicts: Record<string, string>): Promise<Run> {
  const approval = await run.child('1');
  for (const [area, verdict] of Object.entries(verdicts)) {
    const review = await approval.child(area);
    await review.act(`${area.toLowerCase()}@example.com`, { verdict, comments: verdict === 'approve' ? '' : 'Not like this' });
  }
  return approval;
}

test('its pieces are made at the same time, its text is approved within it, and it goes out on its day', async () => {
  const run = await planned();
  expect(await run.where()).toBe('approval');
  const approval = await reviewed(run, { Legal: 'approve', Brand: 'approve', Compliance: 'approve' });
  expect(await approval.where()).toBe('done');
  expect(await run.where()).toBe('launch');
  await stage.moveTo('2029-12-20T09:00:00.000Z');
  const page = await run.page(PLANNER);
  for (const file of ['poster.pdf', 'banner.png', 'leaflet.pdf']) expect(page.html).toContain(file);
  await run.act(PLANNER, {});
  expect((await run.mail(REQUESTER)).subject).toBe('Spring is out');
});

test('a text that is not approved, two levels below, stops the launch', async () => {
  const run = await planned();
  const approval = await reviewed(run, { Legal: 'refuse' });
  await approval.act('editor@example.com', { approval: 'stop', approval_reason: 'Legal says no' });
  expect(await run.visits()).toContain('stopped');
  expect((await run.mail(REQUESTER)).subject).toBe('Spring is not launched');
});

test('cancelling it takes back everything below, however deep, and tells each person once', async () => {
  const run = await planned();
  const approval = await run.child('1');
  const legal = await approval.child('Legal');
  await stage.world.portal.actors.tell(run.id, { type: 'cancelled', by: 'ops@example.com', reason: 'No budget' });
  expect([await approval.where(), await legal.where()]).toEqual(['cancelled', 'cancelled']);
  expect(await stage.world.letters({ to: 'legal@example.com', run: legal.id, kind: 'withdrawn' })).toHaveLength(1);
});
