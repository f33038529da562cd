import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { LOOKS_AT } from '../../server/runs/search.ts';
import { publish } from '../world/publish.ts';
import { linkIn, type Page, type Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

const order = (workflow: string, owner: string) => `
workflow: ${workflow}
title: ${workflow === 'order' ? 'Order' : 'Loan'}
description: Things that are bought.
owners: [${owner}]
locale: de-DE
run_title: "${workflow === 'order' ? 'Order' : 'Loan'} for {{ starter.name }}"
actors:
  asker: { title: Asker, from: trigger }
  buyer: { title: Buyer, email: bob@example.com }
data:
  supplier: { type: text, label: Supplier }
  kind: { type: choice, label: Kind, options: { mach: Machines, offi: Office supplies } }
  amount: { type: money, currency: EUR, label: Amount }
  salary: { type: text, label: Salary, visible_to: [buyer] }
triggers:
  - form: { title: Order, collects: [supplier, kind, amount] }
stages:
  buy:
    title: Buy
    actor: buyer
    components:
      - form: { id: pay, shows: [supplier, kind, amount], collects: [salary] }
      - decision: { shows: [salary], outcomes: { done: { label: Done, to: end }, dropped: { label: Dropped, to: end } } }
`;

let world: World;
let olga: Visitor;
let otto: Visitor;
let headers: Record<string, string>;

beforeAll(async () => {
  world = await openWorld();
  await publish(world, order('order', 'olga@example.com'));
  await publish(world, order('loan', 'otto@example.com'));
  headers = { authorization: `Bearer ${(await createKey(world.portal, 'search')).key}`, 'content-type': 'application/json' };
  [olga, otto] = [await signIn('olga@example.com'), await signIn('otto@example.com')];
  await start('order', 'Ana', { supplier: 'Müller 100%_Stahl', kind: 'offi', amount: 7500 });
  await start('order', 'Ben', { supplier: 'Acme', kind: 'mach', amount: 20 });
  const cleo = await start('order', 'Cleo', { supplier: 'Acme', kind: 'offi', amount: 30 });
  await world.portal.actors.tell(cleo, { type: 'cancelled', by: 'olga@example.com', reason: 'Not needed' });
  await start('loan', 'Dan', { supplier: 'Acme', kind: 'offi', amount: 7500 });
  await confide('Secret42');
});

afterAll(() => world.close());

async function signIn(email: string): Promise<Visitor> {
  const visitor = world.visitor();
  await visitor.submit(await visitor.get('/sign-in'), { email });
  const [letter] = await world.letters({ to: email, kind: 'sign_in' });
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  await visitor.submit(await visitor.get(linkIn(letter)), {});
  return visitor;
}

async function start(workflow: string, name: string, data: Record<string, unknown>): Promise<string> {
  const starter = { email: `${name.toLowerCase()}@example.com`, name };
  const body = JSON.stringify({ workflow, data, starter });
  const response = await fetch(`${world.url}/api/v1/runs`, { method: 'POST', headers, body });
  const { id } = (await response.json()) as { id: string };
  return id;
}

/** The buyer of Ana's order gives what only buyers and owners may see. */
async function confide(salary: string): Promise<void> {
  const letters = await world.letters({ to: 'bob@example.com', kind: 'hand_off' });
  const letter = letters.find(({ subject }) => subject.includes('Order for Ana'));
  if (letter === undefined) throw new Error('The buyer got nothing.');
  const buyer = world.visitor();
  await buyer.submit(await buyer.get(linkIn(letter)), { salary });
}

/** The titles of the runs in a list. */
function titlesIn({ html }: Page): string[] {
  return [...html.matchAll(/<a href="\/runs\/[0-9a-f-]{36}">([^<]*)<\/a>/g)].map(([, title = '']) => title);
}

function countIn({ html }: Page): string {
  return /<p id="found">([^<]*)/.exec(html)?.[1] ?? '';
}

async function found(query: string, owner = olga): Promise<string[]> {
  return titlesIn(await owner.get(`/runs?${query}`));
}

type Listed = { runs: { title: string }[]; next: string | null; found: number; complete: boolean };

async function listed(query: string): Promise<Listed> {
  const response = await fetch(`${world.url}/api/v1/runs?${query}`, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as Listed;
}

describe('an owner who looks for runs', () => {
  test.each([
    ['a name that an answer has for people', 'q=office+supplies', ['Order for Cleo', 'Order for Ana']],
    ['words in the title and in two values', 'q=acme+ben+machines', ['Order for Ben']],
    ['an amount as it reads there', 'q=7.500,00', ['Order for Ana']],
    ['an amount as it reads elsewhere', 'q=7,500.00', ['Order for Ana']],
    ['a name without its accent', 'q=muller', ['Order for Ana']],
    ['signs that mean something to a database', 'q=100%25_stahl', ['Order for Ana']],
    ['a percent sign as such', 'q=m%25r', []],
    ['an underscore as such', 'q=acm_', []],
    ['the key of an answer', 'q=offi_', []],
    ['a quotation mark', "q=acme'", []],
    ['a character that no database takes', 'q=ac%00me', ['Order for Cleo', 'Order for Ben']],
    ['whoever has it now', 'q=bob%40', ['Order for Ben', 'Order for Ana']],
    ['a status', 'status=cancelled', ['Order for Cleo']],
    ['another status', 'status=active', ['Order for Ben', 'Order for Ana']],
    ['words and a status', 'q=acme&status=active', ['Order for Ben']],
    ['a workflow', 'workflow=order&q=acme', ['Order for Cleo', 'Order for Ben']],
    ['a status that there is not', 'status=nonsense&q=ben', ['Order for Ben']],
  ])('by %s finds what fits', async (_, query, titles) => {
    expect(await found(query)).toEqual(titles);
  });

  test('finds what everybody may see of their own workflows, and nothing of others', async () => {
    expect(await found('q=acme', otto)).toEqual(['Loan for Dan']);
    expect(await found('workflow=loan')).toEqual([]);
    expect(await found('q=dan')).toEqual([]);
  });

  test('finds what was said in confidence as its owner, and as nobody else', async () => {
    expect(await found('q=secret42')).toEqual(['Order for Ana']);
    expect(await found('q=secret42', otto)).toEqual([]);
    expect((await world.visitor().get('/runs?q=secret42')).url).toBe(`${world.url}/sign-in`);
  });

  test('is told how many there are', async () => {
    expect(countIn(await olga.get('/runs'))).toBe('3 runs.');
    expect(countIn(await olga.get('/runs?q=acme'))).toBe('2 runs found.');
    expect(countIn(await olga.get('/runs?q=acme&status=active'))).toBe('1 run found.');
  });

  test('is told what to do when there are none, and what was asked stays in the form', async () => {
    const page = await olga.get('/runs?q=acme+%22ben%22&status=done&workflow=order');
    expect(countIn(page)).toBe('No runs here fit all of this.');
    expect(page.html).toContain('Try fewer words');
    expect(page.html).toContain('href="/runs?workflow=order&amp;q=acme+%22ben%22"');
    expect(page.html).toContain('value="acme &quot;ben&quot;"');
    expect(page.html).toMatch(/<option value="done" selected/);
    expect(page.html).toMatch(/<option value="order" selected/);
    expect(page.html).toMatch(/<form[^>]*method="get" action="\/runs"/);
  });
});

describe('a program that looks for runs', () => {
  test('asks with the same words, and learns how many there are', async () => {
    expect(await listed('q=office+supplies&workflow=order')).toMatchObject({
      runs: [{ title: 'Order for Cleo' }, { title: 'Order for Ana' }],
      next: null,
      found: 2,
      complete: true,
    });
    expect(await listed('q=acme&status=cancelled')).toMatchObject({ runs: [{ title: 'Order for Cleo' }], found: 1 });
    expect(await listed('status=active&workflow=order')).toMatchObject({ found: 2, complete: true });
  });

  test('goes from page to page, each of which says how many there are on all', async () => {
    const first = await listed('q=acme&limit=2');
    expect(first).toMatchObject({ runs: [{ title: 'Loan for Dan' }, { title: 'Order for Cleo' }], found: 3 });
    const second = await listed(`q=acme&limit=2&after=${first.next?.toUpperCase()}`);
    expect(second).toMatchObject({ runs: [{ title: 'Order for Ben' }], next: null, found: 3 });
  });

  test('that names a workflow as none can be called is told so', async () => {
    const response = await fetch(`${world.url}/api/v1/runs?workflow=a%00b`, { headers });
    expect(response.status).toBe(422);
  });
});

describe('where there are very many runs', () => {
  beforeAll(async () => {
    // As many as one search looks at, all of them older than those above, and by the way enough for many pages.
    await world.portal.sql`
      insert into runs select (jsonb_populate_record(r, jsonb_build_object(
        'id', '00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), 'root_id', '00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
        'title', case when n <= 60 then 'Oldest ' else 'Old ' end || n))).*
      from runs r, generate_series(1, ${LOOKS_AT + 10}) n where r.title = 'Order for Cleo'`;
  });

  test('what was asked stays over the pages', async () => {
    const first = await olga.get('/runs?status=cancelled&q=old+acme&workflow=order');
    expect(titlesIn(first)).toHaveLength(50);
    const [, older = ''] = /<a href="([^"]*)">Older runs/.exec(first.html) ?? [];
    expect(older).toContain('workflow=order&amp;status=cancelled&amp;q=old+acme&amp;after=');
    const second = await olga.get(older.replaceAll('&amp;', '&'));
    expect(titlesIn(second)).toHaveLength(50);
    expect(titlesIn(second)).not.toContain(titlesIn(first).at(-1));
    expect(second.html).toMatch(/<a href="\/runs\?workflow=order&amp;status=cancelled&amp;q=old\+acme">Newest runs/);
  });

  test('a search says how far it looked, and goes on from there when asked to', async () => {
    const first = await olga.get('/runs?q=oldest');
    expect(countIn(first)).toBe('47 runs found among the newest 5,000. There may be older ones.');
    const all = await collect('/runs?q=oldest');
    expect(new Set(all).size).toBe(60);
    expect(all).toHaveLength(60);
    const none = await olga.get('/runs?q=nowhere');
    expect(countIn(none)).toBe('No runs here fit all of this, as far as was looked: through 5,000 runs at a time.');
    expect(none.html).toContain('Look at older runs');
    expect(await collect('/runs?q=nowhere')).toEqual([]);
  });

  test('a program gets to all of them by the same way', async () => {
    const titles: string[] = [];
    let next: string | null = null;
    do {
      const page: Listed = await listed(`q=oldest&limit=40${next === null ? '' : `&after=${next}`}`);
      titles.push(...page.runs.map(({ title }) => title));
      expect(page.complete).toBe(false);
      next = page.next;
    } while (next !== null);
    expect(new Set(titles).size).toBe(60);
  });

  async function collect(path: string): Promise<string[]> {
    const page = await olga.get(path);
    const [, older] = /<a href="([^"]*)">(?:Older runs|Look at older runs)/.exec(page.html) ?? [];
    return [...titlesIn(page), ...(older === undefined ? [] : await collect(older.replaceAll('&amp;', '&')))];
  }
});
