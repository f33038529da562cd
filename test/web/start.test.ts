import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hiddenIn } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const FORM = '/start/expense-approval';
const GOOD = {
  starter_email: 'emma@example.com',
  starter_name: 'Emma',
  amount: '100',
  purpose: 'Train',
  manager_email: 'mara@example.com',
};
const PDF = new Uint8Array(Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF'));

describe('the first page', () => {
  test('says what Baton is and leads to the form, the mailbox and the sign-in', async () => {
    const { html } = await world.visitor().get('/');
    for (const href of [FORM, '/mailbox', '/sign-in']) expect(html).toContain(`href="${href}"`);
  });
});

describe('the form that starts a request', () => {
  test('asks who you are first, and says what may be left out', async () => {
    const { html } = await world.visitor().get(FORM);
    const order = ['starter_name', 'starter_email', 'amount', 'purpose', 'receipt', 'manager_email'];
    const places = order.map((name) => html.indexOf(`name="${name}"`));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
    expect(html).toMatch(/Receipt<span class="optional"> \(optional\)/);
    expect(html).toMatch(/name="starter_email"[^>]*autocomplete="email"/);
  });

  test('says who will have to act, as far as what is filled in tells', async () => {
    const visitor = world.visitor();
    const page = await visitor.get(FORM);
    expect(page.html).toContain('What follows depends on: Amount.');
    const large = await visitor.submit(page, { ...GOOD, amount: '6,200', refresh: 'way' });
    expect(large.html).toMatch(/Expense of \$6,200\.00<\/strong> needs, if everybody agrees:/);
    expect(large.html).toMatch(/Manager <span class="quiet">\(Manager review\).*Finance <span class="quiet">\(Second approval\)/);
    const small = await visitor.submit(large, { ...GOOD, amount: '100', refresh: 'way' });
    expect(small.html).not.toContain('Second approval');
    const depends = await visitor.get('/start/spend-approval');
    expect(depends.html).toContain('Who has to act on it depends on: Cost centre.');
  });

  test('leads to the page that shows where the request is', async () => {
    const visitor = world.visitor();
    const page = await visitor.submit(await visitor.get(FORM), GOOD);
    expect(page.status).toBe(200);
    expect(new URL(page.url).pathname).toMatch(/^\/s\//);
    expect(page.html).toContain('Expense of $100.00');
    expect(page.html).toContain('mara@example.com');
  });

  test('keeps a file that was chosen while something else is put right', async () => {
    const visitor = world.visitor();
    const refused = await visitor.submit(await visitor.get(FORM), {
      ...GOOD,
      amount: 'lots',
      manager_email: 'kept@example.com',
      receipt: new File([PDF], 'taxi.pdf'),
    });
    expect(refused.status).toBe(422);
    expect(refused.html).toContain('taxi.pdf');
    expect(refused.html).toMatch(/<title>Please check: /);
    const sent = await visitor.submit(refused, { ...GOOD, manager_email: 'kept@example.com' });
    expect(sent.status).toBe(200);
    expect((await visitor.get(await world.linkFor('kept@example.com'))).html).toContain('taxi.pdf');
  });

  test('takes no file by a reference that it has not signed', async () => {
    const visitor = world.visitor();
    const values = { ...GOOD, manager_email: 'forged@example.com', 'kept.receipt': world.portal.clock.fresh() };
    await visitor.submit(await visitor.get(FORM), values);
    expect((await visitor.get(await world.linkFor('forged@example.com'))).html).not.toContain('/files/');
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('takes no harm from a field named %s', async (name) => {
    const visitor = world.visitor();
    const page = await visitor.submit(await visitor.get(FORM), { ...GOOD, [name]: 'x' });
    expect(page.status).toBe(200);
  });

  test('drops what it did not ask for', async () => {
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(FORM), { ...GOOD, manager_email: 'extra@example.com', decision: 'approve' });
    const [row] = await world.portal.sql`
      select snapshot->'context'->'facts' as facts from runs order by started_at desc, id desc limit 1`;
    expect(Object.keys(row?.facts ?? {})).not.toContain('decision');
  });

  test('that was not sent from its own page leads back to it', async () => {
    const visitor = world.visitor();
    const page = await visitor.submit(await visitor.get(FORM), { ...GOOD, submission: 'made-up' });
    expect(page.status).toBe(403);
    expect(page.html).toContain(`href="${FORM}"`);
  });

  test('leads a browser with scripts on by a header, since it would put the next page into this one', async () => {
    const visitor = world.visitor();
    const body = new FormData();
    const form = await visitor.get(FORM);
    for (const [name, value] of Object.entries({ ...hiddenIn(form.html), ...GOOD })) body.set(name, value);
    const headers = { origin: new URL(world.url).origin, 'hx-request': 'true' };
    const response = await fetch(new URL(FORM, world.url), { method: 'POST', body, headers, redirect: 'manual' });
    expect(response.status).toBe(200);
    expect(response.headers.get('hx-redirect')).toMatch(/^\/s\//);
  });

  test('of a workflow that is not there, or that nobody may start by form, is not there: 404', async () => {
    expect((await world.visitor().get('/start/nothing-of-the-kind')).status).toBe(404);
    expect((await world.visitor().get('/start/morning-feedback-check')).status).toBe(404);
  });
});

describe('the page that shows where a request is', () => {
  test('asks again by itself while something may still happen, and no longer once it has ended', async () => {
    const visitor = world.visitor();
    const open = await visitor.submit(await visitor.get(FORM), { ...GOOD, manager_email: 'poll@example.com' });
    expect(open.html).toContain('hx-trigger="every 10s"');
    await visitor.submit(await visitor.get(await world.linkFor('poll@example.com')), { decision: 'reject', reason: 'No' });
    await world.letters();
    const ended = await visitor.get(open.url);
    expect(ended.html).toContain('Finished on');
    expect(ended.html).not.toContain('hx-trigger');
  });

  test('names who has it now, and of those before only what they are', async () => {
    const visitor = world.visitor();
    const start = await visitor.get(FORM);
    const open = await visitor.submit(start, { ...GOOD, amount: '7500', manager_email: 'before@example.com' });
    await visitor.submit(await visitor.get(await world.linkFor('before@example.com')), { decision: 'approve' });
    const { html } = await visitor.get(open.url);
    const [, standing = ''] = /<div id="standing"[^>]*>(.*?)<h2>What you sent/s.exec(html) ?? [];
    expect(standing).toContain('finance@example.com');
    expect(standing).not.toContain('before@example.com');
    expect(standing).toContain('Manager answered');
  });

  test('says what may come where the way forks', async () => {
    const visitor = world.visitor();
    const open = await visitor.submit(await visitor.get(FORM), { ...GOOD, manager_email: 'fork@example.com' });
    expect(open.html).toContain('Then, depending on the answer: Second approval, Pay, Correct the request or Tell the employee');
  });
});
