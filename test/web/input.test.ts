import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkIn, type Page, type Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const GOOD = {
  starter_email: 'emma@example.com',
  starter_name: 'Emma',
  amount: '100',
  purpose: 'Train',
  manager_email: 'mara@example.com',
};

async function send(values: Record<string, string | File>): Promise<{ visitor: Visitor; form: Page; page: Page }> {
  const visitor = world.visitor();
  const form = await visitor.get('/start/expense-approval');
  return { visitor, form, page: await visitor.submit(form, { ...GOOD, ...values }) };
}

async function runs(): Promise<number> {
  const [row] = await world.portal.sql<{ n: number }[]>`select count(*)::int as n from runs`;
  return row?.n ?? 0;
}

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{ secrets.PAYMENTS_TOKEN }}',
  "{{ 'x' | upcase }}{% assign a = 1 %}",
  '{% include "package.json" %}',
  '${7*7} #{7*7} <%= 7*7 %>',
  'javascript:alert(1)',
  '\u202Eevil\u202C',
  '=HYPERLINK("http://evil.example")',
  'Tab\tand\r\nBcc: victim@example.com',
];

describe('what a stranger types', () => {
  test.each(HOSTILE)('%j stays text on pages, in mails and in the call', async (text) => {
    const manager = `m${HOSTILE.indexOf(text)}@example.com`;
    const { page } = await send({ purpose: text, starter_name: text.slice(0, 60), manager_email: manager });
    expect(page.status).toBe(200);
    const [letter] = await world.letters({ to: manager });
    if (letter === undefined) throw new Error('No hand-off arrived.');
    const visitor = world.visitor();
    const open = await visitor.get(linkIn(letter));
    for (const html of [page.html, open.html, letter.html]) {
      expect(html).not.toMatch(/<script>alert|<img src=x|<[^>]* onerror=/);
      expect(html).not.toContain('tok_canary');
    }
    expect(Object.keys(letter.headers).map((name) => name.toLowerCase())).not.toContain('bcc');
    expect(letter.subject).not.toMatch(/[\r\n]/);
    expect(letter.to).toBe(manager);
    const decided = await visitor.submit(open, { decision: 'approve', reason: text });
    expect(decided.status).toBe(200);
    await world.letters();
    const call = world.sink.calls.at(-1);
    expect(JSON.stringify(call?.json)).not.toContain('tok_canary');
  });

  test('NUL bytes and halves of characters are taken out before they reach the database', async () => {
    const { page } = await send({ purpose: 'a\u0000b\uD800c', manager_email: 'nul@example.com' });
    expect(page.status).toBe(200);
    const [row] = await world.portal
      .sql`select snapshot->'context'->'facts'->'purpose'->>'value' as purpose from runs order by started_at desc limit 1`;
    expect(row?.purpose).toBe('ab\uFFFDc');
  });

  test('a text of a megabyte is refused beside its field, and what else was typed is kept', async () => {
    const before = await runs();
    const { page } = await send({ purpose: 'x'.repeat(1_000_000) });
    expect(page.status).toBe(422);
    expect(page.html).toContain('20,000 at most');
    expect(page.html).toContain('value="mara@example.com"');
    expect(await runs()).toBe(before);
  });

  test.each([
    ['amount', 'lots', 'Please give the amount'],
    ['amount', '-5', '0.01'],
    ['amount', '99999999999999999999', 'large'],
    ['amount', '1.0055', 'decimals'],
    ['starter_email', 'nobody', 'email address'],
    ['manager_email', '"x@evil.example x"@corp.example', 'email address'],
    ['manager_email', 'a@b.example, c@d.example', 'email address'],
    ['purpose', '   ', 'Please fill this in'],
  ])('%s = %j is refused with a sentence beside the field', async (field, typed, sentence) => {
    const before = await runs();
    const { page } = await send({ [field]: typed });
    expect(page.status).toBe(422);
    expect(page.html).toContain(`id="p-${field}"`);
    expect(page.html).toContain(sentence);
    expect(await runs()).toBe(before);
  });
});

