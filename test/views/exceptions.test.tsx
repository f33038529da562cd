import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import type { Definition } from '../../machines/definition.ts';
import { Diagram } from '../../views/parts/diagram.tsx';

function example(name: string): Definition {
  const { definition } = readDefinition(readFileSync(`workflows/${name}.yaml`, 'utf8'), `${name}.yaml`);
  if (definition === null) throw new Error('The example cannot be read.');
  return definition;
}

describe('ways for exceptions', () => {
  const html = String(<Diagram definition={example('deal-stages')} progress={null} />);

  test('are drawn as dashed arrows with when they are taken, and stand in words', () => {
    expect(html).toContain('arrow-exception');
    expect(html).toContain('not within 30 days: Negotiation');
    expect(html).toContain('more than 3 times:');
  });

  test('include whoever gets it when nobody answers', () => {
    const expense = String(<Diagram definition={example('expense-approval')} progress={null} />);
    expect(expense).toContain('stage-escalation');
    expect(expense).toContain('nobody answers, 4 days: to Finance');
  });
});

test('each way says how often it was taken, in the picture and in words', () => {
  const traffic = { runs: 12, ways: { 'review>revise': 7, 'review>pay': 1 }, escalations: { review: 3 } };
  const html = String(<Diagram definition={example('expense-approval')} progress={null} traffic={traffic} />);
  expect(html.match(/class="arrow-count"[^>]*>(\d+)/g)?.map((text) => text.replace(/.*>/, ''))).toEqual(['12', '1', '7']);
  expect(html).toContain('sent back: Correct the request (7 times)');
  expect(html).toContain('approved: Pay (once)');
  expect(html).toContain('4 days: to Finance · 3');
  expect(html).toContain('taken by the newest 12 runs');
});
