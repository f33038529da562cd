import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { workflowSchema } from '../../machines/json-schema.ts';
import { EVERYTHING } from '../world/everything.ts';

const SCHEMA = workflowSchema();

test('the schema is one of draft 2020-12, of a map with nothing unknown in it', () => {
  expect(SCHEMA).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: expect.arrayContaining(['workflow', 'title', 'owners', 'triggers', 'stages']),
  });
});

test('every property in it says what it means', () => {
  expect(undescribed(SCHEMA, [])).toEqual([]);
});

const folder = new URL('../../workflows/', import.meta.url);
const shipped = readdirSync(folder).map((name) => ({ name, source: readFileSync(new URL(name, folder), 'utf8') }));
const reader = z.fromJSONSchema(SCHEMA);

test.each([...shipped, { name: 'everything', source: EVERYTHING }])('$name fits the schema', ({ source }) => {
  expect(reader.safeParse(parse(source)).error?.issues ?? []).toEqual([]);
});

test.each([
  ['a misspelt key', 'stagse: {}', ''],
  ['a type that does not exist', 'data: { amount: { type: monye } }', ''],
  ['a component that does not exist', '', '- fax: {}'],
])('%s does not fit it', (_, top, component) => {
  const source = `workflow: a\ntitle: A\nowners: [a@example.com]\ntriggers: [{ by_hand: {} }]\n${top}
stages: { one: { actor: system, components: [${component === '' ? '{ note: { text: Hello } }' : component.slice(2)}] } }`;
  expect(reader.safeParse(parse(source)).success).toBe(false);
});

/** The paths of all properties without a description. */
function undescribed(node: unknown, path: string[]): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const below = undescribed(value, [...path, key]);
    if (key !== 'properties' || typeof value !== 'object' || value === null) return below;
    const silent = Object.entries(value).filter(
      ([, property]) => !z.object({ description: z.string().min(1) }).safeParse(property).success,
    );
    return [...silent.map(([name]) => [...path, name].join('.')), ...below];
  });
}
