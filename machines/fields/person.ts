import { z } from 'zod';
import { isPerson, type Person, peopleIn } from '../values.ts';
import { EMAIL } from '../words.ts';
import { cleanLine } from './clean.ts';
import { bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

export const PERSON = z.strictObject({
  type: z.literal('person').describe('person: a name with an address for mail.'),
  ...COMMON,
});
export const PEOPLE = z.strictObject({
  type: z.literal('people').describe('people: several names with addresses for mail.'),
  ...COMMON,
  min: z.int().min(0).max(500).default(1).describe('How many people there must be.'),
  max: z.int().min(1).max(500).default(50).describe('How many people there may be.'),
});

type PeopleField = z.output<typeof PEOPLE>;

const GIVEN = z.union([
  z.string().transform((text) => written(text)),
  z.strictObject({ email: z.string(), name: z.string().nullish() }).transform(({ email, name }) => someone(email, name ?? '')),
]);

/** Somebody: an address and, if it is known, a name. Typed as address and name, or as `Ana Ruiz <ana@example.com>`. */
export const person: FieldType<z.output<typeof PERSON>> = {
  read: (_, [email = '', name = '']) => one(email.includes('<') || name === '' ? written(email) : someone(email, name)),
  readJson: (_, json) => {
    const read = GIVEN.safeParse(json);
    return one(read.success ? read.data : null);
  },
  show: (_, value) => (isPerson(value) ? shown(value) : ''),
  plain: (_, value) => value,
  typed: (_, value) => (isPerson(value) ? [value.email, value.name ?? ''] : []),
  cel: () => ({ record: { email: 'string', name: 'string' } }),
  celValue: (_, value) => inConditions(isPerson(value) ? value : NOBODY),
  celEmpty: { email: '', name: '' },
};

/** Several people; typed one a line. */
export const people: FieldType<PeopleField> = {
  read: (field, [typed = '']) =>
    several(
      field,
      typed
        .split(/[\n;]+/)
        .filter((line) => line.trim() !== '')
        .map(written),
    ),
  readJson: (field, json) => {
    const read = z.array(GIVEN).max(500).safeParse(json);
    return read.success ? several(field, read.data) : bad('This must be a list of people: addresses, or { email, name }.');
  },
  show: (_, value) => peopleIn(value).map(shown).join(', '),
  plain: (_, value) => value,
  typed: (_, value) => [peopleIn(value).map(shown).join('\n')],
  cel: () => ({ listOf: { email: 'string', name: 'string' } }),
  celValue: (_, value) => peopleIn(value).map(inConditions),
  celEmpty: [],
};

const NOBODY: Person = { email: '', name: null };
const HINT = 'Please give one email address, like name@example.com.';

function one(read: Person | null): ReadValue {
  return read === null ? bad(HINT) : good(read);
}

function several({ min, max }: PeopleField, read: (Person | null)[]): ReadValue {
  const found = read.filter((each) => each !== null);
  if (found.length < read.length) return bad('Please give one address a line, like Ana Ruiz <ana@example.com>.');
  const once = found.filter(({ email }, index) => found.findIndex((other) => other.email === email) === index);
  if (once.length < min) return bad(`Please name ${min} ${min === 1 ? 'person' : 'people'} at least.`);
  return once.length > max ? bad(`Please name ${max} ${max === 1 ? 'person' : 'people'} at most.`) : good(once);
}

/** `Ana Ruiz <ana@example.com>`, or the address alone. */
function written(text: string): Person | null {
  const [, name = '', address = text] = /^(.*?)<([^<>]*)>\s*$/.exec(cleanLine(text)) ?? [];
  return someone(address, name.replace(/^"|"$/g, ''));
}

function someone(address: string, name: string): Person | null {
  const email = EMAIL.safeParse(address);
  return email.success
    ? {
        email: email.data,
        name:
          cleanLine(name)
            .replace(/^"|"\s*$/g, '')
            .slice(0, 100)
            .trim() || null,
      }
    : null;
}

function shown({ email, name }: Person): string {
  return name === null ? email : `${name} <${email}>`;
}

function inConditions({ email, name }: Person) {
  return { email, name: name ?? '' };
}
