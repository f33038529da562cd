import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';

const GOOD = `workflow: purchase
title: Purchase
owners: [olga@example.com]
locale: de-DE
actors:
  emma: { title: Employee, from: trigger }
  max: { title: Manager, email: "{{ manager }}" }
  fin: { title: Finance, email: fin@example.com }
data:
  manager: { type: email }
  lines: { type: list, of: { item: { type: text }, cost: { type: money, currency: EUR } } }
  total: { type: money, currency: EUR, computed: "sum(lines.map(line, line.cost))" }
  centre: { type: text, pattern: "[0-9]{4}", default: "4711" }
  needed: { type: date }
  until: { type: date, optional: true }
  urgent: { type: yes_no }
  why: { type: text, show_when: urgent }
  limit: { type: money, currency: EUR }
  approver: { type: email }
  level: { type: choice, options: { small: Small, large: Large } }
  salary: { type: money, currency: EUR, visible_to: [fin], optional: true }
  contract: { type: file }
  signed: { type: date }
checks:
  - { that: until >= needed, message: It cannot end before it begins., at: until }
tables:
  centres:
    columns: { number: { type: text }, budget: { type: money, currency: EUR }, holder: { type: email } }
    rows:
      - { number: "4711", budget: 1000, holder: anna@example.com, from: 2026-01-01, until: 2026-12-31 }
triggers:
  - form: { collects: [manager, { section: What, collects: [lines, centre, needed, until, urgent, why] }] }
stages:
  find:
    actor: system
    components:
      - lookup: { table: centres, match: { number: centre }, where: total <= row.budget, save: { approver: holder }, otherwise: refuse }
      - rules: { id: size, rows: [{ when: total < 100, set: { level: small } }, { otherwise: true, set: { level: large } }] }
    next: review
  review:
    actor: max
    skip: { when: level == "small", because: Small things need no look., to: order }
    components:
      - decision:
          shows: [lines, total]
          outcomes:
            yes: { label: "Yes", to: order }
            part: { label: In part, limit: { data: limit, at_most: total }, to: order }
            no: { label: "No", reason: required, to: refuse }
            again: { label: Again }
    next:
      - { to: correct, when: decision == "again", at_most: 2, afterwards: refuse }
  correct:
    actor: emma
    components:
      - form: { collects: [lines, { rows: lines, edit: [item] }] }
    next: review
  order:
    actor: fin
    guidance: New suppliers need a contract.
    components:
      - checklist: { id: order_check, items: { price: Price compared, gap: { label: Gap, measure: { unit: mm, min: 1, max: 2 } } }, sign_off: max }
      - task: { do: Order it., proof: [salary] }
    next:
      - { to: contracting, guidance: The supplier is new. }
      - { to: done, otherwise: true }
  contracting:
    actor: max
    components:
      - file_request: { collects: [contract] }
      - wait: { event: signed, save: { signed: day }, at_most: 10 days, otherwise: refuse }
      - wait: { until: needed, at: "09:00" }
    next: done
  done:
    actor: system
    components:
      - document: { id: paper, title: "Order {{ centre }}", template: "{{ total }}", into: paper }
      - email: { to: emma, subject: Ordered, body: "{{ approver }} {% if why %}{{ why }}{% endif %}{% if signed %}{{ signed }}{% endif %}", attach: [paper] }
  refuse:
    actor: system
    components:
      - email: { id: sorry, to: emma, subject: "No: {{ total }}", body: "{% if decision_reason %}{{ decision_reason }}{% endif %}" }
`;

type Bad = [what: string, from: string, to: string, line: number, code: string, remedy: RegExp];

