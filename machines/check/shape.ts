import type { z } from 'zod';
import { FIELD_TYPES } from '../fields/field.ts';
import { SCALAR } from '../fields/scalar.ts';
import { workflowSchema } from '../json-schema.ts';
import { closest } from '../spelling.ts';
import type { Found, Path } from './finding.ts';

type Issue = z.core.$ZodIssue;

/** What zod found wrong with the shape, in words. */
export function shapeFindings(issues: readonly Issue[], source: unknown): Found[] {
  return issues.flatMap((issue) => found(issue, issue.path.map(keyOf), source));
}

function found(issue: Issue, path: Path, source: unknown): Found[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField(key, path, source));
    case 'invalid_union':
      return fromUnion(issue, path, source);
    case 'invalid_type':
      return [typeFinding(issue.expected, path, at(source, path))];
    case 'invalid_value':
      return [
        {
          path,
          code: 'wrong_type',
          ...words('This value is not one of those that fit.', `Write one of ${issue.values.join(', ')}.`),
        },
      ];
    case 'invalid_key':
      return [
        {
          path,
          code: issue.issues[0]?.code === 'custom' ? 'reserved_name' : 'wrong_type',
          atKey: true,
          ...words(
            `"${String(path.at(-1))}" is no name that fits here.`,
            issue.issues[0]?.message ?? 'Use lower-case letters, digits and underscores.',
          ),
        },
      ];
    default:
      return [{ path, code: 'wrong_type', ...words('This value does not fit here.', issue.message) }];
  }
}

/** A union fails in every branch: the branch that got furthest says what was meant. */
function fromUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path, source: unknown): Found[] {
  const discriminator = 'discriminator' in issue && typeof issue.discriminator === 'string' ? issue.discriminator : null;
  if (issue.errors.length === 0 && discriminator !== null) return [discriminated(discriminator, path, source)];
  const branches = issue.errors.map((errors) => errors.flatMap((one) => found(one, [...path, ...one.path.map(keyOf)], source)));
  const score = (findings: Found[]) =>
    findings.reduce(
      (sum, one) => sum + (one.code === 'unknown_field' ? 2 : one.code === 'missing' ? 2 : one.path.length > path.length ? 1 : 4),
      0,
    );
  return branches.sort((one, other) => score(one) - score(other))[0] ?? [];
}

const SCALAR_TYPES = SCALAR.options.map(({ shape }) => shape.type.value);

function discriminated(key: string, path: Path, source: unknown): Found {
  const given = at(source, [...path.slice(0, path.at(-1) === key ? -1 : undefined), key]);
  const here = path.at(-1) === key ? path : [...path, key];
  const types = path.includes('of') || path.includes('columns') ? SCALAR_TYPES : FIELD_TYPES;
  const meant = typeof given === 'string' ? closest(given, types) : null;
  const message =
    given === undefined
      ? `"${key}" is missing.`
      : `There is no ${key} "${String(given)}"${meant ? `; did you mean ${meant}?` : '.'}`;
  return {
    path: here,
    code: given === undefined ? 'missing' : 'wrong_type',
    message,
    remedy: `Write one of ${types.join(', ')}.`,
  };
}

function unknownField(key: string, path: Path, source: unknown): Found {
  const remedy = () => {
    const here = at(source, path);
    const known = wordsOfDefinitions().filter((word) => typeof here !== 'object' || here === null || !Object.hasOwn(here, word));
    const meant = closest(key, known);
    return meant
      ? `Did you mean ${meant}? Otherwise take it out.`
      : 'Take it out, or see docs/definition.md for what can stand here.';
  };
  return {
    path: [...path, key],
    atKey: true,
    code: 'unknown_field',
    message: `"${key}" means nothing here.`,
    remedy,
  };
}

let known: string[] | null = null;

/** Every word that the schema knows, for "did you mean"; which of them fits where is the schema's business. */
function wordsOfDefinitions(): string[] {
  known ??= [...new Set(propertiesIn(workflowSchema()))];
  return known;
}

function propertiesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) =>
    key === 'properties' && typeof value === 'object' && value !== null
      ? [...Object.keys(value), ...Object.values(value).flatMap(propertiesIn)]
      : propertiesIn(value),
  );
}

function typeFinding(expected: string, path: Path, given: unknown): Found {
  if (given === undefined) {
    return {
      path,
      code: 'missing',
      ...words(`"${String(path.at(-1))}" is missing.`, `Add it: ${expected === 'string' ? 'a text' : `a ${expected}`}.`),
    };
  }
  return {
    path,
    code: 'wrong_type',
    ...words(
      `This is ${nameOf(given)}, but ${nameOfExpected(expected)} belongs here.`,
      'Change it to fit; texts with a colon or a brace stand in quotes.',
    ),
  };
}

function words(message: string, remedy: string): { message: string; remedy: string } {
  return { message, remedy };
}

function nameOfExpected(expected: string): string {
  return (
    {
      string: 'a text',
      number: 'a number',
      int: 'a whole number',
      boolean: 'true or false',
      array: 'a list',
      record: 'a map',
      object: 'a map',
    }[expected] ?? `a ${expected}`
  );
}

function nameOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'a text', number: 'a number', boolean: 'true or false', object: 'a map' }[String(typeof value)] ?? typeof value
  );
}

function keyOf(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? key.toString() : key;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (here, key) => (typeof here === 'object' && here !== null && Object.hasOwn(here, key) ? Reflect.get(here, key) : undefined),
    value,
  );
}
