import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { dayAfter, dayOf, daysBetween } from './calendar.ts';
import type { Definition } from './definition.ts';
import { celTypeOf, celValueOf } from './fields/field.ts';
import type { CelRecord, CelType, CelValue } from './fields/field-type.ts';
import { recordOf } from './fields/list.ts';
import { closest } from './spelling.ts';
import type { Facts, Instant, Person } from './values.ts';

/** Something wrong with a text of a definition; `offset` counts characters from its beginning. */
export type TextProblem = { message: string; offset: number };

/** What an expression may name besides the data: who started the run, and what day it is. */
export type Moment = { starter: Person; at: Instant };

/** Names that stand for one thing inside one expression, such as `row` in a lookup. */
export type Extra = { name: string; columns: CelRecord };

/** The types that an expression may have. */
export type ExpressionType = 'bool' | 'double' | 'int' | 'string' | 'list<string>';

// A condition is a line or two: these limits are far above any that a person writes, and far below what costs time.
const LIMITS = { maxAstNodes: 500, maxDepth: 30, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 20 };
const MOST_CHARACTERS = 2000;

type Run = (values: Record<string, unknown>) => unknown;
type RowMaker = (row: CelValue) => unknown;
type Parsed = { run: Run; names: string[]; timed: boolean };
type Compiled = {
  environment: Environment;
  expressions: Map<string, Parsed>;
  makers: Map<string, RowMaker>;
};

const compiled = new WeakMap<Definition, Map<string, Compiled>>();

/**
 * Whether a CEL condition holds for the facts as they stand. An optional text, choice, date or list that was left empty
 * counts as empty; a number or an amount that is missing makes this throw, naming it.
 */
export function holds(condition: string, definition: Definition, facts: Facts, moment: Moment, row?: NamedRow): boolean {
  return evaluate(condition, definition, facts, moment, row) === true;
}

/**
 * Judges several conditions on the same facts, one after the other; what they name is looked up once. The judge that it
 * gives for some facts throws where `holds` would.
 */
export function judgeOf(conditions: readonly string[], definition: Definition, moment: Moment) {
  const known = compiledFor(definition);
  const parts = conditions.map((condition) => parsed(known, condition, definition));
  const names = [...new Set(parts.flatMap((part) => part.names))];
  const named = { names, timed: parts.some(({ timed }) => timed) };
  return (facts: Facts): ((index: number) => boolean) => {
    const values = valuesIn(known, definition, named, facts, moment);
    return (index) => parts[index]?.run(values) === true;
  };
}

/** A row that an expression may name: its name, its columns' types, and its cells. */
export type NamedRow = Extra & { cells: CelValue };

/** What a CEL expression gives for the facts as they stand. Throws when it names a number that has not been gathered. */
export function evaluate(expression: string, definition: Definition, facts: Facts, moment: Moment, row?: NamedRow): unknown {
  const known = compiledFor(definition, row);
  const parts = parsed(known, expression, definition);
  try {
    return parts.run(valuesIn(known, definition, parts, facts, moment, row));
  } catch (error) {
    throw new Error(`The rule "${expression}" cannot be judged: ${firstLine(error)}`, { cause: error });
  }
}

/** What is wrong with a condition; null when it is a sound yes-or-no over declared data. */
export function checkCondition(condition: string, definition: Definition, extra?: Extra): TextProblem | null {
  const checked = checkExpression(condition, definition, extra);
  if ('message' in checked) return checked;
  return checked.type === 'bool' ? null : { message: `This is a ${checked.type}; a condition must be true or false.`, offset: 0 };
}

/** The type of an expression, or what is wrong with it. */
export function checkExpression(expression: string, definition: Definition, extra?: Extra): TextProblem | { type: string } {
  if (expression.length > MOST_CHARACTERS) return { message: `A rule has ${MOST_CHARACTERS} characters at most.`, offset: 0 };
  const { environment } = compiledFor(definition, extra);
  const text = prepared(expression);
  const checked = environment.check(text);
  if (!checked.valid) return explained(checked.error, definition);
  const costly = unsafePart(environment.parse(text).ast, definition);
  if (costly !== null) return costly;
  return { type: String(checked.type) };
}

/** The syntax tree of an expression that has been checked; `given(x)` stands in it as the name `given__x`. */
export function treeOf(expression: string, definition: Definition, extra?: Extra): ASTNode {
  return compiledFor(definition, extra).environment.parse(prepared(expression)).ast;
}

