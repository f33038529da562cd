import { type Component, componentId } from '../components/component.ts';
import { keysIn } from '../components/form.ts';
import { type Definition, humanise, labelOf, type Stage, stageTitle } from '../definition.ts';
import { isSame, quoted, type Said, saidOf, saidOfValue, say, shown, wordsOf } from './saying.ts';

/** Both definitions, so that each side is told in its own words. */
export type Both = { before: Definition; after: Definition };
type Placed = { id: string; name: string; component: Component };

const NAMES: Record<string, string> = {
  do: 'what is to be done',
  text: 'the text',
  asks: 'the question',
  into: 'kept as',
  outcomes: 'the outcomes',
  items: 'the items',
  sign_off: 'signed off by',
  for: 'for',
  until: 'until',
  before: 'before that by',
  at: 'at',
  event: 'until a program reports',
  save: 'what is kept',
  at_most: 'at most',
  otherwise: 'else on to',
  to: 'goes to',
  subject: 'the subject',
  body: 'the text',
  attach: 'attached',
  title: 'the title',
  template: 'the text',
  table: 'looks into',
  match: 'what has to match',
  where: 'only where',
  rows: 'the rules',
  url: 'the address',
  headers: 'the headers',
  json: 'what is sent',
};

/** What differs in what is done in a stage that both have. */
export function componentsSaid(both: Both, key: string, before: Stage, after: Stage): Said[] {
  const title = stageTitle(both.after, key);
  const [was, is] = [placed(before), placed(after)];
  const same = (one: Placed, other: Placed) => one.id === other.id && one.component.kind === other.component.kind;
  const said = [
    ...is.filter((one) => !was.some((other) => same(one, other))).map(({ name }) => say(`${title}: the ${name} is new.`)),
    ...was.filter((one) => !is.some((other) => same(one, other))).map(({ name }) => say(`${title}: the ${name} is gone.`)),
    ...is.flatMap((one) => {
      const other = was.find((candidate) => same(one, candidate));
      return other === undefined ? [] : componentSaid(both, `${title}, ${one.name}`, other.component, one.component);
    }),
  ];
  const order = (all: Placed[], others: Placed[]) => all.filter((one) => others.some((other) => same(one, other)));
  const moved = !isSame(ids(order(was, is)), ids(order(is, was)));
  return moved ? [...said, say(`${title}: it is done in another order.`)] : said;
}

function placed({ components }: Stage): Placed[] {
  return components.map((component, index) => {
    const id = componentId(component, index);
    const kind = wordsOf(component.kind);
    return { id, component, name: component.id === undefined ? wordsOf(id) : `${kind} ${quoted(humanise(id))}` };
  });
}

function ids(all: Placed[]): string[] {
  return all.map(({ id, component }) => `${component.kind} ${id}`);
}

function componentSaid(both: Both, subject: string, before: Component, after: Component): Said[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const lists = ['shows', 'proof'].flatMap((key) => listedSaid(both, subject, WORDS[key] ?? key, was.get(key), is.get(key)));
  return [
    ...collectsSaid(both, subject, before, after),
    ...lists,
    ...saidOf(subject, before, after, ['id', 'kind', 'collects', 'shows', 'proof'], NAMES),
  ];
}

const WORDS: Record<string, string> = { shows: 'shows', proof: 'asks as proof for' };

/** Keys of data, told by their labels. */
function listedSaid({ before, after }: Both, subject: string, verb: string, was: unknown, is: unknown): Said[] {
  const [had, has] = [keysOf(was), keysOf(is)];
  const added = has.filter((key) => !had.includes(key)).map((key) => labelOf(after, key));
  const removed = had.filter((key) => !has.includes(key)).map((key) => labelOf(before, key));
  const said = [
    ...(added.length === 0 ? [] : [say(`${subject}: now also ${verb} ${added.map(shown).join(', ')}.`)]),
    ...(removed.length === 0 ? [] : [say(`${subject}: no longer ${verb} ${removed.map(shown).join(', ')}.`)]),
  ];
  if (said.length > 0 || isSame(had, has)) return said;
  return [say(`${subject}: ${verb} the same in another order.`)];
}

function keysOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

function collectsSaid(both: Both, subject: string, before: Component, after: Component): Said[] {
  if (!('collects' in before) || !('collects' in after)) return [];
  return askedSaid(both, subject, before.collects, after.collects);
}

/** What differs in what a form asks: first what, then how it is put. */
export function askedSaid(both: Both, subject: string, was: Asked, is: Asked): Said[] {
  if (isSame(was, is)) return [];
  const asked = listedSaid(both, subject, 'asks for', keysIn(was), keysIn(is));
  const onlyKeys = [...was, ...is].every((one) => typeof one === 'string');
  if (onlyKeys) return asked;
  const put = saidOfValue(subject, 'the sections of its questions', was.filter(isPart), is.filter(isPart));
  return put.length > 0 ? [...asked, ...put] : asked.length > 0 ? asked : [say(`${subject}: its questions are put differently.`)];
}

type Asked = Parameters<typeof keysIn>[0];

function isPart(item: Asked[number]): boolean {
  return typeof item !== 'string';
}
