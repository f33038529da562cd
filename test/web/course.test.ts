import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { examine } from '../../server/doctor.ts';
import { type FamilyWorld, openFamily } from '../world/family.ts';
import type { Answers, Page, Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let owner: Visitor;

beforeAll(async () => {
  world = await openWorld();
  owner = await signedIn('ops@example.com');
});

afterAll(() => world.close());

async function signedIn(email: string): Promise<Visitor> {
  const visitor = world.visitor();
  await visitor.submit(await visitor.get('/sign-in'), { email });
  await visitor.submit(await visitor.get(await world.linkFor(email, 'sign_in')), {});
  return visitor;
}

let asked = 0;

/** Somebody asks for an expense; answers the run's id, and who is to answer. */
async function expense(amount = '120.00'): Promise<{ run: string; employee: string; manager: string }> {
  asked += 1;
  const [employee, manager] = [`employee${asked}@example.com`, `manager${asked}@example.com`];
  const visitor = world.visitor();
  const form = await visitor.get('/start/expense-approval');
  await visitor.submit(form, { starter_name: 'Eve', starter_email: employee, amount, purpose: 'Train', manager_email: manager });
  await world.advance('0s');
  const [row] = await world.portal.sql<{ id: string }[]>`select id from runs where starter_email = ${employee}`;
  return { run: row?.id ?? '', employee, manager };
}

async function where(run: string): Promise<string> {
  const [row] = await world.portal.sql<
    { status: string; stage: string | null }[]
  >`select status, stage from runs where id = ${run}`;
  return row?.stage ?? row?.status ?? '';
}

async function steered(run: string): Promise<unknown> {
  const rows = await world.portal.sql<
    { happened: { what: string }[] }[]
  >`select happened from history where run_id = ${run} order by seq`;
  return rows.flatMap(({ happened }) => happened).find(({ what }) => what === 'steered');
}

async function kinds(run: string): Promise<string[]> {
  return (await world.letters({ run })).map(({ kind, to }) => `${kind} ${to}`);
}

const course = (run: string, to: string): Promise<Page> => owner.get(`/runs/${run}/course?to=${to}`);
const steer = (run: string, page: Page, values: Answers): Promise<Page> => owner.submit(page, values, `/runs/${run}/course`);

describe('an owner changes the course of a run', () => {
  test('sees what will happen and who is written to before anything does', async () => {
    const { run, manager } = await expense();
    const before = await kinds(run);
    const page = await course(run, 'rejected');
    expect(page.html).toContain('Put it at Tell the employee');
    expect(page.html).toContain(`${manager} need not answer Manager review any more.`);
    expect(page.html).toContain('2 mails go out:');
    expect(page.html).toContain(`${manager}: note that it was withdrawn`);
    expect(page.html).toContain('About your expense of $120.00');
    expect(await where(run)).toBe('review');
    expect(await kinds(run)).toEqual(before);
  });

  test('jumps to a stage with a reason, which whoever had it is told, and whose link ends', async () => {
    const { run, employee, manager } = await expense();
    const link = await world.linkFor(manager);
    const page = await course(run, 'rejected');
    expect((await steer(run, page, { act: 'do', reason: '' })).html).toContain('Please give a reason.');
    expect(await where(run)).toBe('review');
    await steer(run, page, { act: 'do', reason: 'The project is over' });
    expect(await where(run)).toBe('done');
    expect(await kinds(run)).toEqual([
      `receipt ${employee}`,
      `hand_off ${manager}`,
      `withdrawn ${manager}`,
      `outcome ${employee}`,
    ]);
    expect((await world.letters({ run, kind: 'withdrawn' })).at(-1)?.text).toContain('The project is over');
    expect((await world.visitor().get(link)).html).not.toContain('name="decision"');
    expect(await steered(run)).toMatchObject({
      from: 'review',
      to: 'rejected',
      by: 'ops@example.com',
      reason: 'The project is over',
    });
    expect((await owner.get(`/runs/${run}`)).html).toContain('ops@example.com put the run at Tell the employee.');
  });

  test('is asked for what the run would lack there, and its answer counts as one', async () => {
    const { run, employee } = await expense('7500.00');
    const page = await course(run, 'on');
    expect(page.html).toContain('it needs what has not been gathered yet');
    expect(page.html).not.toContain('What will happen');
    expect((await steer(run, page, { act: 'do', decision: '', reason: 'Away' })).status).toBe(422);
    const seen = await steer(run, page, { act: 'look', decision: 'approve', reason: 'Away' });
    expect(seen.html).toContain('finance@example.com: hand-off');
    expect(await where(run)).toBe('review');
    await steer(run, seen, { act: 'do', decision: 'approve', reason: 'Away' });
    expect(await where(run)).toBe('second_approval');
    const facts = await world.portal.sql`select snapshot->'context'->'facts'->'decision' as decision from runs where id = ${run}`;
    expect(facts[0]?.decision).toMatchObject({ value: 'approve', origin: { from: 'answer', by: 'ops@example.com' } });
    expect(await world.letters({ run, to: employee, kind: 'outcome' })).toEqual([]);
  });

  test('goes back to a stage where the run has been, which is asked anew', async () => {
    const { run, manager } = await expense('9000.00');
    await course(run, 'on').then((page) => steer(run, page, { act: 'do', decision: 'approve', reason: 'Away' }));
    const page = await owner.get(`/runs/${run}`);
    expect(page.html).toContain('Back to Manager review');
    expect(page.html).toContain('On to Pay');
    await steer(run, await course(run, 'review'), { act: 'do', reason: 'The manager is back' });
    expect(await where(run)).toBe('review');
    expect(await world.letters({ run, to: manager, kind: 'hand_off' })).toHaveLength(2);
    expect((await world.visitor().get(await world.linkFor(manager))).html).toContain('name="decision"');
  });

  test('does nothing when the run has gone on since the page was made', async () => {
    const { run, manager } = await expense();
    const page = await course(run, 'rejected');
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor(manager)), { decision: 'revise', reason: 'More' });
    const late = await steer(run, page, { act: 'do', reason: 'Over' });
    expect(late.status).toBe(409);
    expect(late.html).toContain('It has gone on meanwhile.');
    expect(await where(run)).toBe('revise');
  });

  test('lets a run go on without a call that keeps failing, with what it would have brought', async () => {
    const { run, employee, manager } = await expense();
    const { answer } = world.sink;
    world.sink.answer = () => ({ status: 400, json: {} });
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor(manager)), { decision: 'approve', reason: '' });
    await world.advance('0s');
    world.sink.answer = answer;
    expect((await owner.get(`/runs/${run}`)).html).toContain('This run cannot go on by itself.');
    const page = await course(run, 'on');
    await steer(run, page, { act: 'do', payment_id: 'PAID-BY-HAND', reason: 'Paid by hand' });
    expect(await where(run)).toBe('done');
    expect((await world.letters({ run, to: employee, kind: 'outcome' })).at(-1)?.text).toContain('PAID-BY-HAND');
  });

  test.each(['on', 'cancel'])('makes a call no more that was still to be tried again (%s)', async (how) => {
    const { run, manager } = await expense();
    const { answer } = world.sink;
    world.sink.answer = () => ({ status: 503, json: {} });
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor(manager)), { decision: 'approve', reason: '' });
    await world.advance('0s');
    expect((await world.portal.sql`select state from outbox where run_id = ${run} and kind = 'http'`)[0]?.state).toBe('ready');
    if (how === 'on') await steer(run, await course(run, 'on'), { act: 'do', payment_id: 'BY-HAND', reason: 'Paid by hand' });
    else await owner.submit(await owner.get(`/runs/${run}`), { reason: 'Wrong' }, `/runs/${run}/cancellation`);
    world.sink.answer = answer;
    const before = world.sink.calls.length;
    await world.advance('6h');
    expect(world.sink.calls.length).toBe(before);
    expect(await where(run)).toBe(how === 'on' ? 'done' : 'cancelled');
    const page = await owner.get(`/runs/${run}`);
    expect(page.html).toContain('not sent, since it was not needed any more');
  });

  test('ends a run early, and its people are told', async () => {
    const { run, manager } = await expense();
    await steer(run, await course(run, 'end'), { act: 'do', reason: 'Settled by telephone' });
    expect(await where(run)).toBe('done');
    expect(await kinds(run)).toContain(`withdrawn ${manager}`);
  });

  test('has no say in the runs of others', async () => {
    const { run } = await expense();
    const other = await signedIn('people@example.com');
    expect((await world.visitor().get(`/runs/${run}/course?to=end`)).url).toBe(`${world.url}/sign-in`);
    expect((await other.get(`/runs/${run}/course?to=end`)).status).toBe(404);
    const page = await course(run, 'end');
    expect((await other.submit(page, { act: 'do', reason: 'Mine' }, `/runs/${run}/course`)).status).toBe(404);
    expect((await other.submit(page, { run, act: 'cancel', reason: 'Mine' }, '/runs/acts')).status).toBe(422);
    expect(await where(run)).toBe('review');
    expect((await course(run, 'nowhere')).status).toBe(404);
  });
});

