import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { largeDefinition } from '../../bench/large-definition.ts';
import { readDefinition } from '../../machines/check/read.ts';
import { KINDS } from '../../machines/components/component.ts';
import type { Definition } from '../../machines/definition.ts';
import { FIELD_TYPES } from '../../machines/fields/field.ts';

const FOLDER = new URL('../../workflows/', import.meta.url);

const shipped: [string, Definition | null][] = readdirSync(FOLDER).map((name) => [
  name,
  readDefinition(readFileSync(new URL(name, FOLDER), 'utf8'), name).definition,
]);

test('every type of field and every component is at work in a shipped workflow', () => {
  const fields = shipped.flatMap(([, definition]) => Object.values(definition?.data ?? {}).map(({ type }) => type));
  const kinds = shipped.flatMap(([, definition]) =>
    Object.values(definition?.stages ?? {}).flatMap(({ components }) => components.map(({ kind }) => kind)),
  );
  expect(FIELD_TYPES.filter((type) => !fields.includes(type))).toEqual([]);
  expect(KINDS.filter((kind) => !kinds.some((one) => one === kind))).toEqual([]);
});

test.each(shipped)('%s is introduced in a sentence, and every person in it knows what to do', (name, definition) => {
  expect(readFileSync(new URL(name, FOLDER), 'utf8')).toMatch(/^# [A-Z]/);
  expect(definition?.description).toMatch(/\.$/);
  const asked = Object.entries(definition?.stages ?? {}).filter(([, { actor }]) => actor !== 'system');
  expect(asked.filter(([, { guidance }]) => guidance === '').map(([key]) => key)).toEqual([]);
});

test('the definition of 200 stages that the bench checks is sound', () => {
  expect(readDefinition(largeDefinition(), 'large.yaml').findings).toEqual([]);
});
