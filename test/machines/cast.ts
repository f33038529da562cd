import { DEFINITION, type Definition } from '../../machines/definition.ts';
import type { Facts, Person, Value } from '../../machines/values.ts';

/** A workflow of one stage over the given data. */
export function workflowOver(data: Record<string, object>, more: object = {}): Definition {
  return DEFINITION.parse({
    workflow: 'practice',
    title: 'Practice',
    owners: ['olga@example.com'],
    data,
    secrets: ['TOKEN'],
    settings: { URL: 'https://pay.example.com' },
    triggers: [{ by_hand: {} }],
    stages: { only: { actor: 'system', components: [{ note: { text: 'Nothing.' } }] } },
    ...more,
  });
}

/** The values as facts, all from the beginning of the run. */
export function factsOf(values: Record<string, Value>): Facts {
  const origin = { from: 'trigger' as const, by: 'emma@example.com', stage: null, at: '2026-03-02T09:00:00.000Z' };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
}

export const EMMA: Person = { email: 'emma@example.com', name: 'Emma' };