describe('an owner acts on many runs at once', () => {
  test('sees what would happen to each, and which stay as they are, before anything does', async () => {
    const runs = [await expense(), await expense()];
    const ended = await expense();
    await steer(ended.run, await course(ended.run, 'end'), { act: 'do', reason: 'Over' });
    const list = await owner.get('/runs');
    const all = [...runs, ended].map(({ run }) => run);
    const page = await owner.submit(list, { run: all, act: 'cancel', reason: 'Wrong year' }, '/runs/acts');
    expect(page.html).toContain('Cancel 3 runs');
    expect(page.html).toContain('2 runs of 3 can do this');
    expect(page.html).toContain('Stays as it is: It has ended.');
    expect(page.html).toContain(`${runs[0]?.manager}: note that it was withdrawn`);
    expect(await where(runs[0]?.run ?? '')).toBe('review');
    const done = await owner.submit(page, {}, '/runs/acts');
    expect(done.html).toContain('2 runs done.');
    expect(await Promise.all(runs.map(({ run }) => where(run)))).toEqual(['cancelled', 'cancelled']);
    expect(await world.letters({ run: runs[1]?.run ?? '', kind: 'withdrawn' })).toHaveLength(1);
  });

  test('leaves out a run that went on between looking and doing', async () => {
    const { run, manager } = await expense();
    const page = await owner.submit(await owner.get('/runs'), { run, act: 'cancel', reason: 'Wrong' }, '/runs/acts');
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor(manager)), { decision: 'revise', reason: 'More' });
    expect((await owner.submit(page, {}, '/runs/acts')).html).toContain('Stays as it is: It has gone on meanwhile.');
    expect(await where(run)).toBe('revise');
  });

  test('acts on all that the list found, not only on those of the page', async () => {
    const { run, manager } = await expense();
    const list = await owner.get(`/runs?q=${manager}`);
    const page = await owner.submit(list, { all: 'yes', q: manager, workflow: '', status: '', act: 'remind' }, '/runs/acts');
    await owner.submit(page, {}, '/runs/acts');
    expect(await world.letters({ run, kind: 'reminder' })).toHaveLength(1);
  });

  test('is asked for a reason where one is needed, and for at least one run', async () => {
    const { run } = await expense();
    const list = await owner.get('/runs');
    expect((await owner.submit(list, { run, act: 'cancel', reason: '' }, '/runs/acts')).status).toBe(422);
    expect((await owner.submit(list, { act: 'remind' }, '/runs/acts')).status).toBe(422);
    expect(await where(run)).toBe('review');
  });
});

