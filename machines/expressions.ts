import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Definition } from './definition.ts';
import { celTypeOf, celValueOf } from './fields/field.ts';
import { closest } from './spelling.ts';
import type { Facts, Person } from './values.ts';

/** Something wrong with a text of a definition; `offset` counts characters from its beginning. */
export type TextProblem = { message: string; offset: number };

// A condition is a line or two: these limits are far above any that a person writes, and far below what costs time.
const LIMITS = { maxAstNodes: 500, maxDepth: 30, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 20 };
const MOST_CHARACTERS = 2000;

type Condition = (values: Record<string, unknown>) => unknown;
type Compiled = { environment: Environment; conditions: Map<string, Condition> };

const compiled = new WeakMap<Definition, Compiled>();

/**
 * Whether a CEL condition holds for the facts as they stand. An optional text, choice, date or list that was left empty
 * counts as empty; a number or an amount that is missing makes this throw, naming it.
 */
export function holds(condition: string, definition: Definition, facts: Facts, starter: Person): boolean {
  const { environment, conditions } = compiledFor(definition);
  const run = conditions.get(condition) ?? environment.parse(condition);
  conditions.set(condition, run);
  return run(valuesIn(condition, definition, facts, starter)) === true;
}

/** What is wrong with a condition; null when it is a sound yes-or-no over declared data. */
export function checkCondition(condition: string, definition: Definition): TextProblem | null {
  if (condition.length > MOST_CHARACTERS) return { message: `A condition has ${MOST_CHARACTERS} characters at most.`, offset: 0 };
  const { environment } = compiledFor(definition);
  const checked = environment.check(condition);
  if (!checked.valid) return explained(checked.error, definition);
  const costly = costlyCall(environment.parse(condition).ast);
  if (costly !== null) return costly;
  if (checked.type !== 'bool') return { message: `This is a ${checked.type}; a condition must be true or false.`, offset: 0 };
  return null;
}

// Each goes through a whole list: one inside the other multiplies their lengths.
const LOOPS = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** A call whose cost no limit on the length of the condition bounds: a pattern, a binding, a loop within a loop. */
function costlyCall(node: ASTNode, inLoop = false): TextProblem | null {
  const name = node.op === 'rcall' ? node.args[0] : '';
  if (name === 'matches')
    return { message: '"matches" is not available; use contains, startsWith or endsWith.', offset: node.start };
  if (name === 'bind') return { message: '"cel.bind" is not available; write the value out.', offset: node.start };
  const loops = LOOPS.includes(name);
  if (loops && inLoop) return { message: `"${name}" cannot stand inside another loop.`, offset: node.start };
  for (const child of childrenOf(node)) {
    const found = costlyCall(child, inLoop || loops);
    if (found !== null) return found;
  }
  return null;
}

function childrenOf(node: ASTNode): ASTNode[] {
  return (Array.isArray(node.args) ? node.args.flat(2) : [node.args]).filter(isNode);
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part;
}

/** The declared data that a condition names. */
export function dataIn(condition: string, definition: Definition): string[] {
  const withoutText = condition.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  const names = new Set(withoutText.match(/(?<![.\w])[a-z_][a-z0-9_]*/gi) ?? []);
  return Object.keys(definition.data).filter((key) => names.has(key));
}

function compiledFor(definition: Definition): Compiled {
  const known = compiled.get(definition);
  if (known !== undefined) return known;
  const environment = new Environment({ limits: LIMITS });
  for (const [key, field] of Object.entries(definition.data)) environment.registerVariable(key, celTypeOf(field));
  environment.registerVariable('starter', { schema: { email: 'string', name: 'string' } });
  const fresh = { environment, conditions: new Map<string, Condition>() };
  compiled.set(definition, fresh);
  return fresh;
}

function valuesIn(condition: string, definition: Definition, facts: Facts, starter: Person): Record<string, unknown> {
  const values: Record<string, unknown> = { starter: { email: starter.email, name: starter.name ?? '' } };
  const named = new Set(dataIn(condition, definition));
  for (const [key, field] of Object.entries(definition.data)) {
    const value = celValueOf(field, facts[key]?.value);
    if (value !== null) values[key] = value;
    else if (named.has(key)) throw new Error(`The rule "${condition}" needs ${field.label ?? key}, which has not been gathered.`);
  }
  return values;
}

function explained(
  error: { message: string; range?: { start: number } | undefined } | undefined,
  definition: Definition,
): TextProblem {
  const message = (error?.message ?? 'This condition cannot be read.').split('\n')[0] ?? '';
  const [, unknown] = /^Unknown variable: (\w+)/.exec(message) ?? [];
  const offset = error?.range?.start ?? 0;
  if (unknown === undefined) return { message: `${message}.`, offset };
  const meant = closest(unknown, Object.keys(definition.data));
  return { message: `No data "${unknown}" is declared${meant ? `; did you mean ${meant}?` : '.'}`, offset };
}
