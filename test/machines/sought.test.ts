import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { hasSought, soughtIn } from '../../machines/sought.ts';
import type { Facts, Value } from '../../machines/values.ts';

const SOURCE = `
workflow: order
title: Order
description: Things that are bought.
owners: [olga@example.com]
run_title: "Order of {{ supplier }}"
actors:
  asker: { title: Asker, from: trigger }
  buyer: { title: Buyer, email: bob@example.com }
data:
  supplier: { type: text, label: Supplier }
  kind: { type: choice, label: Kind, options: { mach: Machines, offi: Office supplies } }
  amount: { type: money, currency: EUR, label: Amount }
  lines: { type: list, label: Lines, item: Line, of: { item: { type: text, label: Item }, price: { type: money, currency: EUR, label: Price } } }
  needed: { type: date, label: Needed }
  urgent: { type: yes_no, label: Urgent }
  contact: { type: person, label: Contact }
triggers:
  - form: { title: Order, collects: [supplier, kind, amount, lines, needed, urgent, contact] }
stages:
  buy:
    title: Buy
    actor: buyer
    components:
      - decision: { shows: [supplier, kind, amount, lines, needed, urgent, contact], outcomes: { done: { label: Done, to: end }, dropped: { label: Dropped, to: end } } }
`;

const ORIGIN = { from: 'trigger' as const, by: 'ana@example.com', stage: null, at: '2026-03-02T09:00:00.000Z' };
const VALUES: Record<string, Value> = {
  supplier: 'Müller & Söhne 100%_Stahl',
  kind: 'offi',
  amount: 750_000,
  lines: [{ item: 'Fräse', price: 123_450 }],
  needed: '2026-03-05',
  urgent: true,
  contact: { email: 'c.diaz@example.com', name: 'Carmen Díaz' },
  left_over: 'Confidential',
};

function finds(typed: string, locale = 'en-US'): boolean {
  const { definition, findings } = readDefinition(`locale: ${locale}${SOURCE}`, 'order.yaml');
  if (definition === null) throw new Error(JSON.stringify(findings));
  const facts: Facts = Object.fromEntries(Object.entries(VALUES).map(([key, value]) => [key, { value, origin: ORIGIN }]));
  const people = [{ email: 'ana@example.com', name: 'Ana Ruiz' }];
  return hasSought(soughtIn(typed), definition, { title: 'Order 4021', people, facts });
}

describe('a run is found', () => {
  test.each([
    ['a word of its title', 'order'],
    ['words of its title, its starter and its values together', 'supplies ruiz 4021'],
    ['part of a word', 'suppl'],
    ['what an answer is called, not its key', 'Office supplies'],
    ['a day as it reads', '5 March 2026'],
    ['an amount as it reads', '€7,500.00'],
    ['an amount in plain digits', '7500'],
    ['an amount as it is written elsewhere', '7.500,00'],
    ['an amount with a sign', '7500€'],
    ['a number of the title, grouped', '4,021'],
    ['a cell of a row', 'fräse'],
    ['an amount in a row', '1234.5'],
    ['a person among the data', 'carmen c.diaz@example.com'],
    ['capitals and accents aside', 'MULLER sohne'],
    ['a percent sign and an underscore as they are', '100%_stahl'],
    ['nothing in particular', '  '],
  ])('by %s', (_, typed) => {
    expect(finds(typed)).toBe(true);
  });

  test('by an amount in the language of its workflow', () => {
    for (const typed of ['7.500,00', '7500', '7,500.00', '7500,00']) expect(finds(typed, 'de-DE')).toBe(true);
    for (const typed of ['1 234,50', '1234.50']) expect(finds(typed, 'fr-FR')).toBe(true);
  });
});

describe('a run is not found', () => {
  test.each([
    ['words of which one is missing', 'order 4022'],
    ['the key of an answer', 'offi supplies mach'],
    ['the key of an answer that was not given', 'machines'],
    ['an amount in cents', '750000'],
    ['some digits of an amount', '750'],
    ['the names under which values are kept', 'origin'],
    ['the place that gave a value', 'trigger'],
    ['data that its version does not declare', 'confidential'],
    ['a percent sign that stands for anything', 'm%r'],
    ['an underscore that stands for anything', 'm_ller'],
  ])('by %s', (_, typed) => {
    expect(finds(typed)).toBe(false);
  });
});
