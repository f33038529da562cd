import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLinks } from '../../server/hand-offs/links.ts';
import { openBrowser } from '../world/browser.ts';
import { linkIn } from '../world/visitor.ts';
import { openWorld, TEST_SECRET, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

async function handOffTo(manager: string): Promise<string> {
  const visitor = world.visitor();
  const form = await visitor.get('/start/expense-approval');
  await visitor.submit(form, {
    starter_email: 'emma@example.com',
    amount: '100',
    purpose: 'Secret trip to Rome',
    manager_email: manager,
  });
  const [letter] = await world.letters({ to: manager });
  if (letter === undefined) throw new Error('No hand-off arrived.');
  return linkIn(letter);
}

async function everything(): Promise<string> {
  const { sql } = world.portal;
  const tables = ['runs', 'history', 'hand_offs', 'hand_off_moves', 'outbox', 'messages', 'mails', 'sessions', 'sign_ins'];
  const sums = await Promise.all(
    tables.map(
      (table) =>
        sql`select ${table} as name, count(*)::int as n, md5(string_agg(t::text, '|' order by t::text)) as sum from ${sql(table)} t`,
    ),
  );
  return JSON.stringify(sums);
}

describe('opening a link changes nothing', () => {
  test('by GET and HEAD a hundred times, and its button still works', async () => {
    const link = await handOffTo('reader@example.com');
    const before = await everything();
    for (let n = 0; n < 100; n += 1) {
      const response = await fetch(link, { method: n % 2 === 0 ? 'GET' : 'HEAD' });
      expect(response.status).toBe(200);
      await response.text();
    }
    expect(await everything()).toBe(before);
    const visitor = world.visitor();
    const decided = await visitor.submit(await visitor.get(link), { decision: 'approve' });
    expect(decided.status).toBe(200);
    expect(decided.html).toContain('that is recorded');
  });

  test('by a browser that runs every script and waits, as mail scanners do', async () => {
    const link = await handOffTo('scanned@example.com');
    const before = await everything();
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      for (let n = 0; n < 5; n += 1) {
        await page.goto(link, { waitUntil: 'networkidle' });
        await page.mouse.move(100, 300);
        await page.waitForTimeout(400);
      }
    } finally {
      await browser.close();
    }
    expect(await everything()).toBe(before);
  });
});

describe('a link that does not open its hand-off', () => {
  test('with any one bit changed is not complete: 404', async () => {
    const link = await handOffTo('bits@example.com');
    const { origin, pathname } = new URL(link);
    const bytes = Buffer.from(pathname.slice('/h/'.length), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const response = await fetch(`${origin}/h/${changed.toString('base64url')}`);
      expect(response.status, `bit ${bit}`).toBe(404);
      expect(await response.text()).toContain('This link is not complete');
    }
  });

  test('made under the key of another portal says so: 403', async () => {
    const link = await handOffTo('other-key@example.com');
    const verified = world.portal.links.verify('hand-off', link.split('/h/')[1] ?? '');
    if (verified.is !== 'good') throw new Error('The link should be good.');
    const foreign = createLinks(`not ${TEST_SECRET}`).mint('hand-off', verified.linked);
    const page = await world.visitor().get(`/h/${foreign}`);
    expect(page.status).toBe(403);
    expect(page.html).toContain('another portal');
    expect(page.html).not.toContain('Rome');
  });

  test('to something else under the right key opens nothing: 404', async () => {
    const run = world.portal.links.mint('run', { id: world.portal.clock.fresh(), generation: 0 });
    const hand = world.portal.links.mint('hand-off', { id: world.portal.clock.fresh(), generation: 1 });
    expect((await world.visitor().get(`/h/${run}`)).status).toBe(404);
    expect((await world.visitor().get(`/h/${hand}`)).status).toBe(404);
    expect((await world.visitor().get(`/s/${run}`)).status).toBe(404);
  });

  test('that was withdrawn says who did it and why, and nothing else: 410', async () => {
    const link = await handOffTo('withdrawn@example.com');
    await world.portal.actors.tell(await runOf(link), { type: 'cancelled', by: 'ops@example.com', reason: 'Entered twice' });
    const visitor = world.visitor();
    const page = await visitor.get(link);
    expect(page.status).toBe(410);
    expect(page.html).toContain('ops@example.com');
    expect(page.html).toContain('Entered twice');
    expect(page.html).not.toContain('Rome');
    const [letter] = await world.letters({ to: 'withdrawn@example.com', kind: 'withdrawn' });
    expect(letter?.subject).toBeTruthy();
  });

  test("that went to somebody else says to whom, shows nobody's data, and decides nothing: 410", async () => {
    const link = await handOffTo('moved@example.com');
    const visitor = world.visitor();
    const open = await visitor.get(link);
    const handOff = world.portal.links.verify('hand-off', link.split('/h/')[1] ?? '');
    if (handOff.is !== 'good') throw new Error('The link should be good.');
    await world.portal.actors.tell(await runOf(link), {
      type: 'reassigned',
      handOff: handOff.linked.id,
      to: { email: 'deputy@example.com', name: null },
      by: 'ops@example.com',
      reason: 'Mara is away',
    });
    const page = await visitor.get(link);
    expect(page.status).toBe(410);
    expect(page.html).toContain('deputy@example.com');
    expect(page.html).not.toContain('Rome');
    const late = await visitor.submit(open, { decision: 'approve' });
    expect(late.status).toBe(410);
    const deputy = await visitor.get(await world.linkFor('deputy@example.com'));
    expect(deputy.html).toContain('Rome');
  });

  test('that was decided shows the receipt, and a second answer is refused: 409', async () => {
    const link = await handOffTo('decided@example.com');
    const visitor = world.visitor();
    const open = await visitor.get(link);
    await visitor.submit(open, { decision: 'approve' });
    const receipt = await visitor.get(link);
    expect(receipt.status).toBe(200);
    expect(receipt.html).toContain('Approve');
    const again = await visitor.submit(open, { decision: 'reject', submission: 'another one' });
    expect(again.status).toBe(409);
    expect(again.html).toContain('already answered');
  });

  test('and the same form sent twice is one answer', async () => {
    const link = await handOffTo('twice@example.com');
    const visitor = world.visitor();
    const open = await visitor.get(link);
    await visitor.submit(open, { decision: 'approve' });
    const again = await visitor.submit(open, { decision: 'approve' });
    expect(again.status).toBe(200);
    expect(again.html).toContain('that is recorded');
  });
});

test('a database that is stolen opens nothing: no link stands in it', async () => {
  const link = await handOffTo('stolen@example.com');
  const token = link.split('/h/')[1] ?? '';
  const { sql } = world.portal;
  for (const table of ['runs', 'history', 'hand_offs', 'outbox', 'messages', 'files', 'sign_ins', 'versions']) {
    const rows = await sql`select count(*)::int as n from ${sql(table)} t where t::text like ${`%${token.slice(0, 40)}%`}`;
    expect([table, rows[0]?.n]).toEqual([table, 0]);
  }
});

async function runOf(link: string): Promise<string> {
  const handOff = world.portal.links.verify('hand-off', link.split('/h/')[1] ?? '');
  const id = handOff.is === 'good' ? handOff.linked.id : '';
  const [row] = await world.portal.sql<{ run_id: string }[]>`select run_id from hand_offs where id = ${id}`;
  return row?.run_id ?? '';
}
