import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let key: string;

beforeAll(async () => {
  world = await openWorld();
  ({ key } = await createKey(world.portal, 'test'));
});

afterAll(() => world.close());

type Answer = { status: number; headers: Headers; json: Record<string, never> & { [name: string]: unknown } };

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(new URL(path, world.url), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, json: JSON.parse(await response.text()) };
}

const START = {
  workflow: 'expense-approval',
  data: { amount: '7,500.00', purpose: 'Train', manager_email: 'mara@example.com' },
  starter: { email: 'Emma@Example.com', name: 'Emma' },
};

describe('a program with a key', () => {
  test('starts a run and reads where it is, where its data came from and who has it, but no token', async () => {
    const { status, json } = await call('POST', '/api/v1/runs', START);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      workflow: 'expense-approval',
      version: 1,
      status: 'active',
      stage: 'review',
      title: 'Expense of $7,500.00',
    });
    await world.letters();
    const read = await call('GET', `/api/v1/runs/${json.id}`);
    expect(read.json).toMatchObject({
      status: 'active',
      stage: 'review',
      starter: { email: 'emma@example.com', name: 'Emma' },
      data: { amount: { value: '7500.00', shown: '$7,500.00', source: { from: 'trigger', by: 'test', stage: null } } },
      hand_offs: [{ stage: 'review', assignee: { email: 'mara@example.com' }, state: 'open' }],
    });
    const token = (await world.linkFor('mara@example.com')).split('/h/')[1] ?? 'none';
    for (const path of [`/api/v1/runs/${json.id}`, `/api/v1/runs/${json.id}/history`, '/api/v1/runs']) {
      expect(JSON.stringify((await call('GET', path)).json)).not.toContain(token);
    }
  });

  test('reads the history step by step', async () => {
    const { json } = await call('POST', '/api/v1/runs', START);
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor('mara@example.com')), { decision: 'reject', reason: 'No' });
    const { json: read } = await call('GET', `/api/v1/runs/${json.id}/history`);
    expect(read.history).toMatchObject([
      { seq: 1, type: 'started', happened: [{ what: 'started' }, { what: 'entered' }, { what: 'handed_off' }] },
      {
        seq: 2,
        type: 'answered',
        happened: [
          { what: 'answered' },
          { what: 'routed', to: 'rejected' },
          { what: 'entered' },
          { what: 'mailed' },
          { what: 'ended' },
        ],
      },
    ]);
  });

  test('that sends the same Idempotency-Key again gets the first run, even at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '/api/v1/runs', START, { 'idempotency-key': 'invoice-4021' })),
    );
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(9);
  });

  test('lists runs, newest first, by workflow and status', async () => {
    const { json } = await call('GET', '/api/v1/runs?workflow=expense-approval&status=active&limit=1');
    expect(json.runs).toHaveLength(1);
    expect(json.next).toBeTruthy();
    const next = await call('GET', `/api/v1/runs?workflow=expense-approval&limit=1&after=${json.next}`);
    expect(next.status).toBe(200);
  });
});

describe('a request that is wrong', () => {
  test.each([
    ['no such workflow', { ...START, workflow: 'nothing' }, 404, /workflow/],
    ['missing data', { ...START, data: { amount: 1 } }, 422, /purpose/],
    ['data of the wrong type', { ...START, data: { ...START.data, amount: 'lots' } }, 422, /amount/],
    ['undeclared data', { ...START, data: { ...START.data, colour: 'red' } }, 422, /colour/],
    ['no starter', { workflow: START.workflow, data: START.data }, 422, /starter/],
    ['a starter that is two', { ...START, starter: { email: 'a@b.example, c@d.example' } }, 422, /starter/],
    ['a file', { ...START, data: { ...START.data, receipt: 'cGRm' } }, 422, /receipt/],
    ['no JSON', '{"workflow":', 400, /JSON/],
  ])('%s: says what, and starts nothing', async (_, body, status, names) => {
    const [before] = await world.portal.sql`select count(*)::int as n from runs`;
    const answer = await call('POST', '/api/v1/runs', body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).toMatch(names);
    const [after] = await world.portal.sql`select count(*)::int as n from runs`;
    expect(after).toEqual(before);
  });

  test.each(['', 'Bearer nonsense', 'Basic YTpi', `Bearer baton_${'a'.repeat(43)}`])(
    'without a key (%j) is refused and told how: 401',
    async (authorization) => {
      const answer = await call('GET', '/api/v1/runs', undefined, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    },
  );

  test('for a run that does not exist: 404', async () => {
    for (const id of ['nonsense', '01936b6e-0000-7000-8000-000000000000'])
      expect((await call('GET', `/api/v1/runs/${id}`)).status).toBe(404);
  });
});

describe('the test clock', () => {
  test('tells the time and moves it forward, never back', async () => {
    const { json: before } = await call('GET', '/test/clock');
    const moved = await call('POST', '/test/clock', { advance: '2d' });
    expect(moved.status).toBe(200);
    expect(Date.parse(String(moved.json.now)) - Date.parse(String(before.now))).toBeGreaterThanOrEqual(2 * 86_400_000);
    expect((await call('POST', '/test/clock', { to: '2020-01-01T00:00:00Z' })).status).toBe(422);
    for (const wish of [{ advance: 'soon' }, {}, { to: 'tomorrow' }])
      expect((await call('POST', '/test/clock', wish)).status).toBe(422);
  });
});

test('health: the process lives, and it can do its work', async () => {
  expect((await call('GET', '/healthz')).status).toBe(200);
  expect((await call('GET', '/readyz')).status).toBe(200);
});
