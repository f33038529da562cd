import { Liquid, type Template } from 'liquidjs';
import { type Definition, fieldOf } from './definition.ts';
import type { TextProblem } from './expressions.ts';
import { cleanLine } from './fields/clean.ts';
import { plainValue, showValue } from './fields/field.ts';
import { asMarkdown } from './markdown.ts';
import { closest } from './spelling.ts';
import type { Facts, Person, Value } from './values.ts';
import { EMAIL } from './words.ts';

/** What a template may name besides the declared data. */
export type TemplateReach = { portal: string; settings: Record<string, string>; starter: Person };

/** A text in which secrets are named, to be put in by whoever makes the call, and nowhere else. */
export type SecretText = ({ text: string } | { secret: string })[];

// No template reads another file, and none can hang about in loops over numbers.
const DENIED_TAGS = ['include', 'render', 'layout', 'block', 'tablerow', 'increment', 'decrement', 'cycle'];
const DENIED_FILTERS = ['raw', 'where_exp', 'reject_exp', 'find_exp', 'find_index_exp', 'group_by_exp', 'has_exp', 'strip_html'];
// These ask the clock ("now"), the server's time zone or chance: a replay would give another text.
const IMPURE_FILTERS = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string', 'sample'];

/** Texts of people are values here and never templates: what they type cannot be rendered again. */
function createEngine(options: { outputEscape?: (value: unknown) => string } = {}): Liquid {
  const made = new Liquid({
    ...options,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    // What has not been gathered, or was left empty, is an empty text: an `if` has to take it for nothing.
    jsTruthy: true,
    ownPropertyOnly: true,
    templates: {},
    relativeReference: false,
    cache: false,
    parseLimit: 50_000,
    // Only a bomb comes near it: a limit in wall time must not make a step fail because the machine was busy.
    renderLimit: 1000,
    memoryLimit: 1_000_000,
  });
  for (const tag of DENIED_TAGS) delete made.tags[tag];
  for (const filter of [...DENIED_FILTERS, ...IMPURE_FILTERS]) delete made.filters[filter];
  return made;
}

const engine = createEngine();
const markdownEngine = createEngine({ outputEscape: (value) => asMarkdown(String(value ?? '')) });

// Without data a template is filled in within microseconds; one that takes so long never ends.
const LONGEST_TRY_MS = 300;

const NOBODY: Person = { email: '', name: null };
type Parsed = { template: Template[]; names: string[] };
const parsed = new Map<string, Parsed>();
const parsedMarkdown = new Map<string, Parsed>();
const MOST_PARSED = 5000;
const TRYING: Filling = { engine, parsed, longestMs: LONGEST_TRY_MS };
const SECRET = /\{\{-?\s*secrets\.([A-Z][A-Z0-9_]*)\s*-?\}\}/g;
const SINGLE = /^\s*\{\{\s*([a-z][a-z0-9_]*)\s*\}\}\s*$/;

/** A text with the facts filled in as people read them. A datum not gathered yet reads as nothing. */
export function renderText(template: string, definition: Definition, facts: Facts, reach: TemplateReach): string {
  return render(template, definition, facts, reach, showValue);
}

/** Markdown with the facts filled in, as people read them and never as Markdown of their own. */
export function renderMarkdown(template: string, definition: Definition, facts: Facts, reach: TemplateReach): string {
  return render(template, definition, facts, reach, showValue, { engine: markdownEngine, parsed: parsedMarkdown });
}

