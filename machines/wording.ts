import type { ASTNode } from '@marcbachmann/cel-js';
import { type Definition, labelOf } from './definition.ts';
import { childrenOf, treeOf } from './expressions.ts';
import { readJson, showValue } from './fields/field.ts';

const COMPARED: Record<string, string> = {
  '==': 'is',
  '!=': 'is not',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
};

/** A condition in plain words: `Your decision is Reject and Amount is more than $5,000.00`; the condition itself if it has none. */
export function inWords(condition: string, definition: Definition): string {
  try {
    return wordsOf(treeOf(condition, definition), definition) ?? condition;
  } catch {
    return condition;
  }
}

function wordsOf(node: ASTNode, definition: Definition): string | null {
  if (node.op === '&&' || node.op === '||') {
    const [left, right] = childrenOf(node).map((child) => wordsOf(child, definition));
    return left && right ? `${left} ${node.op === '&&' ? 'and' : 'or'} ${right}` : null;
  }
  if (node.op === 'id') return named(node.args, definition, true);
  if (node.op === '!_') return node.args.op === 'id' ? named(node.args.args, definition, false) : null;
  if (node.op === 'in') return among(node, definition);
  const word = COMPARED[node.op];
  return word === undefined ? null : compared(node, word, definition);
}

function named(name: string, definition: Definition, holds: boolean): string | null {
  if (name.startsWith('given__')) return `${labelOf(definition, name.slice(7))} is ${holds ? 'given' : 'not given'}`;
  return definition.data[name]?.type === 'yes_no' ? `${labelOf(definition, name)} is ${holds ? 'Yes' : 'No'}` : null;
}

function compared(node: ASTNode, word: string, definition: Definition): string | null {
  const [one, other] = childrenOf(node);
  if (one?.op !== 'id' || other?.op !== 'value') return null;
  const value = valueWords(one.args, other.args, definition);
  if (value === null) return null;
  if (value === '') return `${labelOf(definition, one.args)} ${node.op === '==' ? 'is empty' : 'is given'}`;
  return `${labelOf(definition, one.args)} ${word} ${value}`;
}

function among(node: ASTNode, definition: Definition): string | null {
  const [one, other] = childrenOf(node);
  if (one?.op !== 'id' || other?.op !== 'list') return null;
  const values = childrenOf(other).map((item) => (item.op === 'value' ? valueWords(one.args, item.args, definition) : null));
  if (values.some((value) => value === null)) return null;
  return `${labelOf(definition, one.args)} is ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(values.map(String))}`;
}

function valueWords(key: string, literal: unknown, definition: Definition): string | null {
  const field = definition.data[key];
  if (field === undefined) return null;
  if (literal === '') return '';
  const plain = typeof literal === 'bigint' ? Number(literal) : literal;
  const read = readJson(field, plain, key);
  return read.ok ? showValue(field, read.value) : String(plain);
}
