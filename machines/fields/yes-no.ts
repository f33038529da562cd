import { z } from 'zod';
import { bad, COMMON, type FieldType, good } from './field-type.ts';

export const YES_NO = z.strictObject({ type: z.literal('yes_no').describe('yes_no: yes or no.'), ...COMMON });

type YesNo = z.output<typeof YES_NO>;

/** Yes or no. */
export const yesNo: FieldType<YesNo> = {
  read: (_, [typed = '']) => (typed === 'yes' ? good(true) : typed === 'no' ? good(false) : bad('Please choose yes or no.')),
  readJson: (_, json) => (typeof json === 'boolean' ? good(json) : bad('This must be true or false.')),
  show: (_, value) => (value === true ? 'Yes' : 'No'),
  plain: (_, value) => value,
  typed: (_, value) => [value === true ? 'yes' : 'no'],
  cel: () => 'bool',
  celValue: (_, value) => value === true,
  celEmpty: false,
};