describe('a file', () => {
  const pdf = new Uint8Array(Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF'));

  test('that is not what the field accepts is refused by its bytes, whatever its name says', async () => {
    for (const [name, content] of [
      ['page.pdf', '<html><script>alert(1)</script></html>'],
      ['drawing.png', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
      ['program.jpg', 'MZ\u0090\u0000'],
    ] as const) {
      const { page } = await send({ receipt: new File([content], name) });
      expect(page.status).toBe(422);
      expect(page.html).toContain('pdf, png, jpg');
    }
  });

  test('that is too large is refused beside its field', async () => {
    const { page } = await send({ receipt: new File([pdf, new Uint8Array(10.5 * 1024 * 1024)], 'big.pdf') });
    expect(page.status).toBe(422);
    expect(page.html).toContain('10 MB at most');
  });

  test('keeps its name without paths and control characters, and is only ever saved, never shown', async () => {
    const { page } = await send({ receipt: new File([pdf], '../../etc/"päss\u0000wd".pdf'), manager_email: 'file@example.com' });
    expect(page.status).toBe(200);
    const open = await world.visitor().get(await world.linkFor('file@example.com'));
    const [, href = ''] = /href="([^"]*\/files\/[^"]*)"/.exec(open.html) ?? [];
    const response = await fetch(new URL(href, world.url));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''/);
    expect(response.headers.get('content-disposition')).not.toContain('..');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(pdf);
  });

  test('of one hand-off cannot be had with the link of another', async () => {
    await send({ receipt: new File([pdf], 'mine.pdf'), manager_email: 'mine@example.com' });
    await send({ manager_email: 'yours@example.com' });
    const mine = await world.visitor().get(await world.linkFor('mine@example.com'));
    const [, file = ''] = /\/files\/([^"]*)"/.exec(mine.html) ?? [];
    const yours = await world.linkFor('yours@example.com');
    expect((await fetch(`${yours}/files/${file}`)).status).toBe(404);
  });
});

describe('a form', () => {
  test('sent twice starts one request', async () => {
    const before = await runs();
    const { visitor, form } = await send({});
    const again = await visitor.submit(form, GOOD);
    expect(again.status).toBe(200);
    expect(await runs()).toBe(before + 1);
  });

  test('that did not come from its own page is refused', async () => {
    const visitor = world.visitor();
    const form = await visitor.get('/start/expense-approval');
    expect((await visitor.submit(form, { ...GOOD, submission: 'made-up' })).status).toBe(403);
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a sub-domain that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
    ['nowhere', {}],
    ['its own origin but across sites', { origin: 'SELF', 'sec-fetch-site': 'cross-site' }],
  ])('that comes from %s changes nothing, whatever its content type', async (_, headers) => {
    const link = await handOff('foreign@example.com');
    const before = await runs();
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'SELF' ? new URL(world.url).origin : value]),
    );
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/json',
      'multipart/form-data; boundary=x',
      'x/y',
    ]) {
      for (const path of [
        '/start/expense-approval',
        `${new URL(link).pathname}/decision`,
        '/sign-in',
        '/sign-out',
        '/runs/x/cancellation',
      ]) {
        expect(await post(path, { ...sent, 'content-type': type })).toBe(403);
      }
    }
    expect(await runs()).toBe(before);
  });

  test('larger than any form is refused before it is read', async () => {
    const visitor = world.visitor();
    const page = await visitor.get('/start/expense-approval');
    const parts = Array.from({ length: 4 }, (_, n) => [`file${n}`, new File([new Uint8Array(9_000_000)], `${n}.pdf`)] as const);
    const refused = await visitor.submit(page, { ...GOOD, ...Object.fromEntries(parts) });
    expect(refused.status).toBe(413);
  });
});

test('every answer carries the protecting headers, errors too', async () => {
  for (const path of ['/', '/start/expense-approval', '/nowhere', '/h/x', '/sign-in', '/api/v1/runs', '/healthz', '/mailbox']) {
    const { headers } = await fetch(new URL(path, world.url));
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    expect(headers.get('content-security-policy'), path).not.toContain('unsafe');
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('referrer-policy'), path).toBe('same-origin');
    expect(headers.get('cache-control'), path).toBe('no-store');
  }
});

test('the mailbox is there for the machine itself alone', async () => {
  expect((await fetch(`${world.url}/mailbox.json`)).status).toBe(200);
  for (const header of ['x-forwarded-for', 'forwarded']) {
    expect((await fetch(`${world.url}/mailbox.json`, { headers: { [header]: '203.0.113.9' } })).status).toBe(404);
  }
});

async function handOff(manager: string): Promise<string> {
  await send({ manager_email: manager });
  return world.linkFor(manager);
}

/** fetch would add an origin of its own. */
function post(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, world.url), { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end('decision=approve');
  });
}
