import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFINITION, type Definition } from '../../machines/definition.ts';
import { differences } from '../../machines/differences.ts';

const EXPENSE = readFileSync('workflows/expense-approval.yaml', 'utf8');
const RICH = `
workflow: rich
title: Everything at once
owners: [olga@example.com]
timezone: Europe/Berlin
locale: de-DE
run_title: "{{ name }}"
actors:
  asker: { title: Asker, from: trigger }
  boss: { title: Boss, email: boss@example.com, claim: first }
data:
  name: { type: text, label: Name, help: In full., placeholder: Ana, pattern: "[A-Z].*", pattern_help: A capital first. }
  amount: { type: money, currency: EUR, label: Amount, min: 1, visible_to: [boss] }
  half: { type: money, currency: EUR, computed: amount / 2.0, optional: true }
  lines: { type: list, label: Lines, of: { item: { type: text }, price: { type: number, optional: true } }, max: 9 }
  proof: { type: file, label: Proof, optional: true }
  day: { type: date, label: Day, show_when: amount > 5, require_when: amount > 9 }
  who: { type: email, label: Who }
checks:
  - { that: amount > 2, message: Too little., at: amount }
tables:
  approvers: { title: Approvers, columns: { up_to: { type: number }, person: { type: email } }, rows: [{ up_to: 5, person: boss@example.com }] }
settings: { BASE: "https://example.com" }
secrets: [TOKEN]
judgement: { confidence: 0.9 }
triggers:
  - form: { title: Ask, intro: Please., collects: [name, { section: Money, help: Net., collects: [amount, lines] }] }
  - schedule: { cron: "0 9 * * 1", timezone: Europe/Paris }
  - api: { collects: [name] }
stages:
  look:
    title: A look
    actor: boss
    guidance: Look well.
    due: 3 working days
    remind: 1 day
    escalate: { after: 4 days, to: asker }
    skip: { when: amount < 3, because: Small., to: act }
    decider: asker
    components:
      - note: { text: Hello. }
      - decision: { id: decide, shows: [amount], outcomes: { yes_please: { label: Yes, tone: good, reason: required, attest: Sure., to: act }, no_thanks: { label: "No" } }, collects: [day] }
      - checklist: { id: setup, items: { guards: Guards in place, gap: { label: Gap, measure: { unit: mm, min: 1, max: 2 } } }, sign_off: asker }
      - file_request: { id: papers, collects: [proof] }
      - task: { id: create, do: Create it., proof: [name] }
    next:
      - { to: act, guidance: It fits., label: fits, at_most: 3, afterwards: end }
      - { to: end, otherwise: true }
  act:
    actor: system
    components:
      - lookup: { id: find, table: approvers, where: amount <= row.up_to, save: { who: person }, otherwise: look }
      - rules: { id: rule, rows: [{ when: amount > 5, set: { name: Big } }, { otherwise: true, set: { name: Small } }] }
      - wait: { id: rest, event: signed, save: { day: signed.on }, at_most: 3 days, otherwise: look }
      - document: { id: paper, title: Paper, template: "# {{ name }}", into: paper }
      - http: { id: call, url: "https://example.com", headers: { X: "1" }, json: { a: [1, { b: "2" }] }, save: { who: body.who } }
      - email: { to: asker, subject: Done, body: "Well, {{ name }}.", attach: [paper] }
cases:
  - { case: The usual, starts_with: { name: Ana }, steps: [{ stage: look, answers: { decision: yes_please } }], expect: { ends_in: act } }
`;

const read = (source: string): Definition => DEFINITION.parse(parse(source));
const expense = read(EXPENSE);
const rich = read(RICH);

/** What the owner reads when this text of the file becomes another. */
function told(source: string, from: string, to: string): string[] {
  if (!source.includes(from)) throw new Error(`The workflow does not say ${from}.`);
  return differences(read(source), read(source.replace(from, to))).map(({ group, text }) => `${group}: ${text}`);
}

