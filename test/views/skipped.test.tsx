import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { Diagram, skippedIn } from '../../views/parts/diagram.tsx';

const { definition } = readDefinition(readFileSync('workflows/vendor-onboarding.yaml', 'utf8'), 'vendor-onboarding.yaml');
if (definition === null) throw new Error('The example cannot be read.');

const LEFT_OUT = [
  { what: 'entered' as const, stage: 'details', round: 1 },
  { what: 'entered' as const, stage: 'legal_review', round: 1 },
  { what: 'skipped' as const, stage: 'legal_review', because: 'Small orders need no look.' },
  { what: 'entered' as const, stage: 'finance_review', round: 1 },
];

test('a stage that was left out is marked as such, with the reason in the picture and in words', () => {
  const way = LEFT_OUT.flatMap((one) => (one.what === 'entered' ? [one.stage] : []));
  const progress = { way, skipped: skippedIn(LEFT_OUT), here: 'finance_review', attention: false };
  const html = String(<Diagram definition={definition} progress={progress} />);
  expect(html).toContain('stage-skipped');
  expect(html).toContain('<title>Small orders need no look.</title>');
  expect(html).toContain('(left out: Small orders need no look.)');
  expect(html.match(/stage-been/g)).toHaveLength(1);
});

test('a stage that was left out once and done later counts as done', () => {
  expect(skippedIn([...LEFT_OUT, { what: 'entered', stage: 'legal_review', round: 2 }])).toEqual({});
});
