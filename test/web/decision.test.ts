import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page, Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

/** Sends a request to a manager and opens the manager's page. */
async function asked(manager: string, more: Record<string, string> = {}): Promise<{ visitor: Visitor; open: Page }> {
  const visitor = world.visitor();
  const values = { starter_email: 'emma@example.com', amount: '100', purpose: 'Train', manager_email: manager, ...more };
  const form = await visitor.get('/start/expense-approval');
  const sent = await visitor.submit(form, values);
  expect(sent.status).toBe(200);
  return { visitor, open: await visitor.get(await world.linkFor(manager)) };
}

describe('the page of a hand-off', () => {
  test('says for whom it is, who asks, for what and by when', async () => {
    const { open } = await asked('whole@example.com', { starter_name: 'Emma' });
    expect(open.status).toBe(200);
    for (const text of [
      'whole@example.com',
      'Emma (emma@example.com)',
      'Expense of $100.00',
      'Train',
      'Please answer by',
      'policy',
    ]) {
      expect(open.html).toContain(text);
    }
    expect(open.html).not.toMatch(/<input[^>]*type="radio"[^>]*checked/);
  });

  test('needs a choice: sending it empty says so beside the field and records nothing', async () => {
    const { visitor, open } = await asked('empty@example.com');
    const refused = await visitor.submit(open, { reason: 'Because' });
    expect(refused.status).toBe(422);
    expect(refused.html).toContain('Please choose an answer');
    expect(refused.html).toContain('Because');
    expect((await visitor.submit(refused, { decision: 'approve' })).html).toContain('that is recorded');
  });

  test('is found again from the address that a refused form leaves in the browser', async () => {
    const { visitor, open } = await asked('reload@example.com');
    const refused = await visitor.submit(open, {});
    expect(new URL(refused.url).pathname).toMatch(/\/decision$/);
    const again = await visitor.get(refused.url);
    expect(again.status).toBe(200);
    expect(again.url).toBe(open.url);
  });

  test.each(['page', 'submission'])(
    'is the only one that may send its form: without its %s nothing is recorded',
    async (name) => {
      const { visitor, open } = await asked(`no-${name}@example.com`);
      const refused = await visitor.submit(open, { decision: 'approve', [name]: '' });
      expect(refused.status).toBe(403);
      expect(refused.html).toContain(`href="${new URL(open.url).pathname}"`);
      expect((await visitor.get(open.url)).html).toContain('Please answer by');
    },
  );

  test('does not take the token of another hand-off', async () => {
    const { open: other } = await asked('other-page@example.com');
    const { visitor, open } = await asked('own-page@example.com');
    const [, page = ''] = /name="page" value="([^"]*)"/.exec(other.html) ?? [];
    expect((await visitor.submit(open, { decision: 'approve', page })).status).toBe(403);
  });
});

describe('after a decision', () => {
  test('the receipt says what was answered and what comes next, but to nobody the address of the next', async () => {
    const { visitor, open } = await asked('next@example.com', { amount: '7500' });
    const receipt = await visitor.submit(open, { decision: 'approve', reason: 'Within budget' });
    expect(receipt.html).toContain('Within budget');
    expect(receipt.html).toContain('Next: Second approval, by Finance');
    expect(receipt.html).not.toContain('finance@example.com');
    await visitor.submit(await visitor.get(await world.linkFor('finance@example.com')), { second_decision: 'approve' });
    await world.letters();
    expect((await visitor.get(open.url)).html).toContain('This request is finished');
  });

  test('a person who has the next step too goes on at once, without a second mail', async () => {
    const visitor = world.visitor();
    const values = { starter_email: 'emma@example.com', amount: '7500', purpose: 'Fair', manager_email: 'finance@example.com' };
    await visitor.submit(await visitor.get('/start/expense-approval'), values);
    const before = (await world.letters({ to: 'finance@example.com' })).length;
    const open = await visitor.get(await world.linkFor('finance@example.com'));
    const next = await visitor.submit(open, { decision: 'approve' });
    expect(next.url).not.toBe(open.url);
    expect(next.html).toContain('Second approval');
    expect(next.html).toContain('name="second_decision"');
    expect(await world.letters({ to: 'finance@example.com' })).toHaveLength(before);
  });

  test('a request that comes back has its earlier answers filled in; a second decision is made anew', async () => {
    const { visitor, open } = await asked('round@example.com', { starter_email: 'back@example.com' });
    await visitor.submit(open, { decision: 'revise', reason: 'The receipt is missing' });
    const revise = await visitor.get(await world.linkFor('back@example.com', 'hand_off'));
    expect(revise.html).toContain('The receipt is missing');
    expect(revise.html).toContain('value="100.00"');
    await visitor.submit(revise, { amount: '90', purpose: 'Train, second class' });
    const second = await visitor.get(await world.linkFor('round@example.com'));
    expect(second.html).toContain('$90.00');
    expect(second.html).toContain('This is round 2');
    expect(second.html).not.toContain('The receipt is missing');
    await visitor.submit(second, { decision: 'revise', reason: 'Still missing' });
    const again = await visitor.get(await world.linkFor('back@example.com', 'hand_off'));
    expect(again.html).toContain('value="90.00"');
  });

  test('two answers at once are one: the other is told which came first', async () => {
    const { visitor, open } = await asked('race@example.com');
    const pages = await Promise.all(
      ['approve', 'reject', 'approve', 'reject'].map((decision, n) =>
        visitor.submit(open, { decision, submission: `sending ${n}` }),
      ),
    );
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });
});