const BAD: Bad[] = [
  ['a language that does not exist', 'locale: de-DE', 'locale: xx-YY-zz-1', 4, 'locale', /de-DE/],
  ['a pattern that cannot be read', '[0-9]{4}', '[0-9{4}', 13, 'pattern', /RE2/],
  ['a default that does not fit', 'default: "4711"', 'default: "47"', 13, 'does_not_fit', /could give/],
  [
    'limits that nothing meets',
    'measure: { unit: mm, min: 1, max: 2 }',
    'measure: { unit: mm, min: 3, max: 2 }',
    62,
    'does_not_fit',
    /Swap/,
  ],
  [
    'a list without columns',
    'of: { item: { type: text }, cost: { type: money, currency: EUR } }',
    'of: {}',
    11,
    'wrong_type',
    /columns/,
  ],
  [
    'a list in a list',
    'item: { type: text }, cost',
    'item: { type: list, of: { a: { type: text } } }, cost',
    11,
    'wrong_type',
    /Write one of/,
  ],
  ['a computed value over a column that is not there', 'line.cost', 'line.price', 12, 'condition', /Compare/],
  ['a computed value of the wrong type', '"sum(lines.map(line, line.cost))"', '"size(lines) > 1"', 12, 'does_not_fit', /double/],
  [
    'a computed value that is asked for, too',
    'collects: [manager,',
    'collects: [manager, total,',
    32,
    'does_not_fit',
    /computed/,
  ],
  ['a computed value computed from itself', 'line.cost))"', 'line.cost)) + total"', 12, 'does_not_fit', /above/],
  [
    'a yes or no that a text takes for something or nothing',
    'subject: Ordered, body: "{{ approver }} {% if why %}',
    'subject: Ordered, body: "{{ approver }} {% if why and urgent %}',
    78,
    'template',
    /./,
  ],
  ['a division that may be by nothing', '"sum(lines.map(line, line.cost))"', '"1.0 / size(lines)"', 12, 'condition', /Compare/],
  ['an item named by its place', 'when: total < 100', 'when: "lines[0].cost < 100.0"', 38, 'condition', /Compare/],
  [
    'a loop inside a loop',
    'when: total < 100',
    'when: "lines.exists(a, lines.exists(b, b.cost > a.cost))"',
    38,
    'condition',
    /Compare/,
  ],
  ['a condition for asking over unknown data', 'show_when: urgent', 'show_when: urgnet', 17, 'condition', /Compare/],
  ['a condition for asking that is no yes or no', 'show_when: urgent', 'show_when: centre', 17, 'condition', /Compare/],
  ['a rule over several data that cannot be read', 'until >= needed', 'until >=', 25, 'condition', /Compare/],
  ['a rule over several data beside nothing', 'at: until }', 'at: untl }', 25, 'unknown_data', /Did you mean until/],
  ['a table that is not there', 'table: centres,', 'table: centers,', 37, 'unknown_table', /Did you mean centres/],
  ['a column to match that is not there', 'match: { number: centre }', 'match: { no: centre }', 37, 'unknown_table', /Declare/],
  [
    'a column to keep that is not there',
    'save: { approver: holder }',
    'save: { approver: owner }',
    37,
    'unknown_table',
    /Declare|mean/,
  ],
  ['a column kept as another type', 'save: { approver: holder }', 'save: { approver: budget }', 37, 'does_not_fit', /same type/],
  ['a condition over a row that names no column', 'row.budget', 'row.buget', 37, 'condition', /Compare/],
  ['a cell that does not fit its column', 'budget: 1000,', 'budget: much,', 30, 'does_not_fit', /column/],
  ['a cell that is missing', 'budget: 1000, ', '', 30, 'does_not_fit', /optional/],
  ['a cell of no column', 'budget: 1000,', 'budget: 1000, colour: red,', 30, 'does_not_fit', /columns/],
  ['a row that ends before it begins', 'until: 2026-12-31', 'until: 2025-12-31', 30, 'does_not_fit', /Swap/],
  [
    'nothing found, and nowhere to go',
    ', otherwise: refuse }\n      - rules',
    ' }\n      - rules',
    78,
    'not_gathered_on_every_path',
    /given\(approver\)/,
  ],
  [
    'a rule that sets what is not declared',
    'set: { level: small }',
    'set: { levle: small }',
    38,
    'unknown_data',
    /Did you mean level/,
  ],
  ['a rule that sets a value that does not fit', 'set: { level: small }', 'set: { level: tiny }', 38, 'does_not_fit', /its type/],
  [
    'rules after the one for everything else',
    '{ when: total < 100, set: { level: small } }, { otherwise: true, set: { level: large } }',
    '{ otherwise: true, set: { level: large } }, { when: total < 100, set: { level: small } }',
    38,
    'branch_after_otherwise',
    /last/,
  ],
  [
    'rules that overlap although only one may hold',
    'rows: [{ when: total < 100, set: { level: small } }, { otherwise: true, set: { level: large } }]',
    'hit: only, rows: [{ when: total < 100, set: { level: small } }, { when: total >= 50, set: { level: large } }]',
    38,
    'rules_overlap',
    /narrower/,
  ],
  [
    'a stage left out, and nowhere to go',
    'because: Small things need no look., to: order',
    'because: Small things need no look.',
    42,
    'skip_without_end',
    /to: end/,
  ],
  ['a limit without an end', ', at_most: 2, afterwards: refuse', ', at_most: 2', 52, 'limit_without_end', /afterwards/],
  ['an end without a limit', ', at_most: 2, afterwards: refuse', ', afterwards: refuse', 52, 'limit_without_end', /at_most/],
  [
    'an outcome that leads nowhere',
    'yes: { label: "Yes", to: order }',
    'yes: { label: "Yes", to: ordr }',
    47,
    'unknown_stage',
    /Did you mean order/,
  ],
  [
    'an outcome for which there is no path',
    '      - { to: correct, when: decision == "again", at_most: 2, afterwards: refuse }',
    '      - { to: correct, when: decision == "never" }',
    51,
    'fork_may_match_nothing',
    /otherwise/,
  ],
  [
    'a limit that is no number',
    'limit: { data: limit, at_most: total }',
    'limit: { data: centre }',
    48,
    'does_not_fit',
    /number or money/,
  ],
  [
    'seven outcomes',
    'again: { label: Again }',
    'again: { label: A }\n            b: { label: B }\n            c: { label: C }\n            d: { label: D }',
    47,
    'wrong_type',
    /between 2 and 6/,
  ],
  ['rows of something that has none', 'rows: lines, edit: [item]', 'rows: centre, edit: [item]', 56, 'does_not_fit', /type list/],
  ['a column to edit that is not there', 'edit: [item]', 'edit: [itm]', 56, 'unknown_data', /Did you mean item/],
  ['a checklist signed by whoever filled it in', 'sign_off: max', 'sign_off: fin', 62, 'person_expected', /another actor/],
  [
    'a fork with one way that guidance could choose',
    '      - { to: done, otherwise: true }\n  contracting',
    '  contracting',
    64,
    'missing',
    /second branch/,
  ],
  [
    'a branch with a rule and guidance',
    '{ to: contracting, guidance: The supplier is new. }',
    '{ to: contracting, guidance: New., when: total > 5 }',
    65,
    'wrong_type',
    /others out/,
  ],
  [
    'a request for something that is no file',
    'file_request: { collects: [contract] }',
    'file_request: { collects: [centre] }',
    70,
    'does_not_fit',
    /type file/,
  ],
  ['a wait for an event that may never come', ', at_most: 10 days, otherwise: refuse', '', 71, 'wait_without_outcome', /at_most/],
  ['a wait for two things', 'until: needed, at: "09:00"', 'until: needed, for: 2 days', 72, 'missing', /Keep one/],
  ['a wait for something that is no day', 'until: needed, at: "09:00"', 'until: centre', 72, 'does_not_fit', /date/],
  ['a wait until a day that may be empty', 'until: needed, at: "09:00"', 'until: until', 72, 'may_be_empty', /given\(until\)/],
  ['a time of day that does not exist', 'at: "09:00"', 'at: "25:00"', 72, 'wrong_type', /09:00/],
  ['an attachment that is no file', 'attach: [paper]', 'attach: [centre]', 78, 'does_not_fit', /type file/],
  [
    'data shown to somebody who may not see it',
    'shows: [lines, total]',
    'shows: [lines, salary]',
    45,
    'hidden_data',
    /visible_to/,
  ],
  [
    'data mailed to somebody who may not see it',
    'body: "{{ approver }}',
    'body: "{{ salary }} {{ approver }}',
    78,
    'hidden_data',
    /visible_to/,
  ],
  ['data for the eyes of nobody declared', 'visible_to: [fin]', 'visible_to: [finn]', 21, 'unknown_actor', /Did you mean fin/],
  [
    'data used on a way that does not gather it',
    '{% if signed %}{{ signed }}{% endif %}',
    '{{ signed }}',
    78,
    'not_gathered_on_every_path',
    /\{% if signed %\}/,
  ],
  [
    'a branch that no case takes',
    'when: decision == "again"',
    'when: decision == "again" && decision == "no"',
    51,
    'fork_may_match_nothing',
    /otherwise/,
  ],
  [
    'a circle in which nobody is asked',
    '    next: review\n  review',
    '    next: find\n  review',
    34,
    'endless_circle',
    /Ask somebody/,
  ],
  [
    'a case in a stage that is not there',
    'stages:\n',
    'cases:\n  - { case: One, steps: [{ stage: revew }], expect: { ends_in: done } }\nstages:\n',
    34,
    'unknown_stage',
    /Did you mean review/,
  ],
  [
    'a case that starts with unknown data',
    'stages:\n',
    'cases:\n  - { case: One, starts_with: { mangaer: a@example.com }, expect: {} }\nstages:\n',
    34,
    'unknown_data',
    /Did you mean manager/,
  ],
];

