import { z } from 'zod';
import { EMAIL } from '../words.ts';
import { cleanLine } from './clean.ts';
import { asText, bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

export const EMAIL_FIELD = z.strictObject({ type: z.literal('email').describe('email: an address for mail.'), ...COMMON });
export const PHONE = z.strictObject({ type: z.literal('phone').describe('phone: a phone number.'), ...COMMON });
export const URL_FIELD = z.strictObject({ type: z.literal('url').describe('url: a web address.'), ...COMMON });

function addressType<F>(read: (text: string) => ReadValue): FieldType<F> {
  return {
    read: (_, [typed = '']) => read(cleanLine(typed)),
    readJson: (_, json) => (typeof json === 'string' ? read(cleanLine(json)) : bad('This must be text.')),
    show: (_, value) => asText(value),
    plain: (_, value) => value,
    typed: (_, value) => [asText(value)],
    cel: () => 'string',
    celValue: (_, value) => asText(value),
    celEmpty: '',
  };
}

/** An email address, lower-cased. */
export const email: FieldType<z.output<typeof EMAIL_FIELD>> = addressType((text) => {
  const read = EMAIL.safeParse(text);
  return read.success ? good(read.data) : bad('Please give one email address, like name@example.com.');
});

/** A telephone number as it was written. */
export const phone: FieldType<z.output<typeof PHONE>> = addressType((text) =>
  /^\+?[\d\s()./-]{5,30}$/.test(text) ? good(text) : bad('Please give a telephone number, like +49 30 1234567.'),
);

/** A web address; only http and https. */
export const url: FieldType<z.output<typeof URL_FIELD>> = addressType((text) =>
  text.length <= 2000 && /^https?:\/\//i.test(text) && URL.canParse(text)
    ? good(text)
    : bad('Please give a web address, like https://example.com/page.'),
);
