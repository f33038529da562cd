import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { compile, type Workflow } from '../../machines/compile.ts';
import type { Definition } from '../../machines/definition.ts';
import type { Outcome } from '../../machines/outcome.ts';
import { startSections } from '../../machines/questions/asking.ts';
import { begin, step } from '../../machines/step.ts';
import type { Facts, Value } from '../../machines/values.ts';
import { EMMA, factsOf } from './cast.ts';

const DEAL = `
workflow: deal
title: Deal
owners: [olga@example.com]
actors: { seller: { title: Seller, from: trigger } }
data:
  price: { type: number }
  discount: { type: number }
  cut: { type: number }
  granted: { type: number, computed: "given(cut) ? cut : discount" }
  lines: { type: list, of: { what: { type: text }, verdict: { type: yes_no } } }
triggers: [{ form: { collects: [price, discount, { rows: lines, add: true, edit: [what] }] } }]
stages:
  talk:
    actor: seller
    components:
      - form: { id: look, collects: [{ rows: lines, edit: [verdict] }] }
      - decision:
          into: move
          outcomes:
            cheaper: { label: Cheaper, collects: [price] }
            less: { label: Less, limit: { data: cut, at_most: discount } }
            done: { label: Done, to: end }
    next: [{ to: talk, when: move != "done" }]
`;

const definition = read(DEAL);
const workflow: Workflow = { definition, machine: compile(definition, { portal: '', settings: {} }) };
const AT = '2026-03-02T09:00:00.000Z';

describe('what is asked with one outcome of a decision', () => {
  test('stays as it was when another outcome is chosen', () => {
    const cheaper = decided(begun(), { move: 'cheaper', price: 80 });
    expect(valuesOf(decided(cheaper, { move: 'done' })).price).toBe(80);
    expect(valuesOf(decided(begun(), { move: 'done' })).price).toBe(100);
  });

  test('but a limit belongs to the decision that it was given for', () => {
    const less = decided(begun(), { move: 'less', cut: 5 });
    expect(valuesOf(less)).toMatchObject({ cut: 5, granted: 5 });
    expect(valuesOf(decided(less, { move: 'cheaper', price: 90 }))).not.toHaveProperty('cut');
  });

  test('counts as gathered on the way that its outcome leads', () => {
    const asks = (to: string) =>
      `{ send: { label: Send, collects: [day], to: ${to} }, no: { label: "No", to: ${to === 'rest' ? 'end' : 'rest'} } }`;
    const source = (to: string) => `
workflow: sending
title: Sending
owners: [olga@example.com]
actors: { seller: { title: Seller, from: trigger } }
data: { why: { type: text }, day: { type: date } }
triggers: [{ form: { collects: [why] } }]
stages:
  ask: { actor: seller, components: [{ decision: { shows: [why], outcomes: ${asks(to)} } }] }
  rest: { actor: system, components: [{ wait: { until: day } }] }
`;
    expect(readDefinition(source('rest'), 'x.yaml').findings).toEqual([]);
    expect(readDefinition(source('end'), 'x.yaml').findings).toMatchObject([{ code: 'may_be_empty' }]);
  });
});

test('a computed number may fall back on another one when the first is not given', () => {
  expect(valuesOf(begun()).granted).toBe(20);
});

test('rows that begin with some of their columns leave the others for a later form', () => {
  const form = definition.triggers.find((trigger) => 'form' in trigger)?.form.collects ?? [];
  const [section] = startSections(definition, form);
  expect(section?.questions.at(-1)).toMatchObject({ is: 'rows', edit: ['what'], rows: { is: 'open' } });
  expect(valuesOf(looked(begun())).lines).toEqual([{ what: 'Desk', verdict: true }]);
});

function read(source: string): Definition {
  const { definition: found, findings } = readDefinition(source, 'deal.yaml');
  if (found === null) throw new Error(JSON.stringify(findings));
  return found;
}

function begun(): Outcome {
  const facts: Facts = factsOf({ price: 100, discount: 20, lines: [{ what: 'Desk' }] });
  return begin(workflow, { at: AT, fresh: fresh(1), run: fresh(0), starter: EMMA, trigger: 'form', facts });
}

function looked(outcome: Outcome): Outcome {
  return answered(outcome, { lines: [{ what: 'Desk', verdict: true }] });
}

function decided(outcome: Outcome, answers: Record<string, Value>): Outcome {
  return answered(looked(outcome), answers);
}

function answered({ snapshot }: Outcome, answers: Record<string, Value>): Outcome {
  const { open } = snapshot.context;
  if (open === null) throw new Error('Nobody is asked.');
  const about = { handOff: open.id, generation: open.generation, by: EMMA, answers, submission: 'x' };
  const next = step(workflow, snapshot, {
    type: 'answered',
    ...about,
    at: AT,
    fresh: fresh(Number.parseInt(open.id.slice(19, 23), 16) + 1),
  });
  if (next === null) throw new Error('The answer came too late.');
  return next;
}

function fresh(n: number): string {
  return `0195a000-0000-7000-${n.toString(16).padStart(4, '0')}-000000000000`;
}

function valuesOf({ snapshot }: Outcome): Record<string, Value> {
  return Object.fromEntries(Object.entries(snapshot.context.facts).map(([key, { value }]) => [key, value]));
}
