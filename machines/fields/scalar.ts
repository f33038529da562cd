import { z } from 'zod';
import type { Value } from '../values.ts';
import { EMAIL_FIELD, email, PHONE, phone, URL_FIELD, url } from './address.ts';
import { CHOICE, CHOICES, choice, choices } from './choice.ts';
import { DATE, date } from './date.ts';
import { DATE_TIME, dateTime } from './date-time.ts';
import type { CelType, CelValue, FieldType, Place, ReadValue } from './field-type.ts';
import { FILE, file } from './file.ts';
import { MONEY, money } from './money.ts';
import { NUMBER, number } from './number.ts';
import { LONG_TEXT, longText, TEXT, text } from './text.ts';
import { YES_NO, yesNo } from './yes-no.ts';

/** What can stand in a column of a list or a lookup table. */
export const SCALAR = z.discriminatedUnion('type', [
  TEXT,
  LONG_TEXT,
  NUMBER,
  MONEY,
  YES_NO,
  CHOICE,
  CHOICES,
  DATE,
  DATE_TIME,
  EMAIL_FIELD,
  PHONE,
  URL_FIELD,
  FILE,
]);

export type Scalar = z.output<typeof SCALAR> & Place;

/** A field whose type is known to fit the functions beside it. */
export type Bound = {
  read(typed: string[]): ReadValue;
  readJson(json: unknown): ReadValue;
  show(value: Value): string;
  plain(value: Value): unknown;
  typed(value: Value): string[];
  cel(): CelType | null;
  celValue(value: Value): CelValue;
  celEmpty: CelValue | null;
};

/** Binds a field to what its type answers. */
export function bind<F>(field: F, type: FieldType<F>): Bound {
  return {
    read: (typed) => type.read(field, typed),
    readJson: (json) => type.readJson(field, json),
    show: (value) => type.show(field, value),
    plain: (value) => type.plain(field, value),
    typed: (value) => type.typed(field, value),
    cel: () => type.cel(field),
    celValue: (value) => type.celValue(field, value),
    celEmpty: type.celEmpty,
  };
}

/** What a scalar's type answers: one case a type. */
export function boundScalar(field: Scalar): Bound {
  switch (field.type) {
    case 'text':
      return bind(field, text);
    case 'long_text':
      return bind(field, longText);
    case 'number':
      return bind(field, number);
    case 'money':
      return bind(field, money);
    case 'yes_no':
      return bind(field, yesNo);
    case 'choice':
      return bind(field, choice);
    case 'choices':
      return bind(field, choices);
    case 'date':
      return bind(field, date);
    case 'date_time':
      return bind(field, dateTime);
    case 'email':
      return bind(field, email);
    case 'phone':
      return bind(field, phone);
    case 'url':
      return bind(field, url);
    case 'file':
      return bind(field, file);
  }
}
