import { type Definition, fieldOf, labelOf } from './definition.ts';
import { showValue } from './fields/field.ts';
import { type Facts, isFile, type ShownFact, type Value } from './values.ts';

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
