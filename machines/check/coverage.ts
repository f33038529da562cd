import type { ASTNode } from '@marcbachmann/cel-js';
import { dayAfter } from '../calendar.ts';
import { type Definition, fieldOf, labelOf } from '../definition.ts';
import { childrenOf, dataIn, judgeOf, treeOf } from '../expressions.ts';
import { celValueOf, type Field, readJson, showValue } from '../fields/field.ts';
import { exponentOf } from '../fields/money.ts';
import type { Facts, Value } from '../values.ts';
import { emptiableIn } from './emptiable.ts';

/**
 * Whether conditions cover every case. `covered`: in every case some of them holds. `gap`: in this case none does.
 * `unknown`: they compare what cannot be gone through case by case. `hits`: how many cases each takes as the first;
 * `overlap`: two that hold in one case. Both say something about all cases only when `whole` is true.
 */
export type Coverage = {
  is: 'covered' | 'gap' | 'unknown';
  gap: Case | null;
  hits: number[];
  overlap: { first: number; second: number; case: Case } | null;
  whole: boolean;
};

/** A case in words, and the facts that make it. */
export type Case = { words: string; facts: Facts };

const MOST_CASES = 4096;
const SOMEBODY = { starter: { email: 'somebody@example.com', name: null }, at: '2026-01-05T09:00:00.000Z' };

const known = new WeakMap<Definition, Map<string, Coverage>>();

/**
 * Goes through all cases that conditions can tell apart: of each datum they name the values just below, at and just
 * above each literal it is compared with (equivalence partitioning and boundary values, as in Myers, "The Art of
 * Software Testing"). Complete as long as each comparison sets a datum against literals.
 */
export function coverageOf(conditions: readonly string[], definition: Definition): Coverage {
  const all = known.get(definition) ?? new Map<string, Coverage>();
  known.set(definition, all);
  const name = JSON.stringify(conditions);
  const coverage = all.get(name) ?? explore(conditions, definition);
  all.set(name, coverage);
  return coverage;
}

/** Whether some of the conditions surely holds in every case. */
export function isExhaustive(conditions: readonly string[], definition: Definition): boolean {
  return coverageOf(conditions, definition).is === 'covered';
}

/** The values of a datum that conditions can tell apart; undefined stands for one that has not been given. */
export function candidatesOf(key: string, conditions: readonly string[], definition: Definition): (Value | undefined)[] {
  const seen = literalsIn(conditions, definition);
  return valuesFor(key, fieldOf(definition, key), seen.get(key) ?? NOTHING, emptiableIn(definition).has(key));
}

function explore(conditions: readonly string[], definition: Definition): Coverage {
  const literals = literalsIn(conditions, definition);
  const keys = [...new Set(conditions.flatMap((condition) => dataIn(condition, definition)))];
  const emptiable = emptiableIn(definition);
  const choices = keys.map((key) => ({
    key,
    values: valuesFor(key, fieldOf(definition, key), literals.get(key) ?? NOTHING, emptiable.has(key)),
  }));
  const size = choices.reduce((product, { values }) => product * Math.max(1, values.length), 1);
  const opaque = namesSomethingElse(conditions, definition) || [...literals.values()].some((one) => one.opaque);
  const coverage: Coverage = {
    is: 'covered',
    gap: null,
    hits: conditions.map(() => 0),
    overlap: null,
    whole: !opaque && size <= MOST_CASES,
  };
  const judgeFor = judgeOf(conditions, definition, SOMEBODY);
  for (let number = 0; number < Math.min(size, MOST_CASES); number += 1) {
    // With too many cases, a stride that shares no factor with them goes through all regions.
    const facts = factsOf(choices, size > MOST_CASES ? (number * 7919) % size : number);
    judge(conditions.length, judgeFor(facts), definition, facts, coverage);
  }
  if (coverage.gap !== null) coverage.is = 'gap';
  else if (!coverage.whole) coverage.is = 'unknown';
  return coverage;
}

function judge(count: number, holds: (index: number) => boolean, definition: Definition, facts: Facts, coverage: Coverage): void {
  let first: number | null = null;
  for (let index = 0; index < count; index += 1) {
    const held = verdict(holds, index);
    if (held === null) {
      coverage.whole = false;
      return;
    }
    if (!held) continue;
    if (first === null) {
      first = index;
      coverage.hits[index] = (coverage.hits[index] ?? 0) + 1;
    } else coverage.overlap ??= { first, second: index, case: caseOf(facts, definition) };
  }
  if (first === null) coverage.gap ??= caseOf(facts, definition);
}

function verdict(holds: (index: number) => boolean, index: number): boolean | null {
  try {
    return holds(index);
  } catch {
    return null;
  }
}

function caseOf(facts: Facts, definition: Definition): Case {
  const parts = Object.entries(facts).map(
    ([key, { value }]) => `${labelOf(definition, key)} is ${showValue(fieldOf(definition, key), value) || 'empty'}`,
  );
  return { facts, words: parts.length === 0 ? 'nothing has been given' : parts.join(' and ') };
}

function factsOf(choices: { key: string; values: (Value | undefined)[] }[], number: number): Facts {
  const facts: Facts = {};
  let rest = number;
  for (const { key, values } of choices) {
    const value = values[rest % Math.max(1, values.length)];
    rest = Math.floor(rest / Math.max(1, values.length));
    if (value !== undefined) facts[key] = { value, origin: { from: 'trigger', by: '', stage: null, at: SOMEBODY.at } };
  }
  return facts;
}

/** What conditions compare a datum with. `opaque`: something besides literals; `asked`: whether it is given at all. */
type Literals = { texts: Set<string>; numbers: Set<number>; opaque: boolean; asked: boolean };

