import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import type { SubWorkflowComponent } from '../../machines/components/component.ts';
import { togetherSentences } from '../../machines/together.ts';

function callWith(lines: string): SubWorkflowComponent {
  const source = readFileSync('test/world/families/opinions.yaml', 'utf8').replace('wait: all', lines);
  const { definition, findings } = readDefinition(source, 'opinions.yaml');
  const found = definition?.stages.ask?.components[0];
  if (found?.kind !== 'sub_workflow') throw new Error(JSON.stringify(findings));
  return found;
}

const BASE = { asked: 5, until: null, timezone: 'Europe/Berlin', isOver: false };
const FIRST = 'This is one of 5 answers that are asked for.';

describe('whoever is asked as one of several is told', () => {
  test.each([
    ['wait: all', 'It goes on when everybody has answered.'],
    ['wait: any', 'The first answer decides.'],
    ['wait: { at_least: 3 }', 'It goes on as soon as 3 have answered, or no longer can.'],
    ['wait: { at_least: 60%, of: approved }', 'It goes on as soon as 60% count as “approved”, or no longer can.'],
    ['wait: { until: so_far.rejected >= 2 }', 'It goes on as soon as enough is known.'],
  ])('when it goes on: %s', (wait, sentence) => {
    expect(togetherSentences({ ...BASE, component: callWith(wait) })).toEqual([FIRST, sentence]);
  });

  test('which single answer decides, and by when it goes on', () => {
    const component = callWith('wait: all\n          veto: rejected');
    expect(togetherSentences({ ...BASE, component, until: '2026-03-04T16:00:00.000Z' })).toEqual([
      FIRST,
      'It goes on when everybody has answered.',
      'A single answer that counts as “rejected” decides for all.',
      'It goes on by Wednesday, 4 March 2026, 17:00 (Europe/Berlin) at the latest.',
    ]);
  });

  test('that it has gone on, once it has; and nothing where nobody else is asked', () => {
    const component = callWith('wait: all');
    expect(togetherSentences({ ...BASE, component, isOver: true })).toEqual([
      'It has gone on without this answer. What you send is kept, and shown as late.',
    ]);
    expect(togetherSentences({ ...BASE, component, asked: 1 })).toEqual([]);
  });
});
