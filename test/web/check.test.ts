import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createKey } from '../../server/api-keys.ts';
import { SARIF } from '../world/sarif.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let key: string;
let good: string;

beforeAll(async () => {
  world = await openWorld();
  ({ key } = await createKey(world.portal, 'test'));
  good = await readFile(new URL('../../workflows/expense-approval.yaml', import.meta.url), 'utf8');
});

afterAll(() => world.close());

function check(body: string, query = ''): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/yaml' };
  return fetch(new URL(`/api/v1/check${query}`, world.url), { method: 'POST', headers, body });
}

test('a program hears that a file is good', async () => {
  const response = await check(good);
  expect({ status: response.status, body: await response.json() }).toEqual({ status: 200, body: { findings: [] } });
});

test('a program hears what is wrong, where, and what to do about it; nothing is published', async () => {
  const response = await check(good.replace('guidance: |', 'guidence: |'), '?file=flows/mine.yaml');
  expect(await response.json()).toMatchObject({
    findings: [
      {
        file: 'flows/mine.yaml',
        line: 39,
        code: 'unknown_field',
        severity: 'error',
        remedy: expect.stringMatching(/^Did you mean guidance/),
      },
    ],
  });
  const newest = await world.portal.library.newest('expense-approval');
  expect(newest.version).toBe(1);
});

test('the same as SARIF', async () => {
  const response = await check(good.replace('guidance: |', 'guidence: |'), '?format=sarif');
  expect(response.headers.get('content-type')).toBe('application/sarif+json');
  expect(SARIF.parse(await response.json()).runs[0]?.results).toMatchObject([{ ruleId: 'unknown_field' }]);
});

test('a format that does not exist and a body that is too large are refused', async () => {
  expect((await check(good, '?format=xml')).status).toBe(422);
  expect((await check('#'.repeat(1_100_000))).status).toBe(413);
});

test('anybody may read the JSON Schema of workflow files', async () => {
  const response = await fetch(new URL('/schema/workflow.json', world.url));
  expect(response.headers.get('content-type')).toMatch(/^application\/schema\+json/);
  const { properties } = z.object({ properties: z.record(z.string(), z.unknown()) }).parse(await response.json());
  expect(Object.keys(properties)).toContain('stages');
});
