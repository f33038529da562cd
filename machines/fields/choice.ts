import { z } from 'zod';
import { KEY, LINE } from '../words.ts';
import { asText, asTexts, bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

const OPTIONS = z
  .record(KEY, LINE)
  .refine((options) => Object.keys(options).length >= 2 && Object.keys(options).length <= 50, 'Give between 2 and 50 options.')
  .describe('What can be chosen: a key, and its name for people.');

export const CHOICE = z.strictObject({
  type: z.literal('choice').describe('choice: one of several options.'),
  ...COMMON,
  options: OPTIONS,
});
export const CHOICES = z.strictObject({
  type: z.literal('choices').describe('choices: any of several options.'),
  ...COMMON,
  options: OPTIONS,
});

type Choice = z.output<typeof CHOICE>;
type Choices = z.output<typeof CHOICES>;

/** One of several options. */
export const choice: FieldType<Choice> = {
  read: (field, [typed = '']) => one(field, typed),
  readJson: (field, json) => (typeof json === 'string' ? one(field, json) : bad(`This must be one of ${keys(field)}.`)),
  show: ({ options }, value) => options[asText(value)] ?? asText(value),
  plain: (_, value) => value,
  typed: (_, value) => [asText(value)],
  cel: () => 'string',
  celValue: (_, value) => asText(value),
  celEmpty: '',
};

/** Any number of several options. */
export const choices: FieldType<Choices> = {
  read: several,
  readJson: (field, json) => {
    const list = z.array(z.string()).max(50).safeParse(json);
    return list.success ? several(field, list.data) : bad(`This must be a list of ${keys(field)}.`);
  },
  show: ({ options }, value) =>
    asTexts(value)
      .map((key) => options[key] ?? key)
      .join(', '),
  plain: (_, value) => value,
  typed: (_, value) => asTexts(value),
  cel: () => 'list<string>',
  celValue: (_, value) => asTexts(value),
  celEmpty: [],
};

function one(field: Choice, key: string): ReadValue {
  return Object.hasOwn(field.options, key) ? good(key) : bad('Please choose one of the options.');
}

function several(field: Choices, typed: string[]): ReadValue {
  const chosen = Object.keys(field.options).filter((key) => typed.includes(key));
  return typed.every((key) => Object.hasOwn(field.options, key)) ? good(chosen) : bad('Please choose among the options.');
}

function keys(field: Choice | Choices): string {
  return Object.keys(field.options).join(', ');
}
