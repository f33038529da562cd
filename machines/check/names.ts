import type { ASTNode } from '@marcbachmann/cel-js';
import type { Definition } from '../definition.ts';
import { childrenOf, type Extra, treeOf } from '../expressions.ts';
import { celValueOf } from '../fields/field.ts';

/** How much is known of a datum: nothing, that it was asked but may be empty, or that it has a value. */
export type Level = 0 | 1 | 2;
/** A datum that is named, and what has to be known of it there. */
export type Need = { key: string; need: 1 | 2; offset: number };

/**
 * What an expression needs so that it can be judged: a number has to be there, a text may be empty. What it asks for
 * first with `given(x) &&` it does not need. `known`: data of which a rule before said that they are given.
 */
export function needsOf(
  expression: string,
  definition: Definition,
  known: ReadonlySet<string> = new Set(),
  extra?: Extra,
): Need[] {
  return needs(treeOf(expression, definition, extra), definition, known);
}

/** The data that are surely given when an expression holds (`whenTrue`), or when it does not. */
export function givenWhen(expression: string, definition: Definition, whenTrue: boolean): Set<string> {
  return given(treeOf(expression, definition), definition, whenTrue);
}

function needs(node: ASTNode, definition: Definition, known: ReadonlySet<string>): Need[] {
  if (node.op === 'id') return named(node, definition, known);
  if (node.op === '&&' || node.op === '||') {
    const [left, right] = node.args;
    const after = new Set([...known, ...given(left, definition, node.op === '&&')]);
    return [...needs(left, definition, known), ...needs(right, definition, after)];
  }
  if (node.op === '?:') {
    const [condition, yes, no] = node.args;
    return [
      ...needs(condition, definition, known),
      ...needs(yes, definition, new Set([...known, ...given(condition, definition, true)])),
      ...needs(no, definition, new Set([...known, ...given(condition, definition, false)])),
    ];
  }
  return childrenOf(node).flatMap((child) => needs(child, definition, known));
}

function named(node: Extract<ASTNode, { op: 'id' }>, definition: Definition, known: ReadonlySet<string>): Need[] {
  const field = Object.hasOwn(definition.data, node.args) ? definition.data[node.args] : undefined;
  if (field === undefined || known.has(node.args)) return [];
  const need = celValueOf(field, undefined) === null ? 2 : 1;
  return [{ key: node.args, need, offset: node.start }];
}

function given(node: ASTNode, definition: Definition, whenTrue: boolean): Set<string> {
  switch (node.op) {
    case 'id':
      return node.args.startsWith('given__') && whenTrue ? new Set([node.args.slice('given__'.length)]) : new Set();
    case '!_':
      return given(node.args, definition, !whenTrue);
    case '&&':
    case '||': {
      const [left, right] = node.args;
      const both = [given(left, definition, whenTrue), given(right, definition, whenTrue)] as const;
      // Both sides held (or failed) for sure; else only what follows from either.
      return (node.op === '&&') === whenTrue ? both[0].union(both[1]) : both[0].intersection(both[1]);
    }
    case '==':
    case '!=':
      return (node.op === '==') === whenTrue
        ? comparedWith(node.args, definition, (text) => text !== '')
        : comparedWith(node.args, definition, (text) => text === '');
    case '<':
    case '<=':
    case '>':
    case '>=':
      return numbersIn(node.args, definition);
    default:
      return new Set();
  }
}

/** `x == "a"` says that x is given; so does the failing of `x == ""`. Whoever compares a number has one. */
function comparedWith(sides: readonly ASTNode[], definition: Definition, says: (text: string) => boolean): Set<string> {
  const [one, other] = sides;
  if (one === undefined || other === undefined) return new Set();
  for (const [name, literal] of [
    [one, other],
    [other, one],
  ] as const) {
    if (name.op !== 'id' || literal.op !== 'value') continue;
    if (typeof literal.args === 'string') return says(literal.args) ? new Set([name.args]) : new Set();
    return numbersIn(sides, definition);
  }
  return new Set();
}

function numbersIn(sides: readonly ASTNode[], { data }: Definition): Set<string> {
  const names = sides.flatMap((side) => (side.op === 'id' ? [side.args] : []));
  return new Set(names.filter((name) => data[name]?.type === 'number' || data[name]?.type === 'money'));
}