/** One line of text, without control characters, at most `max` characters. */
export function renderLine(template: string, definition: Definition, facts: Facts, reach: TemplateReach, max = 150): string {
  const line = cleanLine(renderText(template, definition, facts, reach)).replace(/ {2,}/g, ' ');
  return line.length <= max
    ? line
    : `${line
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
}

/** A JSON value with its texts filled in. A text that is a single `{{ name }}` becomes the plain value of that datum. */
export function renderJson(json: unknown, definition: Definition, facts: Facts, reach: TemplateReach): unknown {
  if (typeof json === 'string') return renderJsonText(json, definition, facts, reach);
  if (Array.isArray(json)) return json.map((item) => renderJson(item, definition, facts, reach));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, renderJson(value, definition, facts, reach)]));
}

/** A text in parts: what is filled in now, and the names of the secrets between. */
export function renderWithSecrets(template: string, definition: Definition, facts: Facts, reach: TemplateReach): SecretText {
  const parts: SecretText = [];
  let from = 0;
  for (const match of template.matchAll(SECRET)) {
    if (match.index > from) parts.push({ text: renderText(template.slice(from, match.index), definition, facts, reach) });
    parts.push({ secret: match[1] ?? '' });
    from = match.index + match[0].length;
  }
  if (from < template.length) parts.push({ text: renderText(template.slice(from), definition, facts, reach) });
  return parts;
}

/** The email address that an actor's template names. Throws when it is none. */
export function renderAddress(template: string, definition: Definition, facts: Facts): string {
  const nowhere = { portal: '', settings: {}, starter: NOBODY };
  const text = render(template, definition, facts, nowhere, (_, value) => (typeof value === 'string' ? value : ''));
  const address = EMAIL.safeParse(text);
  if (!address.success) throw new Error(`"${template}" gives no email address.`);
  return address.data;
}

/** What is wrong with a template. Secrets may be named only where `secrets` says so. */
export function checkTemplate(template: string, definition: Definition, { secrets }: { secrets: boolean }): TextProblem[] {
  const problems = [...checkSecrets(template, definition, secrets), ...bareYesOrNo(template, definition)];
  const bare = template.replace(SECRET, (found) => ' '.repeat(found.length));
  const starts = lineStarts(bare);
  try {
    for (const { segments, location } of Object.values(engine.parseAndAnalyzeSync(bare).globals).flat()) {
      const offset = (starts[location.row - 1] ?? 0) + location.col - 1;
      const computed = lastBefore(bare, offset + 1) === '[' || lastBefore(bare, offset) === '[';
      const message = computed
        ? 'A name has to be written out; it cannot be computed.'
        : faultIn(segments.map(nameOf), definition);
      if (message !== null) problems.push({ message, offset });
    }
    // Filled in once without data: what no analysis sees, such as an endless loop, shows itself here.
    if (problems.length === 0)
      render(bare, definition, {}, { portal: '', settings: definition.settings, starter: NOBODY }, () => '', TRYING);
  } catch (error) {
    problems.push(explained(error, bare));
  }
  return problems;
}

/** The declared data that a sound template names. */
export function dataInTemplate(template: string, definition: Definition): string[] {
  return namesInTemplate(template).filter((name) => Object.hasOwn(definition.data, name));
}

/** Everything that a template names, secrets aside, without what follows a dot; nothing when it cannot be read. */
export function namesInTemplate(template: string): string[] {
  try {
    const bare = template.replace(SECRET, '');
    return [...new Set(engine.globalVariableSegmentsSync(bare).map(([root]) => String(root)))];
  } catch {
    return [];
  }
}

/**
 * The declared data that a sound template prints without asking first whether it is there: neither an `if` nor a
 * `default` speaks of it.
 */
export function namesAlways(template: string, definition: Definition): string[] {
  const tests = [...template.matchAll(/\{%-?\s*(?:if|elsif|unless|case|for)\b([^%]*)%\}/g)].map(([, test = '']) => test);
  const asked = new Set(tests.flatMap((test) => test.match(/[a-z_][a-z0-9_]*/g) ?? []));
  for (const [, name = ''] of template.matchAll(/\{\{-?\s*([a-z][a-z0-9_]*)\s*\|\s*default\b/g)) asked.add(name);
  return dataInTemplate(template, definition).filter((name) => !asked.has(name));
}

/** The name in a template that is nothing but `{{ name }}`; null for any other. */
export function singleName(template: string): string | null {
  return SINGLE.exec(template)?.[1] ?? null;
}

type Show = (field: Definition['data'][string], value: Value) => string;

/** Which engine fills a template in, and what it has read already. */
type Filling = { engine: Liquid; parsed: Map<string, Parsed>; longestMs?: number };

function render(
  template: string,
  definition: Definition,
  facts: Facts,
  reach: TemplateReach,
  show: Show,
  filling: Filling = { engine, parsed },
): string {
  if (!template.includes('{')) return template;
  const textOf = (key: string) => {
    const value = facts[key]?.value;
    return value === undefined ? '' : show(fieldOf(definition, key), value);
  };
  // Most templates of steps are a single name, and this way of reading it is 30 times as fast.
  const [, single] = SINGLE.exec(template) ?? [];
  if (single !== undefined && Object.hasOwn(definition.data, single) && filling.engine === engine) return textOf(single);
  const { template: known, names } = parse(template, filling);
  const texts = Object.fromEntries(names.filter((name) => Object.hasOwn(definition.data, name)).map((key) => [key, textOf(key)]));
  const { portal, settings, starter } = reach;
  return String(
    filling.engine.renderSync(
      known,
      { ...texts, portal, settings, starter: { email: starter.email, name: starter.name ?? '' } },
      filling.longestMs === undefined ? {} : { renderLimit: filling.longestMs },
    ),
  );
}

function parse(template: string, filling: Filling): Parsed {
  const known = filling.parsed.get(template) ?? { template: filling.engine.parse(template), names: namesInTemplate(template) };
  if (filling.parsed.size < MOST_PARSED) filling.parsed.set(template, known);
  return known;
}

function renderJsonText(text: string, definition: Definition, facts: Facts, reach: TemplateReach): unknown {
  const [, single] = SINGLE.exec(text) ?? [];
  const field = single === undefined ? undefined : definition.data[single];
  if (single === undefined || field === undefined) return renderText(text, definition, facts, reach);
  const value = facts[single]?.value;
  return value === undefined ? null : plainValue(field, value);
}

/** A name that is written out; one that is computed, as in `{{ [name] }}`, has none. */
function nameOf(segment: unknown): string {
  return typeof segment === 'string' || typeof segment === 'number' ? String(segment) : '[…]';
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

/** The last character before a place that is no blank. */
function lastBefore(text: string, offset: number): string | undefined {
  let at = offset - 1;
  while (at >= 0 && /\s/.test(text[at] ?? '')) at -= 1;
  return text[at];
}

/** A test of a yes-or-no alone: what a template sees of it is a word, and the word "No" holds, too. */
function bareYesOrNo(template: string, definition: Definition): TextProblem[] {
  return [...template.matchAll(/\{%-?\s*(?:if|elsif|unless)\b([^%]*)%\}/g)].flatMap((tag) => {
    const [all, test = ''] = tag;
    return [...test.matchAll(/(?:^|\band\b|\bor\b)\s*-?([a-z][a-z0-9_]*)\s*(?=-?$|\band\b|\bor\b)/g)].flatMap((bare) => {
      const [, name = ''] = bare;
      if (!Object.hasOwn(definition.data, name) || definition.data[name]?.type !== 'yes_no') return [];
      const message = `"${name}" alone holds for No, too, since both answers are words here; write ${name} == "Yes".`;
      return [{ message, offset: tag.index + all.indexOf(test) + bare.index + bare[0].indexOf(name) }];
    });
  });
}

function checkSecrets(template: string, definition: Definition, allowed: boolean): TextProblem[] {
  return [...template.matchAll(SECRET)].flatMap((match) => {
    const name = match[1] ?? '';
    if (!allowed) return [{ message: `The secret ${name} may only stand in the headers of an http call.`, offset: match.index }];
    // A text with secrets is rendered in pieces, between which a tag would stay open.
    if (template.includes('{%')) return [{ message: 'A text that names a secret has no {% %} tags.', offset: match.index }];
    if (definition.secrets.includes(name)) return [];
    return [{ message: `No secret ${name} is declared; list it under secrets.`, offset: match.index }];
  });
}

function faultIn([root = '', ...rest]: string[], definition: Definition): string | null {
  if (Object.hasOwn(definition.data, root)) return rest.length === 0 ? null : `"${root}" has no parts.`;
  if (root === 'portal' && rest.length === 0) return null;
  if (root === 'starter')
    return rest[0] === 'email' || rest[0] === 'name' ? null : 'Of the starter there are starter.email and starter.name.';
  if (root === 'settings') {
    const [name = ''] = rest;
    return Object.hasOwn(definition.settings, name) ? null : `No setting ${name} is declared; list it under settings.`;
  }
  if (root === 'secrets') return 'A secret stands alone, like {{ secrets.NAME }}.';
  const meant = closest(root, Object.keys(definition.data));
  return `No data "${root}" is declared${meant ? `; did you mean ${meant}?` : '.'}`;
}

function explained(error: unknown, template: string): TextProblem {
  const text = error instanceof Error ? error.message : String(error);
  const message = text.replace(/, line:.*$/s, '').split('\n')[0] ?? text;
  const [, row, column] = /line:(\d+), col:(\d+)/.exec(text) ?? [];
  return {
    message: `This template cannot be read: ${message}.`,
    offset: (lineStarts(template)[Number(row ?? 1) - 1] ?? 0) + Number(column ?? 1) - 1,
  };
}
