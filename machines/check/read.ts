import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { DEFINITION, type Definition } from '../definition.ts';
import { caseFailures } from './cases.ts';
import { circleFindings } from './circles.ts';
import { type Finding, type Found, showFinding } from './finding.ts';
import { flowFindings } from './flow.ts';
import { unusedFindings } from './gathered.ts';
import { forkFindings, graphFindings } from './graph.ts';
import { keyOf, type Place, placeOf } from './places.ts';
import { referenceFindings } from './references.ts';
import { shapeFindings } from './shape.ts';
import { textFindings } from './texts.ts';
import { timeFindings } from './times.ts';
import { valueFindings } from './values.ts';

export { type Finding, showFinding };

const MOST_CHARACTERS = 256 * 1024;
const MOST_DEPTH = 50;
const MOST_FINDINGS = 200;
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads a workflow file and says everything that is wrong with it, in the order of the file. `definition` is null when
 * any finding is an error. `file` is only repeated in the findings. Never throws on any text.
 */
export function readDefinition(source: string, file: string): { definition: Definition | null; findings: Finding[] } {
  if (source.length > MOST_CHARACTERS) return { definition: null, findings: [shown(TOO_LONG, file)] };
  const lines = new LineCounter();
  try {
    // The library finds keys that stand twice by comparing each with all others, and looks for the line of each fault anew.
    const options = { lineCounter: lines, uniqueKeys: false, stringKeys: true, prettyErrors: false };
    const document = parseDocument(source, options);
    const { definition, found } = judge(document);
    const inPlace = found.map((one) => ({ ...one, ...placeOf(document, lines, one) }));
    inPlace.sort((one, other) => one.line - other.line || one.column - other.column);
    const findings = capped(inPlace).map((one) => shown(one, file));
    return { definition: findings.some(({ severity }) => severity === 'error') ? null : definition, findings };
  } catch (error) {
    // However deep something may be nested, there is a way to nest it more deeply.
    if (error instanceof RangeError) return { definition: null, findings: [shown({ ...TOO_DEEP, ...BEGINNING }, file)] };
    throw error;
  }
}

/** What was found by looking beyond a file that is sound itself, such as at the workflows that it calls, each in its place. */
export function placed(source: string, file: string, found: readonly Found[]): Finding[] {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: false, stringKeys: true, prettyErrors: false });
  const all = found.map((one) => ({ ...one, ...placeOf(document, lines, one) }));
  all.sort((one, other) => one.line - other.line || one.column - other.column);
  return capped(all).map((one) => shown(one, file));
}

type Placed = Found & Place;

const BEGINNING: Place = { line: 1, column: 1 };

const TOO_LONG: Placed = {
  ...BEGINNING,
  path: [],
  code: 'too_large',
  message: 'This file is too large for a workflow.',
  remedy: `Keep it below ${MOST_CHARACTERS / 1024} KB: long texts belong into documents.`,
};

const TOO_DEEP: Found = {
  path: [],
  code: 'too_large',
  message: 'This is nested too deeply.',
  remedy: `Keep it below ${MOST_DEPTH} levels.`,
};

/** The first of many findings, and how many follow: when one of those is an error, so is what stands for them. */
function capped(all: Placed[]): Placed[] {
  const [first, ...others] = all.slice(MOST_FINDINGS);
  if (first === undefined) return all;
  const more = others.length + 1;
  const severity = [first, ...others].every((one) => one.severity === 'warning') ? 'warning' : 'error';
  const message = more === 1 ? 'There is one more finding.' : `There are ${more} more findings from here on.`;
  const remedy = 'Mend what is named above, and check again.';
  return [...all.slice(0, MOST_FINDINGS), { ...first, code: 'too_many', severity, message, remedy }];
}

function shown({ line, column, code, message, remedy, severity = 'error', path }: Placed, file: string): Finding {
  const words = typeof remedy === 'string' ? remedy : remedy();
  return { file, line, column, code, severity, message, remedy: words, place: path.join('.') };
}

function judge(document: Document): { definition: Definition | null; found: Found[] } {
  if (document.errors.length > 0) return { definition: null, found: [...syntaxFindings(document), ...duplicateKeys(document)] };
  const unsafe = unsafeFindings(document);
  if (unsafe.length > 0) return { definition: null, found: unsafe };
  const source: unknown = document.toJS({ maxAliasCount: 0 });
  const read = DEFINITION.safeParse(source);
  if (!read.success) return { definition: null, found: shapeFindings(read.error.issues, source) };
  const definition = read.data;
  return { definition, found: meaningFindings(definition) };
}

