import { dataIn, evaluate } from './expressions.ts';
import { celValueOf, type Field, readTyped } from './fields/field.ts';
import { exponentOf } from './fields/money.ts';
import type { Against } from './questions/read.ts';
import type { Value } from './values.ts';

/** The computed data that follows from the facts: what can be computed now, and the keys of what cannot. */
export function computedFrom(against: Against): { values: Record<string, Value>; gone: string[] } {
  const values: Record<string, Value> = {};
  const gone: string[] = [];
  let facts = against.facts;
  for (const [key, field] of Object.entries(against.definition.data)) {
    if (field.computed === undefined) continue;
    const value = computeOne(field, field.computed, { ...against, facts });
    if (value === null) gone.push(key);
    else values[key] = value;
    const { [key]: _, ...others } = facts;
    const origin = { from: 'rule' as const, by: key, stage: null, at: against.moment.at };
    facts = value === null ? others : { ...others, [key]: { value, origin } };
  }
  return { values, gone };
}

function computeOne(field: Field, expression: string, { definition, facts, moment }: Against): Value | null {
  const unanswered = dataIn(expression, definition).some(
    (name) => facts[name] === undefined && celValueOf(definition.data[name] ?? field, undefined) === null,
  );
  const result = unanswered
    ? orNothing(() => evaluate(expression, definition, facts, moment))
    : evaluate(expression, definition, facts, moment);
  if (result === null) return null;
  const plain = typeof result === 'bigint' ? Number(result) : result;
  if (typeof plain === 'number' && !Number.isFinite(plain)) return null;
  if (typeof plain === 'boolean') return field.type === 'yes_no' ? plain : null;
  const read = readTyped(unbounded(field), [typeof plain === 'number' ? plainNumber(field, plain) : String(plain)]);
  return read?.ok ? read.value : null;
}

/** Where a number is missing there may still be a value: the expression may ask first whether the number is given. */
function orNothing(evaluated: () => unknown): unknown {
  try {
    return evaluated();
  } catch {
    return null;
  }
}

/** A computed value is what it is: no limit that people are held to, no language in which it was typed. */
function unbounded(field: Field): Field {
  if (field.type === 'number') return { type: 'number', optional: false };
  return field.type === 'money'
    ? { type: 'money', optional: false, currency: field.currency, min: -Number.MAX_SAFE_INTEGER }
    : field;
}

/** Amounts are rounded to what their currency has, half away from zero as in commerce. */
function plainNumber(field: Field, value: number): string {
  if (field.type !== 'money') return String(value);
  const digits = exponentOf(field.currency);
  const rounded = Math.sign(value) * Number(`${Math.round(Number(`${Math.abs(value)}e${digits}`))}e-${digits}`);
  return rounded.toFixed(digits);
}
