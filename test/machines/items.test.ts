import { expect, test } from 'vitest';
import { SUB_WORKFLOW_COMPONENT } from '../../machines/components/sub-workflow.ts';
import { plannedChildren } from '../../machines/items.ts';
import type { RunContext } from '../../machines/outcome.ts';
import type { Value } from '../../machines/values.ts';
import { EMMA, factsOf, workflowOver } from './cast.ts';

const DATA = {
  rows: { type: 'list', min: 0, of: { name: { type: 'text' }, index: { type: 'date', optional: true } } },
  kinds: { type: 'choices', options: { a: 'A', b: 'B' } },
  item: { type: 'text' },
  amount: { type: 'money', currency: 'EUR' },
};
const DEFINITION = workflowOver(DATA);

function planned(call: object, values: Record<string, Value>) {
  const component = SUB_WORKFLOW_COMPONENT.parse({ id: 'called', workflow: 'other', ...call });
  const context: RunContext = {
    run: 'run',
    starter: EMMA,
    startedAt: '2026-03-02T09:00:00.000Z',
    facts: factsOf(values),
    open: null,
    awaiting: null,
    attention: null,
    stage: 'only',
    rounds: {},
    ending: null,
    step: { at: '2026-03-02T09:00:00.000Z', fresh: '', numbered: 0, acting: null },
  };
  const parsed = { kind: 'sub_workflow' as const, ...component };
  return plannedChildren(parsed, DEFINITION, { portal: '', settings: {} }, context);
}

test('children with the same name are told apart, also from one that is called so anyway', () => {
  const rows = ['anna', 'anna (2)', 'anna', 'ben', 'anna', 'anna (2)'].map((name) => ({ name }));
  expect(planned({ each: 'rows' }, { rows }).children.map(({ key }) => key)).toEqual([
    'anna',
    'anna (2)',
    'anna (3)',
    'ben',
    'anna (4)',
    'anna (2) (2)',
  ]);
});

test('a child is given its number, unless the list has a column of that name, even where that is empty', () => {
  const numbers = planned({ each: 'kinds', with: { place: 'item.index' } }, { kinds: ['b', 'a'] });
  expect(numbers.children).toEqual([
    { key: 'b', input: { place: 1 } },
    { key: 'a', input: { place: 2 } },
  ]);
  const days = planned(
    { each: 'rows', with: { day: 'item.index' } },
    { rows: [{ name: 'x', index: '2026-03-02' }, { name: 'y' }] },
  );
  expect(days.children.map(({ input }) => input)).toEqual([{ day: '2026-03-02' }, {}]);
});

test('a single child is given data whatever they are called, and is called as they read', () => {
  const { common, children } = planned({ with: { what: 'item' }, key: 'amount' }, { item: 'Tea', amount: 750000 });
  expect(common).toEqual({ what: 'Tea' });
  expect(children).toEqual([{ key: '€7,500.00', input: {} }]);
});
