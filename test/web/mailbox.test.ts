import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Letter } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
  const visitor = world.visitor();
  await visitor.submit(await visitor.get('/start/expense-approval'), {
    starter_email: 'emma@example.com',
    amount: '100',
    purpose: 'Train',
    manager_email: 'mara@example.com',
  });
  await world.letters();
});

afterAll(() => world.close());

async function newest(): Promise<Letter> {
  const [letter] = (await (await fetch(`${world.url}/mailbox.json`)).json()) as Letter[];
  if (letter === undefined) throw new Error('The mailbox is empty.');
  return letter;
}

describe('the mailbox of a portal without a mail provider', () => {
  test('lists every mail, newest first, and shows each', async () => {
    const { html } = await world.visitor().get('/mailbox');
    const letter = await newest();
    expect(html).toContain(letter.id);
    const page = await world.visitor().get(`/mailbox/${letter.id}`);
    expect(page.html).toContain(letter.to);
    expect(page.html).toContain(`src="/mailbox/${letter.id}/html"`);
  });

  test('shows the HTML of a mail in a frame that can do nothing', async () => {
    const { headers } = await fetch(`${world.url}/mailbox/${(await newest()).id}/html`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain('sandbox');
    expect(policy).not.toContain('script');
    expect(policy).toContain("frame-ancestors 'self'");
  });

  test.each(['/mailbox/nothing', '/mailbox/00000000-0000-7000-8000-000000000000'])('has no mail at %s: 404', async (path) => {
    expect((await fetch(new URL(path, world.url))).status).toBe(404);
  });

  test.each(['/mailbox', '/mailbox.json'])(
    'does not answer %s to a page of another name that leads here (DNS rebinding)',
    async (path) => {
      expect(await statusFor(path, 'evil.example')).toBe(404);
      expect(await statusFor(path, `evil.example:${new URL(world.url).port}`)).toBe(404);
      expect(await statusFor(path, `localhost:${new URL(world.url).port}`)).toBe(200);
      expect(await statusFor(path, `[::1]:${new URL(world.url).port}`)).toBe(200);
    },
  );
});

describe('the payments to practise with', () => {
  test('answer the same key with the same reference', async () => {
    const pay = async (key: string) => {
      const response = await fetch(`${world.url}/practice/payments`, { method: 'POST', headers: { 'idempotency-key': key } });
      expect(response.status).toBe(201);
      return (await response.json()) as { id: string };
    };
    expect(await pay('one')).toEqual(await pay('one'));
    expect(await pay('one')).not.toEqual(await pay('other'));
  });

  test('are there for the machine itself alone', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    expect((await fetch(`${world.url}/practice/payments`, { method: 'POST', headers })).status).toBe(404);
  });
});

/** fetch would name the host itself. */
function statusFor(path: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, world.url), { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end();
  });
}
