import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { type Definition, stageTitle } from '../../machines/definition.ts';
import { completeness, outlineOf } from '../../machines/outline.ts';

const FILES = readdirSync('workflows').filter((name) => name.endsWith('.yaml'));

function shipped(file: string): Definition {
  const { definition } = readDefinition(readFileSync(`workflows/${file}`, 'utf8'), file);
  if (definition === null) throw new Error(`${file} cannot be read.`);
  return definition;
}

describe.each(FILES)('the outline of %s', (file) => {
  const definition = shipped(file);
  const outline = outlineOf(definition);

  test('names every stage, in the order of the file, and every person who acts', () => {
    const headings = outline.split('\n').filter((line) => line.startsWith('### '));
    expect(headings).toEqual(
      Object.keys(definition.stages).map((key, index) => `### ${index + 1}. ${stageTitle(definition, key)}`),
    );
    for (const { actor } of Object.values(definition.stages))
      if (actor !== 'system') expect(outline).toContain(`**${definition.actors[actor]?.title}** acts.`);
  });

  test('tells of every mail, and says nothing in the language of programs', () => {
    const mails = Object.values(definition.stages).flatMap(({ components }) => components.filter(({ kind }) => kind === 'email'));
    expect(outline.match(/A mail to /g) ?? []).toHaveLength(mails.length);
    expect(outline).not.toMatch(/\{\{|\{%|undefined|\[object/);
  });
});

test('the outline of the expense approval reads as a procedure', () => {
  expect(outlineOf(shipped('expense-approval.yaml'))).toMatchSnapshot();
});

test('what is missing among the six is named with its stage', () => {
  const definition = shipped('expense-approval.yaml');
  const bare = structuredClone(definition);
  const review = bare.stages.review;
  if (review === undefined) throw new Error('The example has changed.');
  Object.assign(review, { guidance: '', due: undefined, remind: undefined, escalate: undefined });
  const empty = completeness(bare).filter(({ filled }) => !filled);
  expect(empty.map(({ name }) => name)).toEqual(expect.arrayContaining(['Steps', 'Hand-offs']));
  expect(empty.map(({ sentence }) => sentence).join(' ')).toContain(stageTitle(definition, 'review'));
});