// Each goes through a whole list: one inside the other multiplies their lengths.
const LOOPS = ['all', 'exists', 'exists_one', 'map', 'filter'];
const METHODS = [...LOOPS, 'contains', 'startsWith', 'endsWith', 'size', 'trim', 'lowerAscii', 'upperAscii'];
const FUNCTIONS = ['size', 'sum', 'days_between', 'days_after', 'mentions', 'lower', 'double', 'string'];

/** What could cost much or fail at run time although its types are right: unknown calls, nested loops, look-ups by place. */
function unsafePart(node: ASTNode, definition: Definition, inLoop = false): TextProblem | null {
  const fault = unsafeHere(node, definition, inLoop);
  if (fault !== null) return { message: fault, offset: node.start };
  const loops = inLoop || (node.op === 'rcall' && LOOPS.includes(node.args[0]));
  for (const child of childrenOf(node)) {
    const found = unsafePart(child, definition, loops);
    if (found !== null) return found;
  }
  return null;
}

function unsafeHere(node: ASTNode, definition: Definition, inLoop: boolean): string | null {
  if (node.op === 'rcall') {
    const [name] = node.args;
    if (name === 'matches') return '"matches" is not available; use contains, startsWith or endsWith.';
    if (name === 'bind') return '"cel.bind" is not available; write the value out.';
    if (!METHODS.includes(name)) return `"${name}" is not available in a rule.`;
    return inLoop && LOOPS.includes(name) ? `"${name}" cannot stand inside another loop.` : null;
  }
  if (node.op === 'call' && !FUNCTIONS.includes(node.args[0])) return `"${node.args[0]}" is not available in a rule.`;
  if (node.op === 'call' && node.args[0] === 'double' && !isWhole(node)) return '"double" takes the size of something here.';
  if (node.op === '[]' || node.op === '[?]') return 'An item cannot be named by its place; use exists or all.';
  if (node.op === '/' || node.op === '%') return divisor(node.args[1], definition);
  return null;
}

/** `double("abc")` fails at run time; `double(size(list))` cannot. */
function isWhole(node: ASTNode): boolean {
  const [argument] = childrenOf(node);
  return argument?.op === 'call' || argument?.op === 'rcall' || (argument?.op === 'value' && typeof argument.args !== 'string');
}

/** Whole numbers cannot be divided by nothing; amounts can, and give infinity. */
function divisor(node: ASTNode, definition: Definition): string | null {
  if (node.op === 'value' && typeof node.args !== 'string' && Number(node.args) !== 0) return null;
  if (node.op === 'id' && isNumber(definition, node.args)) return null;
  return 'Divide by a number that is not 0, or by a declared number or amount.';
}

function isNumber({ data }: Definition, key: string): boolean {
  return data[key]?.type === 'number' || data[key]?.type === 'money';
}

/** The parts of a node of a syntax tree. */
export function childrenOf(node: ASTNode): ASTNode[] {
  return (Array.isArray(node.args) ? node.args.flat(2) : [node.args]).filter(isNode);
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part;
}

/** The declared data that an expression names, also where it only asks whether it is given. */
export function dataIn(expression: string, definition: Definition): string[] {
  const withoutText = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  const names = new Set(withoutText.match(/(?<![.\w])[a-z_][a-z0-9_]*/gi) ?? []);
  return [...names].filter((name) => Object.hasOwn(definition.data, name));
}

// Both have eight characters besides the name, so that places in the text stay what they were.
const GIVEN = /\bgiven\((\s*)([a-z][a-z0-9_]*)(\s*)\)/g;

function prepared(expression: string): string {
  return expression.replace(GIVEN, (_, before: string, name: string, after: string) => `given__${name}${before}${after}`);
}

function parsed({ environment, expressions }: Compiled, expression: string, definition: Definition): Parsed {
  const known = expressions.get(expression) ?? {
    run: environment.parse(prepared(expression)),
    names: dataIn(expression, definition),
    timed: /\b(?:today|now)\b/.test(expression),
  };
  expressions.set(expression, known);
  return known;
}

function compiledFor(definition: Definition, extra?: Extra): Compiled {
  const all = compiled.get(definition) ?? new Map<string, Compiled>();
  compiled.set(definition, all);
  const key = extra === undefined ? '' : `${extra.name} ${JSON.stringify(extra.columns)}`;
  const known = all.get(key) ?? compileFor(definition, extra);
  all.set(key, known);
  return known;
}

