import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { createKey } from '../../server/api-keys.ts';
import { examine } from '../../server/doctor.ts';
import { linkIn, type Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

const WORKFLOW = 'expense-approval';
const DECIDE = '      - form: { id: decide, shows';

let world: World;
let owner: Visitor;
let key: string;

beforeAll(async () => {
  world = await openWorld();
  owner = await signedIn();
  ({ key } = await createKey(world.portal, 'test'));
});

afterAll(() => world.close());

async function signedIn(): Promise<Visitor> {
  const asking = world.visitor();
  await asking.submit(await asking.get('/sign-in'), { email: 'ops@example.com' });
  const letter = (await world.letters({ to: 'ops@example.com', kind: 'sign_in' })).at(-1);
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  const visitor = world.visitor();
  await visitor.submit(await visitor.get(linkIn(letter)), {});
  return visitor;
}

/** Publishes the newest version with these texts of it changed; answers its number. */
async function publish(...pairs: [string, string][]): Promise<number> {
  const newest = await world.portal.library.newest(WORKFLOW);
  const source = pairs.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The workflow does not say ${from}.`);
    return text.replace(from, to);
  }, newest.source);
  const { definition, findings } = readDefinition(source, 'test');
  if (definition === null) throw new Error(findings.map(({ message }) => message).join('\n'));
  const published = await world.portal.library.publish({ source, definition, origin: 'command', by: 'test', note: 'A test' });
  return published?.version ?? 0;
}

async function start(manager: string): Promise<string> {
  const visitor = world.visitor();
  await visitor.submit(await visitor.get(`/start/${WORKFLOW}`), {
    starter_email: 'emma@example.com',
    amount: '7500',
    purpose: 'Train',
    manager_email: manager,
  });
  const letter = (await world.letters({ to: manager, kind: 'hand_off' })).at(-1);
  return letter?.run ?? '';
}

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${world.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, json: JSON.parse(await response.text()) };
}

async function runAs(id: string) {
  return (await call('GET', `/runs/${id}`)).json;
}

describe('a run amid an open hand-off', () => {
  test('is moved by its owner, keeps its link, and the answer is taken under the new version', async () => {
    const run = await start('mara@example.com');
    const link = await world.linkFor('mara@example.com');
    await publish([DECIDE, `      - note: { text: Think twice. }\n${DECIDE}`], ['amount > 5000, label', 'amount > 9000, label']);
    expect((await owner.get(`/runs/${run}`)).html).toContain('version 1, the live one is 2');
    expect((await owner.get('/runs')).html).toContain('version 1, the live one is 2');
    expect(await runAs(run)).toMatchObject({ version: 1, live_version: 2 });

    const preview = await owner.get(`/workflows/${WORKFLOW}/move`);
    expect(preview.html).toContain('1 run can move, 0 cannot.');
    const without = await owner.submit(preview, { run, reason: ' ' }, `/workflows/${WORKFLOW}/move`);
    expect(without.status).toBe(422);
    expect(without.html).toContain('Please give a reason.');
    expect((await runAs(run)).version).toBe(1);
    const result = await owner.submit(preview, { run, to: '2', reason: 'A higher limit' }, `/workflows/${WORKFLOW}/move`);
    expect(result.html).toContain('1 run moved to version 2');
    expect(await runAs(run)).toMatchObject({ version: 2, stage: 'review', hand_offs: [{ state: 'open' }] });
    const page = await owner.get(`/runs/${run}`);
    expect(page.html).toContain('ops@example.com moved the run from version 1 to version 2.');
    expect(page.html).toContain('A higher limit');

    const mara = world.visitor();
    const open = await mara.get(link);
    expect(open.html).toContain('Think twice.');
    expect(open.html).toContain('Version 2 of Expense approval');
    await mara.submit(open, { decision: 'approve' });
    await world.letters();
    expect(await runAs(run)).toMatchObject({ version: 2, status: 'done' });
    const wrong = (await examine(world.portal)).flatMap((one) => one.wrong.map((line) => `${one.name}: ${line}`));
    expect(wrong).toEqual([]);
  });

  test('is still reminded and moved on at the times that its first version set', async () => {
    const run = await start('zoe@example.com');
    const to = await publish(['remind: 1 day\n    escalate', 'remind: 3 days\n    escalate']);
    await call('POST', `/workflows/${WORKFLOW}/move`, { to, runs: [run], reason: 'Fewer reminders' });
    await world.advance('25h');
    expect(await world.letters({ to: 'zoe@example.com', kind: 'reminder' })).toHaveLength(1);
    await world.advance('4d');
    expect(await world.letters({ run, kind: 'escalation' })).toHaveLength(1);
  });

  test('says in its mails for which version they are, and on the page of its starter', async () => {
    const run = await start('yves@example.com');
    const { version } = await runAs(run);
    const [receipt] = await world.letters({ run, kind: 'receipt' });
    expect(receipt?.text).toContain(`for version ${version} of this workflow`);
    const status = await world.visitor().get(await world.linkFor('emma@example.com', 'receipt'));
    expect(status.html).toContain(`Version ${version} of Expense approval`);
  });
});

describe('a program', () => {
  test('asks first what would happen, moves each run in a step of its own, and may ask again', async () => {
    const [one, other] = [await start('mia@example.com'), await start('max@example.com')];
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor('max@example.com')), {
      decision: 'revise',
      reason: 'Which train?',
    });
    const to = await publish([', revise: Send back }', ' }'], ['when: decision == "revise"', 'when: amount < 0']);
    const wish = { to, runs: [one, other], reason: 'No more sending back' };
    const expected = [
      { id: one, result: 'moves', why: null },
      { id: other, result: 'stays', why: 'Your decision is "Send back", which that version does not offer.' },
    ];
    const tried = await call('POST', `/workflows/${WORKFLOW}/move`, { ...wish, dry_run: true });
    expect(tried.json).toMatchObject({ to, dry_run: true, runs: expected });
    expect((await runAs(one)).version).toBe(to - 1);
    const done = await call('POST', `/workflows/${WORKFLOW}/move`, wish);
    expect(done.json.runs).toMatchObject([{ id: one, result: 'moved' }, expected[1]]);
    const again = await call('POST', `/workflows/${WORKFLOW}/move`, wish);
    expect(again.json.runs).toMatchObject([{ id: one, result: 'there' }, expected[1]]);
    const { json } = await call('GET', `/runs/${one}/history`);
    expect(json.history.filter(({ type }: { type: string }) => type === 'version_moved')).toHaveLength(1);
    const back = await call('POST', `/workflows/${WORKFLOW}/move`, { to: to - 1, runs: [one], reason: 'Back' });
    expect(back.json.runs).toMatchObject([{ id: one, result: 'moved' }]);
  });

  test('moved at the same moment by two, moves once', async () => {
    const run = await start('two@example.com');
    const to = await publish(['title: Manager review', 'title: Review by the manager']);
    const wish = { to, runs: [run], reason: 'Together' };
    await Promise.all([1, 2, 3].map(() => call('POST', `/workflows/${WORKFLOW}/move`, wish)));
    const { json } = await call('GET', `/runs/${run}/history`);
    expect(json.history.filter(({ type }: { type: string }) => type === 'version_moved')).toHaveLength(1);
  });

  test('lists versions with the runs on each, reads the source of one, and compares two in sentences', async () => {
    const { json } = await call('GET', `/workflows/${WORKFLOW}/versions`);
    expect(json.versions.at(-1)).toMatchObject({ version: 1, live: false, origin: 'file' });
    expect(json.versions[0]).toMatchObject({ live: true });
    const first = await call('GET', `/workflows/${WORKFLOW}/versions/1`);
    expect(first.json.source).toContain('workflow: expense-approval');
    const found = await call('GET', `/workflows/${WORKFLOW}/versions/1/differences/2`);
    expect(found.json.differences.map(({ text }: { text: string }) => text)).toEqual([
      'Manager review: the note 1 is new.',
      'Manager review now leads to Second approval when decision == "approve" && amount > 9000; before, when decision == "approve" && amount > 5000.',
    ]);
  });

  test.each([
    ['GET', '/workflows/nothing/versions', undefined, 404],
    ['GET', `/workflows/${WORKFLOW}/versions/99`, undefined, 404],
    ['GET', `/workflows/${WORKFLOW}/versions/x`, undefined, 404],
    ['POST', `/workflows/${WORKFLOW}/versions/99/restore`, undefined, 404],
    ['POST', `/workflows/${WORKFLOW}/move`, { to: 99 }, 404],
    ['POST', `/workflows/${WORKFLOW}/move`, { runs: ['x'] }, 422],
    ['POST', '/workflows/nothing/move', {}, 404],
  ])('%s %s with %j is refused: %i', async (method, path, body, status) => {
    expect((await call(method, path, body)).status).toBe(status);
  });
});

describe('an earlier version', () => {
  // Days have passed, and with them the session.
  beforeAll(async () => {
    owner = await signedIn();
  });

  test('shows what it changed, is brought back after a look at what changes, and nothing in between is lost', async () => {
    const list = await owner.get(`/workflows/${WORKFLOW}/versions`);
    expect(list.html).toContain('live');
    const page = await owner.get(`/workflows/${WORKFLOW}/versions/2`);
    expect(page.html).toContain('Manager review: the note 1 is new.');
    expect(page.html).toContain('title: Manager review');
    const live = (await world.portal.library.newest(WORKFLOW)).version;
    const restoration = `/workflows/${WORKFLOW}/versions/1/restoration`;
    const sure = await owner.get(restoration);
    expect(sure.html).toContain('is gone');
    expect((await world.portal.library.newest(WORKFLOW)).version).toBe(live);
    const done = await owner.submit(sure, {}, restoration);
    expect(done.html).toContain('it says what version 1 said');
    const newest = await world.portal.library.newest(WORKFLOW);
    expect(newest).toMatchObject({
      version: live + 1,
      origin: 'restore',
      publishedBy: 'ops@example.com',
      note: 'As in version 1',
    });
    expect(newest.source).toBe((await world.portal.library.version(WORKFLOW, 1)).source);
    expect((await call('POST', `/workflows/${WORKFLOW}/versions/1/restore`)).json).toEqual({
      version: newest.version,
      restored: false,
    });
    const stale = await owner.submit(sure, {}, restoration);
    expect(stale.status).toBe(409);
    expect((await world.portal.library.newest(WORKFLOW)).version).toBe(live + 1);
  });

  test('that does not exist, or of a workflow of somebody else, is not there', async () => {
    for (const path of [`/workflows/${WORKFLOW}/versions/99`, `/workflows/${WORKFLOW}/versions/0`, '/workflows/nothing/versions'])
      expect((await owner.get(path)).status).toBe(404);
    expect((await owner.get(`/workflows/${WORKFLOW}/move?to=99`)).status).toBe(404);
  });
});
