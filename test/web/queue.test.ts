import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FamilyWorld, openFamily, parentWith } from '../world/family.ts';
import type { Page, Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let owner: Visitor;

beforeAll(async () => {
  world = await openWorld();
  owner = await signedIn(world);
});

afterAll(() => world.close());

async function signedIn({ visitor: open, linkFor }: World, email = 'ops@example.com'): Promise<Visitor> {
  const visitor = open();
  await visitor.submit(await visitor.get('/sign-in'), { email });
  await visitor.submit(await visitor.get(await linkFor(email, 'sign_in')), {});
  return visitor;
}

/** Nobody stays signed in for so long. */
async function threeDaysLater(): Promise<void> {
  await world.advance('3d');
  owner = await signedIn(world);
}

async function expense(employee: string): Promise<string> {
  const visitor = world.visitor();
  const values = {
    starter_name: '',
    starter_email: employee,
    amount: '120.00',
    purpose: 'Train',
    manager_email: `m-${employee}`,
  };
  await visitor.submit(await visitor.get('/start/expense-approval'), values);
  await world.advance('0s');
  const [row] = await world.portal.sql<{ id: string }[]>`select id from runs where starter_email = ${employee}`;
  return row?.id ?? '';
}

/** Presses a button of the page, at one run. */
async function press(page: Page, run: string, words: string): Promise<Page> {
  const form = page.html.split('<form').find((part) => part.includes(`>${words}<`) && part.includes(`value="${run} `)) ?? '';
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1] ?? '';
  return owner.submit({ ...page, html: '' }, { act: value('act'), from: value('from'), sure: value('sure') }, '/runs/acts');
}

describe('what needs somebody', () => {
  test('is nothing as long as every run goes on', async () => {
    expect((await owner.get('/attention')).html).toContain('Nothing. Every run goes on as it should.');
  });

  test('is a run that is late, with whoever has it; a reminder is one press away', async () => {
    const run = await expense('late@example.com');
    await threeDaysLater();
    const page = await owner.get('/attention');
    expect(page.html).toContain('m-late@example.com has had it for 3 days, and should have answered');
    expect(page.html).toContain('Looked after by ops@example.com');
    const before = (await world.letters({ run, kind: 'reminder' })).length;
    expect((await press(page, run, 'Remind them')).html).toContain('1 run done.');
    expect(await world.letters({ run, kind: 'reminder' })).toHaveLength(before + 1);
    await owner.submit(await owner.get(`/runs/${run}/course?to=end`), { act: 'do', reason: 'Over' }, `/runs/${run}/course`);
    expect((await owner.get('/attention')).html).not.toContain(run);
  });

  test('is a call that failed, which is tried again or left out', async () => {
    const run = await expense('failing@example.com');
    const { answer } = world.sink;
    world.sink.answer = () => ({ status: 400, json: {} });
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor('m-failing@example.com')), { decision: 'approve', reason: '' });
    await world.advance('0s');
    const page = await owner.get('/attention');
    expect(page.html).toContain('Cannot go on by itself');
    expect(page.html).toContain(`/runs/${run}/course?to=on`);
    world.sink.answer = answer;
    await press(page, run, 'Try again');
    await world.advance('0s');
    expect((await owner.get('/attention')).html).not.toContain(run);
    const [row] = await world.portal.sql`select status from runs where id = ${run}`;
    expect(row?.status).toBe('done');
  });

  test('leaves its mark on the diagram of the workflow: how often each way was taken, and went on to somebody else', async () => {
    await expense('slow@example.com');
    await world.advance('5d');
    owner = await signedIn(world);
    const page = await owner.get('/workflows/expense-approval');
    expect(page.html).toContain('approved: Pay (once)');
    expect(page.html).toMatch(/nobody answers, 4 days: to Finance \(\d times\)|nobody answers, 4 days: to Finance \(once\)/);
  });

  test('is of the workflows of this owner only', async () => {
    await expense('theirs@example.com');
    await threeDaysLater();
    const visitor = await signedIn(world, 'people@example.com');
    expect((await visitor.get('/attention')).html).toContain('Nothing. Every run goes on as it should.');
    expect((await owner.get('/attention')).html).toContain('m-theirs@example.com');
  });
});

describe('among runs that call others', () => {
  let family: FamilyWorld;

  beforeAll(async () => {
    family = await openFamily([await parentWith('asking', { failure: 'ask', wait: 'all' })]);
  });

  afterAll(() => family.close());

  test('it is one whose child failed, with a way to ask somebody else and to go on', async () => {
    const run = await family.ask('asking', ['ben', 'cara']);
    const [first] = await family.children(run);
    await family.world.portal.actors.tell(first?.child_id ?? '', { type: 'cancelled', by: 'ops@example.com', reason: 'Left' });
    await family.answer(run, 'cara', 'yes');
    const visitor = await signedIn(family.world, 'olga@example.com');
    const page = await visitor.get('/attention');
    expect(page.html).toContain('Waits for your word');
    expect(page.html).toContain('1 of 2 failed.');
    expect(page.html).toContain(`/runs/${run}/children/${first?.fan_id}?state=failed`);
    expect(page.html).toContain(`/runs/${run}/children/${first?.fan_id}#accept`);
  });
});