test('there are more than eighty bad definitions, with those of check.test.ts', () => {
  expect(BAD.length + 56).toBeGreaterThanOrEqual(80);
});

describe('a definition with', () => {
  test.each(BAD)('%s', (_, from, to, line, code, remedy) => {
    expect(GOOD).toContain(from);
    const { findings } = readDefinition(
      GOOD.replace(from, () => to),
      'purchase.yaml',
    );
    expect(findings.map((one) => `${one.line} ${one.code}`)).toContain(`${line} ${code}`);
    const found = findings.find((one) => one.line === line && one.code === code);
    expect(found?.remedy).toMatch(remedy);
    expect(found?.column).toBeGreaterThan(0);
    for (const one of findings) {
      expect(one.message).toMatch(/^\S.*[.?]$/);
      expect(one.remedy).toMatch(/^\S.*[.?]$/);
    }
  });

  test('nothing wrong has no findings', () => {
    expect(readDefinition(GOOD, 'purchase.yaml').findings).toEqual([]);
  });
});

test('a value that is missing is told with the way on which it is', () => {
  const source = GOOD.replace('{% if signed %}{{ signed }}{% endif %}', '{{ signed }}');
  const [finding] = readDefinition(source, 'purchase.yaml').findings;
  expect(finding?.message).toBe(
    'Signed (signed) is used here, but on the way the start form → Find → Review → Order → Done nothing has gathered it.',
  );
});

test('a fork that leaves a case open is told with the first such case', () => {
  const source = GOOD.replace(
    '{ to: correct, when: decision == "again", at_most: 2, afterwards: refuse }',
    '{ to: correct, when: decision == "no" }',
  );
  const messages = readDefinition(source, 'purchase.yaml').findings.map(({ message }) => message);
  expect(messages).toContain('No branch is taken when Your decision is Again, and the run would stand still.');
});
