import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { DEFINITION, type Definition } from '../definition.ts';
import { caseFailures } from './cases.ts';
import { circleFindings } from './circles.ts';
import { type Finding, type FindingCode, type Found, showFinding } from './finding.ts';
import { flowFindings } from './flow.ts';
import { unusedFindings } from './gathered.ts';
import { forkFindings, graphFindings } from './graph.ts';
import { placeOf } from './places.ts';
import { referenceFindings } from './references.ts';
import { shapeFindings } from './shape.ts';
import { textFindings } from './texts.ts';
import { timeFindings } from './times.ts';
import { valueFindings } from './values.ts';

export { type Finding, showFinding };

const MOST_CHARACTERS = 256 * 1024;
const MOST_DEPTH = 50;
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads a workflow file and says everything that is wrong with it, in the order of the file. `definition` is null when
 * any finding is an error. `file` is only repeated in the findings. Never throws on any text.
 */
export function readDefinition(source: string, file: string): { definition: Definition | null; findings: Finding[] } {
  if (source.length > MOST_CHARACTERS) {
    const remedy = `Keep it below ${MOST_CHARACTERS / 1024} KB: long texts belong into documents.`;
    const tooLarge = {
      line: 1,
      column: 1,
      code: 'too_large' as const,
      message: 'This file is too large for a workflow.',
      remedy,
    };
    return { definition: null, findings: [{ file, ...tooLarge, severity: 'error', place: '' }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true, stringKeys: true });
  const { definition, found } = judge(document);
  const findings = [...syntaxFindings(document, file), ...found.map((one) => placed(one, document, lines, file))];
  findings.sort((one, other) => one.line - other.line || one.column - other.column);
  return { definition: findings.some(({ severity }) => severity === 'error') ? null : definition, findings };
}

function judge(document: Document): { definition: Definition | null; found: Found[] } {
  if (document.errors.length > 0) return { definition: null, found: [] };
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
      found.push({
        path: paths(path.slice(0, 4)),
        code: 'too_large',
        message: 'This is nested too deeply.',
        remedy: `Keep it below ${MOST_DEPTH} levels.`,
      });
      return visit.BREAK;
    },
  });
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

function syntaxFindings(document: Document, file: string): Finding[] {
  // What follows the first fault in the syntax is mostly its echo.
  const [first] = document.errors;
  const named = document.errors.filter((error) => error === first || error.code === 'DUPLICATE_KEY');
  return named.map((error) => {
    const [start] = error.linePos ?? [{ line: 1, col: 1 }];
    const code: FindingCode = error.code === 'DUPLICATE_KEY' ? 'duplicate_key' : 'syntax';
    const message = (error.message.split(' at line ')[0] ?? error.message).trim();
    const remedy =
      code === 'duplicate_key'
        ? 'Keep one of the two.'
        : 'Look at the quotes, braces and indentation here and on the line before.';
    return {
      file,
      line: start.line,
      column: start.col,
      code,
      severity: 'error',
      message: `${message}.`.replace(/\.\.$/, '.'),
      remedy,
      place: '',
    };
  });
}

function placed(found: Found, document: Document, lines: LineCounter, file: string): Finding {
  const { code, message, remedy, severity = 'error', path } = found;
  return { file, ...placeOf(document, lines, found), code, severity, message, remedy, place: path.join('.') };
}
