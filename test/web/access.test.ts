import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS } from '../../server/web/access.ts';
import { paths } from '../../views/paths.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

test('every address of the contents page has its line in the table of who may call it', () => {
  expect(Object.values(paths).flatMap(({ pattern }) => (Object.hasOwn(ACCESS, pattern) ? [] : [pattern]))).toEqual([]);
});

describe('an address that is not there', () => {
  test('is a calm page, or JSON for a program', async () => {
    const page = await fetch(`${world.url}/nowhere`);
    expect(page.status).toBe(404);
    expect(await page.text()).toContain('There is no page at this address');
    const json = await fetch(`${world.url}/api/v1/nowhere`);
    expect(json.status).toBe(404);
    expect(await json.json()).toMatchObject({ error: { code: 'not_found' } });
  });

  test('is told from one that cannot be called in this way: 405, with what can be', async () => {
    const response = await fetch(`${world.url}/`, { method: 'DELETE', headers: { origin: new URL(world.url).origin } });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toContain('GET');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toContain('That is not possible here');
  });
});

describe('health', () => {
  test('the process lives and can do its work', async () => {
    expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
  });
});

test('what pages are made of comes from our own origin and is asked for again only when it changed', async () => {
  for (const path of [paths.style.to(), paths.htmx.to(), paths.script.to()]) {
    const first = await fetch(new URL(path, world.url));
    expect(first.status, path).toBe(200);
    const again = await fetch(new URL(path, world.url), { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    expect(again.status, path).toBe(304);
  }
});
