import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let headers: Record<string, string>;

beforeAll(async () => {
  world = await openWorld();
  headers = { authorization: `Bearer ${(await createKey(world.portal, 'rehearsals')).key}` };
});

afterAll(() => world.close());

async function post(path: string, body: unknown) {
  const response = await fetch(`${world.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, json: await response.json() };
}

const STARTS = { amount: 100, purpose: 'Train', manager_email: 'mara@example.com' };

test('a rehearsal answers where it stands after its moves, and leaves nothing behind', async () => {
  const first = await post('rehearsals', { workflow: 'expense-approval', starts_with: STARTS });
  expect(first).toMatchObject({
    status: 200,
    json: { stage: 'review', waits_for: { who: 'Manager (mara@example.com)', stage: 'review' } },
  });
  const moves = [
    { stage: 'review', answers: { decision: 'approve' } },
    { call: 'payment', returns: { payment_id: 'pay_1' } },
  ];
  const ended = await post('rehearsals', { workflow: 'expense-approval', starts_with: STARTS, moves });
  expect(ended.json).toMatchObject({ status: 'done', ended_in: 'pay', visited: ['review', 'pay'] });
  expect(ended.json.mails.map(({ kind }: { kind: string }) => kind)).toEqual(['receipt', 'hand_off', 'outcome']);
  expect(await world.letters()).toEqual([]);
  expect(await world.portal.sql`select id from runs`).toEqual([]);
});

test('a move that cannot be made says why, and what can be done instead', async () => {
  const { status, json } = await post('rehearsals', {
    workflow: 'expense-approval',
    starts_with: STARTS,
    moves: [{ stage: 'revise' }],
  });
  expect(status).toBe(422);
  expect(json.refused).toMatchObject({ move: 0, why: expect.stringContaining('waits in Manager review') });
  expect(json.before.stage).toBe('review');
});

test('a source that is not sound is refused with the places of its faults', async () => {
  const { status, json } = await post('rehearsals', { source: 'workflow: x\n' });
  expect(status).toBe(422);
  expect(json.error.problems[0].field).toMatch(/^source:\d+:\d+$/);
});

test('a hundred runs are played, and reported', async () => {
  const { status, json } = await post('rehearsals/explore', { workflow: 'expense-approval', runs: 50 });
  expect(status).toBe(200);
  expect(json).toMatchObject({ runs: 50, neverReached: [], deadEnds: [] });
});

test('the machine of a version is XState JSON', async () => {
  const response = await fetch(`${world.url}/api/v1/workflows/expense-approval/versions/1/machine`, { headers });
  expect(await response.json()).toMatchObject({
    id: 'expense-approval',
    initial: 'BEGIN',
    states: { review: { initial: '1_form' } },
  });
});