const NOTHING: Literals = { texts: new Set(), numbers: new Set(), opaque: false, asked: false };

function literalsIn(conditions: readonly string[], definition: Definition): Map<string, Literals> {
  const found = new Map<string, Literals>();
  const of = (key: string) => {
    const one = found.get(key) ?? { texts: new Set(), numbers: new Set(), opaque: false, asked: false };
    found.set(key, one);
    return one;
  };
  for (const condition of conditions) collect(treeOf(condition, definition), definition, of);
  return found;
}

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in'];

function collect(node: ASTNode, definition: Definition, of: (key: string) => Literals): void {
  if (node.op === 'id') {
    if (node.args.startsWith('given__')) of(node.args.slice('given__'.length)).asked = true;
    else if (Object.hasOwn(definition.data, node.args) && definition.data[node.args]?.type !== 'yes_no')
      of(node.args).opaque = true;
    return;
  }
  const compared = COMPARISONS.includes(node.op) ? comparison(childrenOf(node)) : null;
  if (compared === null || !Object.hasOwn(definition.data, compared.key)) {
    for (const child of childrenOf(node)) collect(child, definition, of);
    return;
  }
  const literals = of(compared.key);
  for (const value of compared.values) {
    if (typeof value === 'string') literals.texts.add(value);
    else if (typeof value !== 'boolean') literals.numbers.add(Number(value));
  }
}

/** A datum set against literals; null when a comparison is anything else. */
function comparison(sides: ASTNode[]): { key: string; values: unknown[] } | null {
  const [one, other] = sides;
  if (one?.op === 'id' && other !== undefined) return withValues(one.args, [other]);
  if (other?.op === 'id' && one !== undefined) return withValues(other.args, [one]);
  // `x in [1, 2]`: the items of the list stand where childrenOf has flattened them.
  return null;
}

function withValues(key: string, nodes: ASTNode[]): { key: string; values: unknown[] } | null {
  const values: unknown[] = [];
  for (const node of nodes) {
    const negative = node.op === '-_' && node.args.op === 'value' ? -Number(node.args.args) : null;
    if (negative !== null) values.push(negative);
    else if (node.op === 'value') values.push(node.args);
    else if (node.op === 'list') {
      const inside = withValues(key, childrenOf(node));
      if (inside === null) return null;
      values.push(...inside.values);
    } else return null;
  }
  return { key, values };
}

function namesSomethingElse(conditions: readonly string[], definition: Definition): boolean {
  const outside = (node: ASTNode): boolean =>
    (node.op === 'id' && ['starter', 'today', 'now'].includes(node.args)) || childrenOf(node).some(outside);
  return conditions.some((condition) => outside(treeOf(condition, definition)));
}

function valuesFor(key: string, field: Field, literals: Literals, emptiable: boolean): (Value | undefined)[] {
  const values = distinctValues(key, field, literals);
  // A number that is not there cannot be judged; only rules that ask for it first may meet it.
  const countsAsEmpty = celValueOf(field, undefined) !== null;
  return literals.asked || (emptiable && countsAsEmpty) ? [undefined, ...values] : values;
}

function distinctValues(key: string, field: Field, { texts, numbers }: Literals): Value[] {
  switch (field.type) {
    case 'yes_no':
      return [true, false];
    case 'choice':
      return Object.keys(field.options);
    case 'choices':
      return subsets(Object.keys(field.options).slice(0, 6));
    case 'number':
      return numbersAround(numbers, field.decimals ?? 2, field.min, field.max);
    case 'money':
      return moneyAround(numbers, field, key);
    case 'date':
      return [
        ...new Set([...texts].flatMap((day) => [dayAfter(day, -1), day, dayAfter(day, 1)]).filter((day) => day !== '')),
      ].concat(texts.size === 0 ? ['2026-01-05'] : []);
    case 'text':
    case 'long_text':
    case 'email':
    case 'phone':
    case 'url':
    case 'date_time':
      return [
        ...[...texts].filter((text) => text !== ''),
        field.type === 'email' ? 'somebody.else@example.com' : 'something else',
      ];
    case 'file':
      return [{ id: 'file', name: 'file.pdf', type: 'application/pdf', size: 1, sha256: '' }];
    case 'person':
      return [{ email: 'somebody@example.com', name: null }];
    default:
      return [];
  }
}

/** Every way of choosing some of the keys, by the bits of a number. */
function subsets(keys: string[]): string[][] {
  return Array.from({ length: 2 ** keys.length - 1 }, (_, number) => keys.filter((_key, bit) => ((number + 1) >> bit) % 2 === 1));
}

/** Just below, at and just above each literal, and between them, as far as the field takes such values. */
function numbersAround(
  literals: ReadonlySet<number>,
  decimals: number,
  min = -Number.MAX_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): number[] {
  const step = 10 ** -decimals;
  const around = [...literals].flatMap((one) => [one - step, one, one + step].map((value) => Number(value.toFixed(decimals))));
  const ends = [min === -Number.MAX_SAFE_INTEGER ? -1 : min, max === Number.MAX_SAFE_INTEGER ? 1 : max];
  const values = [...new Set([...around, ...ends])].filter((value) => value >= min && value <= max);
  return values.length > 0 ? values.sort((one, other) => one - other) : [Math.max(min, 0)];
}

function moneyAround(literals: ReadonlySet<number>, field: Extract<Field, { type: 'money' }>, key: string): number[] {
  return numbersAround(literals, exponentOf(field.currency), field.min ?? 0, field.max).flatMap((major) => {
    const read = readJson(field, major, key);
    return read.ok && typeof read.value === 'number' ? [read.value] : [];
  });
}
