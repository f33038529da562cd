import type { Definition } from './definition.ts';
import { fieldOf } from './definition.ts';
import { showValue } from './fields/field.ts';
import type { Facts, Person } from './values.ts';

/** What somebody looks for: words, all of which a run has to have somewhere. */
export type Sought = { text: string; numbers: string[] }[];

/** Of a run, what words are looked for in. */
export type Findable = { title: string; people: Person[]; facts: Facts };

/** Reads what somebody typed into a search. Every character of it is an ordinary one; nothing typed asks for nothing. */
export function soughtIn(typed: string): Sought {
  const words = new Set(folded(typed).split(/\s+/).filter(Boolean));
  return [...words].map((text) => {
    const bare = text.replace(/^\p{Sc}|\p{Sc}$/gu, '');
    return { text, numbers: /^\d[\d.,']*$/.test(bare) ? readings(bare) : [] };
  });
}

/**
 * Whether a run has all of the words, each in its title, in the name or address of somebody, or in a value as people read
 * it. Only values that the definition declares count: what the run's page does not show is not found either.
 */
export function hasSought(sought: Sought, definition: Definition, { title, people, facts }: Findable): boolean {
  let missing = sought;
  const look = (text: string): boolean => {
    if (missing.length > 0) missing = missing.filter((word) => !holds(folded(text), word));
    return missing.length === 0;
  };
  if (look(title) || people.some(({ email, name }) => look(name === null ? email : `${name} ${email}`))) return true;
  return Object.keys(definition.data).some((key) => {
    const gathered = facts[key];
    return gathered !== undefined && look(showValue(fieldOf(definition, key), gathered.value));
  });
}

function holds(text: string, { text: word, numbers }: Sought[number]): boolean {
  if (text.includes(word)) return true;
  return numbers.length > 0 && numbersIn(text).some((number) => numbers.includes(number));
}

const NOT_ASCII = /[^\p{ASCII}]/u;

/** Capitals, accents and kinds of spaces make no difference to somebody who looks for something. */
function folded(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replaceAll('’', "'");
}

const NUMBERS = /\d{1,3}(?:[., ']\d{2,3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?/g;

/** Every number in a text, in each way in which it may be meant. */
function numbersIn(text: string): string[] {
  return (text.match(NUMBERS) ?? []).flatMap(readings);
}

/**
 * How a number may be meant, digit by digit: `7,500.00` and `7.500,00` are 7500; `7,500` is 7500 to some and 7.5 to
 * others, so it finds both.
 */
function readings(written: string): string[] {
  const bare = written.replace(/[ ']/g, '');
  const last = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','));
  if (last < 0) return [plain(bare, '')];
  const separator = bare.charAt(last);
  const asDecimal = plain(bare.slice(0, last), bare.slice(last + 1));
  const asGrouped = plain(bare, '');
  if (bare.indexOf(separator) < last) return [asGrouped];
  const isAlone = !bare.includes(separator === '.' ? ',' : '.');
  return isAlone && /^\d{3}$/.test(bare.slice(last + 1)) ? [asDecimal, asGrouped] : [asDecimal];
}

function plain(whole: string, fraction: string): string {
  const digits = whole.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
  const rest = fraction.replace(/0+$/, '');
  return rest === '' ? digits : `${digits}.${rest}`;
}
