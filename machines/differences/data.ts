import { type Definition, humanise } from '../definition.ts';
import type { Field } from '../fields/field.ts';
import { isSame, quoted, type Said, saidOf, say, wordsOf } from './saying.ts';

const NAMES: Record<string, string> = {
  help: 'the help beside it',
  placeholder: 'the sample in it',
  default: 'already filled in with',
  show_when: 'asked only when',
  require_when: 'required when',
  visible_to: 'visible only to',
  computed: 'computed as',
  options: 'the options',
  min: 'at least',
  max: 'at most',
  accept: 'accepts',
  pattern: 'has to look like',
  of: 'the columns',
};

/** What differs in the data that a run gathers. */
export function dataSaid(before: Definition, after: Definition): Said[] {
  const keys = [...new Set([...Object.keys(before.data), ...Object.keys(after.data)])];
  const said = keys.flatMap((key) => fieldSaid(key, before.data[key], after.data[key]));
  if (said.length > 0 || isSame(before.data, after.data)) return said;
  return [say('The data is listed in another order.')];
}

function fieldSaid(key: string, before: Field | undefined, after: Field | undefined): Said[] {
  if (before === undefined) return after === undefined ? [] : [say(`${nameOf(key, after)} is new (${typeOf(after)}).`)];
  if (after === undefined) return [say(`${nameOf(key, before)} is gone.`)];
  if (isSame(before, after)) return [];
  const name = nameOf(key, after);
  return [
    ...(before.label === after.label ? [] : [say(`${nameOf(key, before)} is now called ${quoted(name)}.`)]),
    ...(before.type === after.type ? [] : [say(`${name}: now ${typeOf(after)} instead of ${typeOf(before)}.`)]),
    ...(before.optional === after.optional ? [] : [say(`${name} is now ${after.optional ? 'optional' : 'required'}.`)]),
    ...saidOf(name, before, after, ['label', 'type', 'optional'], NAMES),
  ];
}

function nameOf(key: string, { label }: Field): string {
  return label ?? humanise(key);
}

function typeOf({ type }: Field): string {
  return wordsOf(type);
}

/** What differs in the checks over several data, and in the lookup tables. */
export function checksAndTablesSaid(before: Definition, after: Definition): Said[] {
  const keys = [...new Set([...Object.keys(before.tables), ...Object.keys(after.tables)])];
  const tables = keys.flatMap((key) => {
    const [was, is] = [before.tables[key], after.tables[key]];
    const name = `The table ${quoted(is?.title ?? was?.title ?? humanise(key))}`;
    if (was === undefined || is === undefined) return [say(`${name} is ${was === undefined ? 'new' : 'gone'}.`)];
    return saidOf(name, was, is, [], { rows: 'the first rows', columns: 'the columns' });
  });
  const order = tables.length === 0 && !isSame(before.tables, after.tables) ? [say('The tables are in another order.')] : [];
  return [...checksSaid(before, after), ...tables, ...order];
}

function checksSaid(before: Definition, after: Definition): Said[] {
  const [was, is] = [before.checks, after.checks];
  if (isSame(was, is)) return [];
  const words = ({ that, message }: (typeof was)[number]) => `${quoted(that)}, else it says ${quoted(message)}`;
  const added = is.filter((one) => !was.some((other) => isSame(one, other)));
  const removed = was.filter((one) => !is.some((other) => isSame(one, other)));
  const said = [
    ...added.map((one) => say(`Answers are now checked: ${words(one)}.`)),
    ...removed.map((one) => say(`Answers are no longer checked: ${words(one)}.`)),
  ];
  return said.length > 0 ? said : [say('The checks of answers are in another order.')];
}
