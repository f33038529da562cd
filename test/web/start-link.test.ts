import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let key: string;

beforeAll(async () => {
  world = await openWorld();
  ({ key } = await createKey(world.portal, 'shop'));
});

afterAll(() => world.close());

const REST = { starter_name: '', starter_email: 'eve@example.com', purpose: 'Train' };

async function link(data: Record<string, unknown>, workflow = 'expense-approval') {
  const response = await fetch(`${world.url}/api/v1/workflows/${workflow}/start-links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  });
  const body = (await response.json()) as { url?: string; error?: { problems?: { field: string }[] } };
  return { status: response.status, url: body.url ?? '', problems: body.error?.problems ?? [] };
}

describe('a link to a start form that brings answers along', () => {
  test('shows them, asks for the rest, and starts the run with them, whatever else is sent', async () => {
    const { url, status } = await link({ amount: '6200.00', manager_email: 'mara@example.com' });
    expect(status).toBe(201);
    const visitor = world.visitor();
    const page = await visitor.get(url);
    expect(page.html).toContain('$6,200.00');
    expect(page.html).not.toContain('name="amount"');
    expect(page.html).toMatch(/Expense of \$6,200\.00<\/strong> needs/);
    const wrong = await visitor.submit(page, { ...REST, purpose: '', amount: '1.00' });
    expect(wrong.status).toBe(422);
    await visitor.submit(wrong, { ...REST, amount: '1.00', manager_email: 'eve@example.com' });
    await world.advance('0s');
    const [run] = await world.portal.sql<{ title: string; facts: Record<string, { origin: { by: string } }> }[]>`
      select title, snapshot->'context'->'facts' as facts from runs where starter_email = 'eve@example.com'`;
    expect(run?.title).toBe('Expense of $6,200.00');
    expect(run?.facts.amount?.origin.by).toBe('the API key "shop"');
    expect(run?.facts.purpose?.origin.by).toBe('eve@example.com');
    expect(await world.letters({ to: 'mara@example.com', kind: 'hand_off' })).toHaveLength(1);
  });

  test('is refused when anything in it was changed, or when it belongs to another form', async () => {
    const { url } = await link({ amount: '6200.00' });
    const sealed = new URL(url).searchParams.get('given') ?? '';
    const [body = '', code = ''] = sealed.split('.');
    const cheaper = Buffer.from(Buffer.from(body, 'base64url').toString().replace('6200', '9200')).toString('base64url');
    const visitor = world.visitor();
    for (const given of [`${cheaper}.${code}`, `${body}.${code.slice(0, -1)}`, body, 'x', `${sealed}x`]) {
      const page = await visitor.get(`/start/expense-approval?given=${given}`);
      expect(page.status).toBe(422);
      expect(page.html).toContain('This link was changed on its way');
    }
    expect((await visitor.get(`/start/spend-approval?given=${sealed}`)).status).toBe(422);
    const form = await visitor.get(url);
    expect((await visitor.submit(form, { ...REST, given: `${cheaper}.${code}`, manager_email: 'm@example.com' })).status).toBe(
      422,
    );
  });

  test('brings only what the form asks, in values that fit', async () => {
    expect((await link({ decision: 'approve' })).problems).toEqual([{ field: 'data.decision', message: expect.any(String) }]);
    expect((await link({ amount: 'much' })).problems).toEqual([{ field: 'data.amount', message: expect.any(String) }]);
    expect((await link({ purpose: 'x'.repeat(3000) })).status).toBe(422);
    expect((await link({}, 'quarterly-audits-of-nobody')).status).toBe(404);
  });

  test('is made by an owner on a page, too', async () => {
    const owner = world.visitor();
    await owner.submit(await owner.get('/sign-in'), { email: 'ops@example.com' });
    await owner.submit(await owner.get(await world.linkFor('ops@example.com', 'sign_in')), {});
    const path = '/workflows/expense-approval/start-link';
    expect((await owner.get('/workflows/expense-approval')).html).toContain(`href="${path}"`);
    const page = await owner.get(path);
    expect((await owner.submit(page, { amount: 'much' }, path)).status).toBe(422);
    const made = await owner.submit(page, { amount: '45.50' }, path);
    const [, url = ''] = /id="link" type="text" readonly="" value="([^"]+)"/.exec(made.html) ?? [];
    expect((await world.visitor().get(url.replaceAll('&amp;', '&'))).html).toContain('$45.50');
  });
});
