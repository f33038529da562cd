import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkIn, type Page, type Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const REVIEW = '/workflows/expense-approval/stages/review/guidance';

async function askForLink(email: string): Promise<Page> {
  const visitor = world.visitor();
  return visitor.submit(await visitor.get('/sign-in'), { email });
}

async function signIn(): Promise<Visitor> {
  await askForLink('ops@example.com');
  const letter = (await world.letters({ to: 'ops@example.com', kind: 'sign_in' })).at(-1);
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  const visitor = world.visitor();
  const landed = await visitor.submit(await visitor.get(linkIn(letter)), {});
  expect(landed.url).toBe(`${world.url}/workflows`);
  await world.advance('1h');
  return visitor;
}

describe('signing in', () => {
  test('says the same to an address that owns something and to one that does not, and writes only to the first', async () => {
    const known = await askForLink('ops@example.com');
    const unknown = await askForLink('stranger@example.com');
    expect([known.status, unknown.status]).toEqual([200, 200]);
    expect(unknown.html).toBe(known.html);
    expect(await world.letters({ to: 'stranger@example.com' })).toEqual([]);
    expect(await world.letters({ to: 'ops@example.com', kind: 'sign_in' })).toHaveLength(1);
    await world.advance('2h');
  });

  test('takes a link once, within ten minutes, and opening it uses nothing up', async () => {
    await askForLink('ops@example.com');
    const link = await world.linkFor('ops@example.com', 'sign_in');
    const visitor = world.visitor();
    for (let n = 0; n < 5; n += 1) expect((await visitor.get(link)).status).toBe(200);
    const page = await visitor.get(link);
    expect((await visitor.submit(page, {})).url).toBe(`${world.url}/workflows`);
    expect((await world.visitor().submit(page, {})).status).toBe(410);
    await world.advance('2h');
    await askForLink('ops@example.com');
    const late = world.visitor();
    const open = await late.get(await world.linkFor('ops@example.com', 'sign_in'));
    await world.advance('11m');
    expect((await late.submit(open, {})).status).toBe(410);
    await world.advance('2h');
  });

  test('writes three links an hour at most', async () => {
    const before = (await world.letters({ kind: 'sign_in' })).length;
    for (let n = 0; n < 6; n += 1) await askForLink('ops@example.com');
    expect((await world.letters({ kind: 'sign_in' })).length - before).toBe(3);
    await world.advance('2h');
  });

  test('ends on the server when the owner signs out', async () => {
    const owner = await signIn();
    const page = await owner.get('/workflows');
    expect(page.html).toContain('Expense approval');
    await owner.submit(page, {}, '/sign-out');
    expect((await owner.get('/workflows')).url).toBe(`${world.url}/sign-in`);
  });
});

describe('the guidance of a stage', () => {
  test('is shown as it will read and word by word as it changes, before it is saved', async () => {
    const owner = await signIn();
    const preview = await owner.submit(
      await owner.get(REVIEW),
      { text: 'Ordinary travel by **train** is fine.' },
      `${REVIEW}/preview`,
    );
    expect(preview.status).toBe(200);
    expect(preview.html).toContain('<strong>train</strong>');
    expect(preview.html).toMatch(/<ins[^>]*>/);
    expect(preview.html).toMatch(/<del[^>]*>/);
  });

  test('is saved as a new version with who and when, and an earlier wording can be restored', async () => {
    const owner = await signIn();
    const saved = await owner.submit(await owner.get(REVIEW), { text: 'New rule: <b>ask</b> first.' }, REVIEW);
    expect(saved.status).toBe(200);
    expect(saved.html).toContain('New rule: &lt;b&gt;ask&lt;/b&gt; first.');
    const newest = await world.portal.library.newest('expense-approval');
    expect(newest).toMatchObject({ version: 2, origin: 'guidance', publishedBy: 'ops@example.com' });
    expect(newest.source).toContain('# whoever started the run');
    const restored = await owner.submit(saved, { version: '1', basedOn: '2' }, `${REVIEW}/restoration`);
    expect(restored.status).toBe(200);
    const again = await world.portal.library.newest('expense-approval');
    expect(again.definition.stages.review?.guidance).toContain('Ordinary travel and meals');
    expect(again.version).toBe(3);
  });

  test('that somebody else changed meanwhile is not overwritten, and nothing that was typed is lost: 409', async () => {
    const [one, other] = [await signIn(), await signIn()];
    const [first, second] = [await one.get(REVIEW), await other.get(REVIEW)];
    await one.submit(first, { text: 'The first change.' }, REVIEW);
    const conflict = await other.submit(second, { text: 'The second change.' }, REVIEW);
    expect(conflict.status).toBe(409);
    expect(conflict.html).toContain('The first change.');
    expect(conflict.html).toContain('The second change.');
    expect((await world.portal.library.newest('expense-approval')).definition.stages.review?.guidance).toContain(
      'The first change.',
    );
  });

  test("of somebody else's workflow is not there for a signed-in stranger", async () => {
    const owner = await signIn();
    expect((await owner.get('/workflows/nothing/stages/review/guidance')).status).toBe(404);
    expect((await owner.get('/runs/01936b6e-0000-7000-8000-000000000000')).status).toBe(404);
  });
});

describe('a run, for its owner', () => {
  test('is found by its title, given to somebody else with a reason, and cancelled with one', async () => {
    const visitor = world.visitor();
    const form = await visitor.get('/start/expense-approval');
    await visitor.submit(form, {
      starter_email: 'emma@example.com',
      amount: '4021',
      purpose: 'Train',
      manager_email: 'mara@example.com',
    });
    const owner = await signIn();
    expect((await owner.get('/runs?q=nothing+like+it')).html).toContain('No runs here');
    for (const value of ['train', '4021', '%244%2C021.00', 'mara@example'])
      expect((await owner.get(`/runs?q=${value}`)).html).toContain('Expense of $4,021.00');
    for (const none of ['tra%25n', '402', 'trainer'])
      expect((await owner.get(`/runs?q=${none}`)).html).not.toContain('$4,021.00</');
    const list = await owner.get('/runs?q=4,021');
    const [, path = ''] = /href="(\/runs\/[0-9a-f-]{36})"/.exec(list.html) ?? [];
    const page = await owner.get(path);
    const [, handOff = ''] = /name="handOff" value="([^"]+)"/.exec(page.html) ?? [];
    const wrong = await owner.submit(page, { handOff, to: 'nobody', reason: 'Away' }, `${path}/reassignment`);
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('value="nobody"');
    await owner.submit(page, { handOff, to: 'deputy@example.com', reason: 'Mara is away' }, `${path}/reassignment`);
    expect((await world.letters({ to: 'mara@example.com', kind: 'moved' })).length).toBe(1);
    const given = await owner.get(path);
    expect(given.html).toContain('Mara is away');
    expect((await owner.submit(given, { reason: '' }, `${path}/cancellation`)).status).toBe(422);
    await owner.submit(given, { reason: 'Entered twice' }, `${path}/cancellation`);
    expect((await world.letters({ to: 'deputy@example.com', kind: 'withdrawn' })).length).toBe(1);
    expect((await owner.get(path)).html).toContain('Entered twice');
  });
});