describe('a program acts on runs', () => {
  test('with a dry run first, and gives no data for people', async () => {
    const { run } = await expense();
    const { key } = await createKey(world.portal, 'operations');
    const act = async (body: Record<string, unknown>) => {
      const response = await fetch(`${world.url}/api/v1/acts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ runs: [run], ...body }),
      });
      return { status: response.status, body: await response.json() };
    };
    expect(await act({ act: 'go_on', reason: 'Away', dry_run: true })).toMatchObject({
      status: 200,
      body: { runs: [{ id: run, result: 'stays', why: expect.stringContaining('Your decision') }] },
    });
    const dry = await act({ act: 'put', stage: 'rejected', reason: 'Over', dry_run: true });
    expect(dry.body).toMatchObject({
      dry_run: true,
      runs: [{ result: 'would_do', mails: [expect.any(String), expect.any(String)] }],
    });
    expect(await where(run)).toBe('review');
    expect((await act({ act: 'put', stage: 'rejected', reason: 'Over' })).body).toMatchObject({ runs: [{ result: 'done' }] });
    expect(await where(run)).toBe('done');
    expect((await act({ act: 'cancel' })).status).toBe(422);
    expect((await act({ act: 'reopen', stage: 'review', reason: 'Again' })).body).toMatchObject({ runs: [{ result: 'done' }] });
    expect((await act({ act: 'give', to: 'else@example.com', reason: 'Holiday' })).body).toMatchObject({
      runs: [{ result: 'done' }],
    });
    expect(await world.linkFor('else@example.com')).toContain('/h/');
  });
});

describe('a run that waits for others', () => {
  let family: FamilyWorld;

  beforeAll(async () => {
    family = await openFamily();
  });

  afterAll(() => family.close());

  test('is put elsewhere with everything below taken back, each told once, and says that it waits no more', async () => {
    const run = await family.ask('opinions', ['ada', 'ben']);
    await family.answer(run, 'ada', 'yes');
    const visitor = family.world.visitor();
    await visitor.submit(await visitor.get('/sign-in'), { email: 'olga@example.com' });
    await visitor.submit(await visitor.get(await family.world.linkFor('olga@example.com', 'sign_in')), {});
    const page = await visitor.get(`/runs/${run}/course?to=end`);
    expect(page.html).toContain('1 run below is taken back');
    await visitor.submit(page, { act: 'do', reason: 'Decided elsewhere' }, `/runs/${run}/course`);
    await family.settle();
    expect((await family.status(run)).status).toBe('done');
    expect((await family.children(run)).map(({ key, state }) => [key, state])).toEqual([
      ['ada', 'arrived'],
      ['ben', 'withdrawn'],
    ]);
    const notes = (await family.world.letters({ kind: 'withdrawn' })).map(({ to }) => to);
    expect(notes).toEqual(['ben@example.com']);
    expect((await visitor.get(`/runs/${run}`)).html).toContain('The run no longer waits for them');
    const examined = await examine({ sql: family.world.portal.sql, library: family.world.portal.library });
    expect(examined.flatMap(({ wrong }) => wrong)).toEqual([]);
  });
});

test('every history folds to its snapshot, whatever owners did', async () => {
  const examined = await examine({ sql: world.portal.sql, library: world.portal.library });
  expect(examined.flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`))).toEqual([]);
});