function compileFor(definition: Definition, extra?: Extra): Compiled {
  const environment = withFunctions(new Environment({ limits: LIMITS }));
  const makers = new Map<string, RowMaker>();
  const declare = (name: string, type: CelType) => {
    if (typeof type === 'string') environment.registerVariable(name, type);
    else makers.set(name, declareRecord(environment, name, type));
  };
  for (const [key, field] of Object.entries(definition.data)) {
    const type = celTypeOf(field);
    if (type !== null) declare(key, type);
    environment.registerVariable(`given__${key}`, 'bool');
  }
  declare('starter', { record: { email: 'string', name: 'string' } });
  declare('today', 'string');
  declare('now', 'string');
  if (extra !== undefined) declare(extra.name, { record: extra.columns });
  return { environment, expressions: new Map(), makers };
}

/** CEL knows a type by its class; a list's rows and a person get one of their own. */
function declareRecord(environment: Environment, name: string, type: { record: CelRecord } | { listOf: CelRecord }): RowMaker {
  class Made {}
  const typeName = `Record_${name}`;
  const fields = 'record' in type ? type.record : type.listOf;
  environment.registerType(typeName, { fields, ctor: Made });
  environment.registerVariable(name, 'record' in type ? typeName : `list<${typeName}>`);
  return (cells) => Object.assign(new Made(), cells);
}

function withFunctions(environment: Environment): Environment {
  for (const [operator, calculate] of Object.entries(MIXED)) {
    const mixed = (one: unknown, other: unknown) => calculate(Number(one), Number(other));
    environment.registerOperator(`double ${operator} int: double`, mixed);
    environment.registerOperator(`int ${operator} double: double`, mixed);
  }
  environment.registerOperator('double == int', (one: unknown, other: unknown) => Number(one) === Number(other));
  environment.registerFunction('sum(list<double>): double', (list: number[]) => list.reduce((sum, one) => sum + one, 0));
  environment.registerFunction('days_between(string, string): double', daysBetween);
  environment.registerFunction('days_after(string, int): string', (day: string, days: bigint) => dayAfter(day, Number(days)));
  environment.registerFunction('days_after(string, double): string', dayAfter);
  environment.registerFunction('lower(string): string', (text: string) => text.toLowerCase());
  environment.registerFunction('mentions(string, list<string>): bool', mentions);
  return environment;
}

const MIXED: Record<string, (one: number, other: number) => number> = {
  '+': (one, other) => one + other,
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
};

/** Whether a text mentions one of several words, whatever their case; a word is not found inside a longer one. */
function mentions(text: string, words: string[]): boolean {
  const padded = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
  return words.some((word) => {
    const bare = word
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
    return bare !== '' && padded.includes(` ${bare} `);
  });
}

function valuesIn(
  { makers }: Compiled,
  definition: Definition,
  { names, timed }: Pick<Parsed, 'names' | 'timed'>,
  facts: Facts,
  { starter, at }: Moment,
  row?: NamedRow,
): Record<string, unknown> {
  const made = (name: string, value: CelValue): unknown => {
    const make = makers.get(name);
    if (make === undefined) return value;
    return Array.isArray(value) ? value.map(make) : make(value);
  };
  const values: Record<string, unknown> = {
    starter: made('starter', { email: starter.email, name: starter.name ?? '' }),
    ...(timed ? { today: dayOf(at, definition.timezone), now: at } : {}),
  };
  for (const name of names) {
    const field = definition.data[name];
    if (field === undefined) continue;
    const value = celValueOf(field, facts[name]?.value);
    values[`given__${name}`] = isGiven(facts, name);
    if (value !== null) values[name] = made(name, value);
  }
  if (row !== undefined) values[row.name] = made(row.name, row.cells);
  return values;
}

/** Whether a datum has been gathered and is not empty. */
export function isGiven(facts: Facts, key: string): boolean {
  const value = facts[key]?.value;
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function firstLine(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  const [, missing] = /^Unknown variable: (\w+)/.exec(message) ?? [];
  return missing === undefined ? message : `${missing} has not been gathered.`;
}

function explained(
  error: { message: string; range?: { start: number } | undefined } | undefined,
  definition: Definition,
): TextProblem {
  const message = (error?.message ?? 'This condition cannot be read.').split('\n')[0] ?? '';
  const [, named] = /^Unknown variable: (\w+)/.exec(message) ?? [];
  const offset = error?.range?.start ?? 0;
  if (named === undefined) return { message: `${message}.`, offset };
  const name = named.replace(/^given__/, '');
  if (definition.data[name]?.type === 'json') return { message: `"${name}" is JSON, into which no rule can look.`, offset };
  const meant = closest(name, Object.keys(definition.data));
  return { message: `No data "${name}" is declared${meant ? `; did you mean ${meant}?` : '.'}`, offset };
}

/** The types of a table's row in expressions. */
export function rowType(columns: Definition['tables'][string]['columns']): Extra {
  return { name: 'row', columns: recordOf(columns) };
}