/** What the parts of a definition say about each other. Each kind of finding rests on those before it being free of faults. */
function meaningFindings(definition: Definition): Found[] {
  const references = [...referenceFindings(definition), ...graphFindings(definition)];
  if (references.some(({ code }) => code === 'too_large')) return references;
  const broken = references.some(({ severity }) => severity !== 'warning');
  const texts = broken && references.some(({ code }) => UNSOUND.includes(code)) ? [] : textFindings(definition);
  const found = [...references, ...texts, ...timeFindings(definition)];
  if (found.some(({ code }) => UNSOUND.includes(code))) return found;
  const never = new Set(found.flatMap(({ code, path }) => (code === 'never_gathered' ? [path.join('.')] : [])));
  const flow = flowFindings(definition).filter(({ path }) => !never.has(path.join('.')));
  const all = [
    ...found,
    ...valueFindings(definition),
    ...forkFindings(definition),
    ...circleFindings(definition),
    ...flow,
    ...unusedFindings(definition),
  ];
  // Only a definition without a fault can be played.
  return all.some(({ severity }) => severity !== 'warning') ? all : [...all, ...caseFailures(definition)];
}

// With these, questions or conditions cannot even be put together.
const UNSOUND: string[] = [
  'unknown_stage',
  'unknown_data',
  'unknown_table',
  'condition',
  'does_not_fit',
  'missing',
  'locale',
  'timezone',
];

/** What must not even be turned into values: aliases, deep nests, keys that mean something to JavaScript. */
function unsafeFindings(document: Document): Found[] {
  const found: Found[] = [];
  const paths = (keys: readonly unknown[]) =>
    keys.flatMap((node) =>
      typeof node === 'object' && node !== null && 'key' in node && isScalar(node.key) ? [String(node.key.value)] : [],
    );
  visit(document, {
    Alias(_, __, path) {
      found.push({
        path: paths(path),
        code: 'forbidden_key',
        message: 'A workflow file repeats nothing by alias.',
        remedy: 'Write the part out.',
      });
      return visit.BREAK;
    },
    Pair(_, { key }, path) {
      if (isScalar(key) && FORBIDDEN.includes(String(key.value))) {
        found.push({
          path: [...paths(path), String(key.value)],
          atKey: true,
          code: 'forbidden_key',
          message: `"${String(key.value)}" cannot be a key.`,
          remedy: 'Choose another name.',
        });
      }
    },
    Node(_, __, path) {
      if (path.length <= MOST_DEPTH * 2) return undefined;
      found.push({ ...TOO_DEEP, path: paths(path.slice(0, 4)) });
      return visit.BREAK;
    },
  });
  if (found.length === 0) found.push(...duplicateKeys(document));
  if (found.length === 0 && !isMap(document.contents)) {
    found.push({
      path: [],
      code: 'wrong_type',
      message: 'This file holds no workflow.',
      remedy: 'Begin with "workflow: a-name". See docs/definition.md.',
    });
  }
  return found;
}

/** What follows the first fault in the syntax is mostly its echo. */
function syntaxFindings({ errors }: Document): Found[] {
  const [first] = errors;
  if (first === undefined) return [];
  if (first.code === 'RESOURCE_EXHAUSTION') return [{ ...TOO_DEEP, from: first.pos[0] }];
  return [
    {
      path: [],
      from: first.pos[0],
      code: 'syntax',
      message: `${first.message.trim()}.`.replace(/\.\.$/, '.'),
      remedy: 'Look at the quotes, braces and indentation here and on the line before.',
    },
  ];
}

/** Keys that stand twice in the same map, each at its second place. */
function duplicateKeys(document: Document): Found[] {
  const found: Found[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const pair of items) {
        const key = keyOf(pair);
        if (seen.has(key) && isScalar(pair.key)) found.push(duplicate(pair.key.range?.[0] ?? 0));
        seen.add(key);
      }
    },
  });
  return found;
}

function duplicate(from: number): Found {
  return { path: [], from, code: 'duplicate_key', message: 'Map keys must be unique.', remedy: 'Keep one of the two.' };
}
