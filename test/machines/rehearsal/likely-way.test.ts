import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../../machines/check/read.ts';
import { compile, type Workflow } from '../../../machines/compile.ts';
import { startForm } from '../../../machines/definition.ts';
import { decisiveData, likelyWay } from '../../../machines/rehearsal/likely-way.ts';
import type { Value } from '../../../machines/values.ts';

const AT = '2026-03-02T09:00:00.000Z';
const STARTER = { email: 'eve@example.com', name: null };

function example(name: string): Workflow {
  const { definition } = readDefinition(readFileSync(`workflows/${name}.yaml`, 'utf8'), `${name}.yaml`);
  if (definition === null) throw new Error('The example cannot be read.');
  const settings = Object.fromEntries(Object.keys(definition.settings).map((name) => [name, 'https://example.com']));
  return { definition, machine: compile(definition, { portal: 'https://baton.example.com', settings }) };
}

function wayOf(workflow: Workflow, values: Record<string, Value>) {
  const origin = { from: 'trigger' as const, by: STARTER.email, stage: null, at: AT };
  const facts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
  const way = likelyWay(workflow, { starter: STARTER, facts, at: AT });
  return way && { ...way, steps: way.steps.map(({ actor, title }) => `${actor}: ${title}`) };
}

describe('the likely way of a request', () => {
  const expense = example('expense-approval');

  test('follows the amount: above the limit a second person has to agree', () => {
    const small = { amount: 10_000, manager_email: 'mara@example.com', purpose: 'Train' };
    expect(wayOf(expense, small)).toEqual({ title: 'Expense of $100.00', steps: ['Manager: Manager review'], depends: null });
    expect(wayOf(expense, { ...small, amount: 620_000 })).toEqual({
      title: 'Expense of $6,200.00',
      steps: ['Manager: Manager review', 'Finance: Second approval'],
      depends: null,
    });
  });

  test('says what it depends on as long as that is not filled in', () => {
    expect(wayOf(expense, {})).toEqual({ title: null, steps: ['Manager: Manager review'], depends: 'Amount' });
    expect([...decisiveData(expense.definition)]).toContain('amount');
    expect([...decisiveData(expense.definition)]).not.toContain('purpose');
  });

  test('looks into tables as the run would', () => {
    const spend = example('spend-approval');
    const values = { cost_centre: '4711', purpose: 'Chairs', needed_on: '2026-04-01' };
    expect(wayOf(spend, { ...values, amount: 50_000 })?.steps).toEqual(['Budget holder: Budget holder']);
    expect(wayOf(spend, { ...values, amount: 620_000 })?.steps).toEqual([
      'Budget holder: Budget holder',
      'Head of finance: Head of finance',
    ]);
    expect(wayOf(spend, { ...values, cost_centre: '9999', amount: 50_000 })?.steps[0]).toBe('Controlling: Name a budget holder');
  });

  const startable = readdirSync('workflows')
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace('.yaml', ''))
    .filter((name) => startForm(example(name).definition) !== null);

  test.each(startable)('can be said of %s, however little is filled in', (name) => {
    expect(wayOf(example(name), {})).toMatchObject({ steps: expect.any(Array) });
  });
});
