/** One thing that differs, in a sentence. `words`: a longer text as it was and as it is, to be compared word by word. */
export type Said = { text: string; words: { before: string; after: string } | null };

type Show = (value: unknown) => string;

const SHORT = 80;
const MOST_NAMED = 5;

/** A sentence. */
export function say(text: string): Said {
  return { text, words: null };
}

/**
 * Everything that differs between two maps, in general words, but for the keys that are told elsewhere. `names` says
 * what a key is called; others are called by their own words. Never silent about a key that it has not heard of.
 */
export function saidOf(
  subject: string,
  before: object,
  after: object,
  told: readonly string[] = [],
  names: Record<string, string> = {},
  show: Show = shown,
): Said[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const keys = [...new Set([...was.keys(), ...is.keys()])].filter((key) => !told.includes(key));
  return keys.flatMap((key) => saidOfValue(subject, names[key] ?? wordsOf(key), was.get(key), is.get(key), show));
}

/** What differs in one value; nothing when it is the same. */
export function saidOfValue(subject: string, what: string, before: unknown, after: unknown, show: Show = shown): Said[] {
  if (isSame(before, after)) return [];
  if (before === undefined) return [say(`${subject}: now ${what} ${show(after)}.`)];
  if (after === undefined) return [say(`${subject}: no longer ${what} ${show(before)}.`)];
  if (Array.isArray(before) && Array.isArray(after)) return saidOfList(subject, what, before, after, show);
  if (isRecord(before) && isRecord(after)) return saidOfRecord(subject, what, before, after, show);
  if (isLong(before) || isLong(after))
    return [{ text: `${subject}: ${what} reads differently.`, words: { before: String(before), after: String(after) } }];
  return [say(`${subject}: ${what} ${insteadOf(before, after, show)}.`)];
}

/** `2 working days instead of 3`. */
export function insteadOf(before: unknown, after: unknown, show: Show = shown): string {
  const [was, is] = [lengthIn(before), lengthIn(after)];
  if (was !== null && is !== null && was.unit === is.unit) return `${show(after)} instead of ${was.count}`;
  return `${show(after)} instead of ${show(before)}`;
}

function saidOfRecord(
  subject: string,
  what: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  show: Show,
): Said[] {
  const said = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [was, is] = [before[key], after[key]];
    if (was === undefined && is !== undefined) return [say(`${subject}: ${what} now also ${entryWords(key, is, show)}.`)];
    if (is === undefined && was !== undefined) return [say(`${subject}: ${what} no longer ${entryWords(key, was, show)}.`)];
    return saidOfValue(subject, `${what}, ${wordsOf(key)}`, was, is, show);
  });
  return said.length > 0 ? said : [say(`${subject}: ${what} in another order.`)];
}

function entryWords(key: string, value: unknown, show: Show): string {
  const title = isRecord(value) ? (value.label ?? value.title) : value;
  return typeof title === 'string' && title !== '' ? `${quoted(title)} (${key})` : `${wordsOf(key)} (${show(value)})`;
}

function saidOfList(subject: string, what: string, before: unknown[], after: unknown[], show: Show): Said[] {
  const paired = before.length === after.length && before.filter((one, at) => !isSame(one, after[at])).length === 1;
  const at = before.findIndex((one, index) => !isSame(one, after[index]));
  if (paired && isRecord(before[at]) && isRecord(after[at]))
    return saidOfRecord(subject, `${what} ${at + 1}`, before[at], after[at], show);
  const added = after.filter((one) => !before.some((other) => isSame(one, other)));
  const removed = before.filter((one) => !after.some((other) => isSame(one, other)));
  const said = [
    ...(added.length === 0 ? [] : [say(`${subject}: ${what} now also ${named(added, show)}.`)]),
    ...(removed.length === 0 ? [] : [say(`${subject}: ${what} no longer ${named(removed, show)}.`)]),
  ];
  return said.length > 0 ? said : [say(`${subject}: ${what} in another order, or not as often.`)];
}

function named(items: unknown[], show: Show): string {
  const first = items.slice(0, MOST_NAMED).map(show).join(', ');
  return items.length > MOST_NAMED ? `${first} and ${items.length - MOST_NAMED} more` : first;
}

/** A value as people read it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return /^\d+ [a-z ]+$|^\S+$/.test(value) ? shortened(value) : quoted(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return shortened(value.map(shown).join(', '));
  if (isRecord(value)) {
    const parts = Object.entries(value).map(([key, one]) => `${wordsOf(key)}: ${shown(one)}`);
    return `(${shortened(parts.join(', '))})`;
  }
  return String(value);
}

/** A text in quotation marks, shortened to a line. */
export function quoted(text: string): string {
  return `“${shortened(text.replace(/\s+/g, ' ').trim())}”`;
}

/** `pattern_help` → `pattern help`. */
export function wordsOf(key: string): string {
  return key.replaceAll('_', ' ');
}

/** Whether two values say the same, the order of their keys included. */
export function isSame(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** Whether a value is a map from keys to values. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLong(value: unknown): boolean {
  return typeof value === 'string' && (value.length > SHORT || value.includes('\n'));
}

function shortened(text: string): string {
  return text.length <= SHORT ? text : `${text.slice(0, SHORT - 1).trimEnd()}…`;
}

function lengthIn(value: unknown): { count: string; unit: string } | null {
  const [, count = '', unit = ''] = (typeof value === 'string' && /^(\d+) ([a-z ]+?)s?$/.exec(value)) || [];
  return count === '' ? null : { count, unit };
}
