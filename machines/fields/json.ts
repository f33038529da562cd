import { z } from 'zod';
import { isJson, type Value } from '../values.ts';
import { bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

export const JSON_FIELD = z.strictObject({
  type: z.literal('json').describe('json: whatever a program brings; nobody is asked for it.'),
  ...COMMON,
});

const MOST_CHARACTERS = 20_000;

/** Whatever another system says, kept as it is; shown, passed on, and never looked into by a rule. */
export const json: FieldType<z.output<typeof JSON_FIELD>> = {
  read: (_, [typed = '']) => {
    try {
      return boxed(JSON.parse(typed));
    } catch {
      return bad('Please give valid JSON.');
    }
  },
  readJson: (_, given) => boxed(given),
  show: (_, value) => JSON.stringify(contents(value), null, 2) ?? '',
  plain: (_, value) => contents(value),
  typed: (_, value) => [JSON.stringify(contents(value), null, 2) ?? ''],
  cel: () => null,
  celValue: () => '',
  celEmpty: '',
};

function contents(value: Value): unknown {
  return isJson(value) ? value.json : null;
}

function boxed(given: unknown): ReadValue {
  const text = JSON.stringify(given) ?? 'null';
  if (text.length > MOST_CHARACTERS)
    return bad(`This is more than ${MOST_CHARACTERS.toLocaleString('en-US')} characters of JSON.`);
  // Kept as it would come back from the database.
  return good({ json: JSON.parse(text.replace(/\\u0000/g, '')) });
}
