import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkIn, type Page, type Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let owner: Visitor;

beforeAll(async () => {
  world = await openWorld();
  owner = world.visitor();
  await owner.submit(await owner.get('/sign-in'), { email: 'ops@example.com' });
  const letter = (await world.letters({ to: 'ops@example.com', kind: 'sign_in' })).at(-1);
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  await owner.submit(await owner.get(linkIn(letter)), {});
});

afterAll(() => world.close());

const HERE = '/workflows/expense-approval/rehearsal';

function textOf({ html }: Page): string {
  return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

async function submit(page: Page, values: Record<string, string>): Promise<Page> {
  return owner.submit({ ...page, html: page.html.slice(page.html.indexOf('<form class="rehearse card"')) }, values, HERE);
}

test('an owner walks the live version as each person, and nothing is sent or kept', async () => {
  const start = await owner.get(HERE);
  const wrong = await submit(start, { amount: 'much' });
  expect(wrong.status).toBe(422);
  expect(wrong.html).toContain('id="p-amount"');
  const review = await submit(start, { amount: '7500', purpose: 'Fair', manager_email: 'mara@example.com' });
  expect(textOf(review)).toContain('Manager review: you are Manager (mara@example.com)');
  const late = await submit(review, { act: 'day' });
  expect(textOf(late)).toContain('mara@example.com : Expense of $7,500.00 (reminder)');
  const second = await submit(late, { decision: 'approve' });
  expect(textOf(second)).toContain('you are Finance (finance@example.com)');
  const call = await submit(second, { second_decision: 'approve' });
  expect(textOf(call)).toContain('The call payment');
  const failed = await submit(call, { act: 'fail' });
  expect(textOf(failed)).toContain('The call payment');
  const ended = await submit(failed, { act: 'return', 'returns.payment_id': 'pay_1' });
  expect(textOf(ended)).toContain('The run ended in Pay.');
  expect(await world.portal.sql`select id from runs`).toEqual([]);
  expect(await world.letters({ to: 'mara@example.com' })).toEqual([]);
});

test('a draft is rehearsed beside the live version; what is wrong with it is told by line', async () => {
  const source = readFileSync(new URL('../../workflows/expense-approval.yaml', import.meta.url), 'utf8');
  const start = await owner.get(HERE);
  const draft = await submit(start, { draft: source.replace('title: Manager review', 'title: First look'), act: 'again' });
  expect(textOf(draft)).toContain('a draft that is not published');
  const review = await submit(draft, { amount: '10', purpose: 'Train', manager_email: 'mara@example.com' });
  expect(textOf(review)).toContain('First look: you are Manager');
  const broken = await submit(start, { draft: source.replace('to: pay,', 'to: pya,'), act: 'again' });
  expect(broken.status).toBe(422);
  expect(textOf(broken)).toMatch(/Line \d+: There is no stage &quot;pya&quot;\. Did you mean pay\?/);
});

test('a hundred runs are played by chance, and reported in words', async () => {
  const report = await submit(await owner.get(HERE), { act: 'explore' });
  expect(textOf(report)).toContain('Every stage was reached. None stood still or broke.');
});

test('nobody else may rehearse: a visitor is sent to sign in', async () => {
  expect((await world.visitor().get(HERE)).url).toContain('/sign-in');
});