describe('the differences between two versions', () => {
  test.each([
    ['title: Expense approval', 'title: Expenses', 'head: The workflow is now called “Expenses” instead of “Expense approval”.'],
    [
      'finance@example.com, claim',
      'money@example.com, claim',
      'people: Finance: money@example.com instead of finance@example.com.',
    ],
    ['label: Amount, min', 'label: Amount, optional: true, min', 'data: Amount is now optional.'],
    ['currency: USD, label', 'currency: EUR, label', 'data: Amount: currency EUR instead of USD.'],
    ['type: text, label: Payment', 'type: number, label: Payment', 'data: Payment reference: now number instead of text.'],
    [
      'collects: [amount, purpose, receipt, m',
      'collects: [amount, purpose, m',
      'triggers: The start form: no longer asks for Receipt.',
    ],
    ['due: 2 working days', 'due: 3 working days', 'stages: Manager review: due 3 working days instead of 2.'],
    ['due: 2 working days', 'due: 1 week', 'stages: Manager review: due 1 week instead of 2 working days.'],
    ['    remind: 1 day\n', '', 'stages: Manager review: no longer a reminder after 1 day.'],
    ['actor: finance', 'actor: manager', 'stages: Second approval: done by Manager instead of Finance.'],
    [
      'after: 4 days',
      'after: 5 days',
      'stages: Manager review: without an answer it now goes to Finance after 5 days; before, to Finance after 4 days.',
    ],
    ['title: Manager review', 'title: Review', 'stages: The stage Manager review is now called “Review”.'],
    [
      'shows: [amount, purpose, receipt], c',
      'shows: [amount, purpose], c',
      'components: Manager review, form “Decide”: no longer shows Receipt.',
    ],
    ['method: POST', 'method: PUT', 'components: Pay, http “Payment”: method PUT instead of POST.'],
    [
      'amount > 5000, label',
      'amount > 7000, label',
      'paths: Manager review now leads to Second approval when decision == "approve" && amount > 7000; before, when decision == "approve" && amount > 5000.',
    ],
    ['next: review', 'next: pay', 'paths: Correct the request now leads to Pay.'],
  ])('say in a sentence what becomes of "%s" → "%s"', (from, to, sentence) => {
    expect(told(EXPENSE, from, to)).toContain(sentence);
  });

  test('tell of a new stage and of the way there', () => {
    const stage = 'stages:\n  audit:\n    actor: finance\n    components: [{ form: { collects: [reason] } }]\n    next: end\n';
    const added = EXPENSE.replace('stages:\n', stage).replace('next: review', 'next: audit');
    expect(differences(expense, read(added)).map(({ text }) => text)).toEqual([
      'The stage Audit is new.',
      'A run now begins in Audit.',
      'Correct the request now leads to Audit.',
      'Correct the request no longer leads to Manager review.',
    ]);
  });

  test('tell of an outcome of a decision once, not in the data and the path that it implies, too', () => {
    expect(told(RICH, 'label: "No" }', 'label: "Nothing doing" }')).toEqual([
      'components: A look, decision “Decide”: the outcomes, no thanks, label “Nothing doing” instead of No.',
    ]);
    expect(told(RICH, 'timezone: Europe/Berlin', 'timezone: UTC')).toEqual([
      'head: The workflow: the time zone UTC instead of Europe/Berlin.',
    ]);
  });

  test('give both wordings of a guidance, to be compared word by word', () => {
    const [difference] = differences(expense, read(EXPENSE.replace('Ordinary travel', 'Any travel')));
    expect(difference).toMatchObject({ group: 'guidance', text: 'The guidance of Manager review reads differently.' });
    expect(difference?.words?.after).toContain('Any travel and meals');
  });

  test('name a key that nobody has heard of yet by its own words', () => {
    const later = Object.assign({}, expense, { retention: { keep_for: '2 years' } });
    expect(differences(expense, later).map(({ text }) => text)).toEqual(['The workflow: now retention (keep for: 2 years).']);
  });
});

test.each([
  ['expense approval', expense],
  ['everything at once', rich],
])('the same definition gives no sentence (%s)', (_, definition) => {
  expect(differences(definition, structuredClone(definition))).toEqual([]);
});

test.each([
  ['expense approval', expense],
  ['everything at once', rich],
])('whatever is changed in a definition, there is a sentence about it (%s)', (_, definition) => {
  const places = leavesOf(definition);
  expect(places.length).toBeGreaterThan(50);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.boolean(), (place, takeAway) => {
      const changed = structuredClone(definition);
      change(changed, place, takeAway);
      expect(differences(definition, changed).length + differences(changed, definition).length, place.join('.')).toBeGreaterThan(
        1,
      );
      for (const { text } of differences(definition, changed)) expect(text).toMatch(/^\S.*[.!?]$/s);
    }),
    { numRuns: 400 },
  );
});

type Place = (string | number)[];

function leavesOf(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  return Object.entries(value).flatMap(([key, part]) => leavesOf(part, [...place, Array.isArray(value) ? Number(key) : key]));
}

/** Changes one leaf. A text becomes another one; an optional key is sometimes taken away. */
function change(definition: object, place: Place, takeAway: boolean): void {
  let holder: unknown = definition;
  for (const key of place.slice(0, -1)) holder = Reflect.get(Object(holder), key);
  const last = place.at(-1) ?? '';
  const was: unknown = Reflect.get(Object(holder), last);
  if (takeAway && OPTIONAL.has(String(last))) Reflect.deleteProperty(Object(holder), last);
  else if (typeof was === 'boolean') Reflect.set(Object(holder), last, !was);
  else if (typeof was === 'number') Reflect.set(Object(holder), last, was + 1);
  else Reflect.set(Object(holder), last, `${String(was)} x`);
}

const OPTIONAL = new Set(['due', 'remind', 'help', 'placeholder', 'when', 'decider', 'at_most', 'afterwards']);
