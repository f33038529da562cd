import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCESS } from '../../server/web/access.ts';
import { createApp } from '../../server/web/app.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

test('every route stands in the table of who may call it, and the table names no route that is gone', () => {
  const routes = new Set(createApp(world.portal).routes.flatMap(({ path }) => (path === '/*' || path === '*' ? [] : [path])));
  expect([...routes].filter((path) => !Object.hasOwn(ACCESS, path))).toEqual([]);
  expect(Object.keys(ACCESS).filter((path) => !routes.has(path))).toEqual([]);
});

const SAMPLE: Record<string, string> = {
  workflow: 'expense-approval',
  stage: 'review',
  run: '01936b6e-0000-7000-8000-000000000000',
  link: 'x',
  file: 'x',
  mail: 'x',
};

test.each(Object.entries(ACCESS).filter(([, who]) => who === 'owner'))(
  '%s sends a stranger to the sign-in page, and tells them nothing',
  async (pattern) => {
    const path = pattern.replace(/:(\w+)/g, (_, name: string) => SAMPLE[name] ?? 'x');
    const origin = new URL(world.url).origin;
    const answers = await Promise.all(
      ['GET', 'POST'].map((method) => fetch(`${world.url}${path}`, { method, redirect: 'manual', headers: { origin } })),
    );
    for (const { status, headers } of answers) {
      expect([303, 404]).toContain(status);
      if (status === 303) expect(headers.get('location')).toBe('/sign-in');
    }
    expect(answers.some(({ status }) => status === 303)).toBe(true);
  },
);

test.each(Object.entries(ACCESS).filter(([, who]) => who === 'key'))('%s answers nobody without a key', async (pattern) => {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => SAMPLE[name] ?? 'x');
  for (const method of /\/(events\/|check$)/.test(pattern) ? ['POST'] : pattern.endsWith('/runs') ? ['GET', 'POST'] : ['GET']) {
    expect((await fetch(`${world.url}${path}`, { method })).status).toBe(401);
  }
});
