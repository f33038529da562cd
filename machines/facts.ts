import { computedFrom } from './computed.ts';
import { type Definition, fieldOf, labelOf } from './definition.ts';
import type { Moment } from './expressions.ts';
import { showValue } from './fields/field.ts';
import { type Facts, isFile, type Origin, type ShownFact, type Value } from './values.ts';

/** The named facts in their order, ready to read; those that have not been gathered are left out. */
export function shownFacts(definition: Definition, facts: Facts, keys: readonly string[]): ShownFact[] {
  return keys.flatMap((key) => {
    const gathered = facts[key];
    return gathered === undefined ? [] : [shownFact(definition, key, gathered.value)];
  });
}

/** Answers as they are shown afterwards. */
export function shownAnswers(definition: Definition, answers: Record<string, Value>): ShownFact[] {
  return Object.entries(answers).map(([key, value]) => shownFact(definition, key, value));
}

function shownFact(definition: Definition, key: string, value: Value): ShownFact {
  return {
    key,
    label: labelOf(definition, key),
    text: showValue(fieldOf(definition, key), value),
    file: isFile(value) ? value : null,
  };
}

/** The facts with these values put over them, and everything that is computed from them made anew. */
export function withValues(
  definition: Definition,
  facts: Facts,
  values: Record<string, Value>,
  origin: Origin,
  moment: Moment,
): Facts {
  const gathered = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
  return withComputed(definition, { ...facts, ...gathered }, moment);
}

/** The facts without these, as if they had not been gathered. */
export function withoutValues(facts: Facts, keys: readonly string[]): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => !keys.includes(key)));
}

const computing = new WeakMap<Definition, boolean>();

/** The facts with everything that is computed made anew. A value that stays the same keeps its origin. */
export function withComputed(definition: Definition, facts: Facts, moment: Moment): Facts {
  const computes = computing.get(definition) ?? Object.values(definition.data).some(({ computed }) => computed !== undefined);
  computing.set(definition, computes);
  if (!computes) return facts;
  const { values, gone } = computedFrom({ definition, facts, moment });
  const next = withoutValues(facts, gone);
  for (const [key, value] of Object.entries(values)) {
    if (JSON.stringify(facts[key]?.value) === JSON.stringify(value)) continue;
    next[key] = { value, origin: { from: 'rule', by: key, stage: null, at: moment.at } };
  }
  return next;
}
