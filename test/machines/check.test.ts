import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDefinition, showFinding } from '../../machines/check/read.ts';

const GOOD = `workflow: expense
title: Expense
owners: [olga@example.com]
actors:
  emma: { title: Employee, from: trigger }
  max: { title: Manager, email: "{{ manager_email }}" }
data:
  amount: { type: money, currency: USD }
  manager_email: { type: email }
  decision: { type: choice, options: { yes: Yes, no: No } }
  reason: { type: long_text, optional: true }
  payment_id: { type: text }
secrets: [TOKEN]
triggers:
  - form: { collects: [amount, manager_email] }
stages:
  review:
    actor: max
    due: 2 days
    escalate: { after: 4 days, to: emma }
    components:
      - form: { id: decide, shows: [amount], collects: [decision, reason] }
    next:
      - { to: pay, when: decision == "yes" && amount > 5 }
      - { to: review, when: reason == "again" }
      - { to: refused, otherwise: true }
  pay:
    actor: system
    components:
      - http: { url: https://pay.example.com, headers: { Authorization: "Bearer {{ secrets.TOKEN }}" }, save: { payment_id: body.id } }
      - email: { to: emma, subject: "Paid: {{ amount }}", body: "{{ payment_id }}" }
  refused:
    actor: system
    components:
      - email: { to: emma, subject: Sorry, body: "{{ reason }}" }
`;

type Bad = [what: string, from: string, to: string, line: number, column: number, code: string];

const BAD: Bad[] = [
  ['a quote that is never closed', 'title: Expense', 'title: "Expense', 2, 16, 'syntax'],
  ['a key written twice', 'title: Expense', 'title: Expense\ntitle: Again', 3, 1, 'duplicate_key'],
  ['an alias', 'title: Expense', 'title: &a Expense\ndescription: *a', 3, 14, 'forbidden_key'],
  ['a key that means something to JavaScript', 'secrets: [TOKEN]', '__proto__: { x: 1 }', 13, 1, 'forbidden_key'],
  ['a datum called constructor', '  payment_id: {', '  constructor: {', 12, 3, 'forbidden_key'],
  ['a word that is misspelt', 'title: Expense', 'titel: Expense', 2, 1, 'unknown_field'],
  ['a word that a component does not know', 'shows: [amount]', 'show: [amount]', 22, 29, 'unknown_field'],
  ['a component that does not exist', '- form: { id: decide', '- from: { id: decide', 22, 9, 'unknown_field'],
  [
    'two components in one',
    '- email: { to: emma, subject: Sorry',
    '- note: { text: x }\n        email: { to: emma, subject: Sorry',
    35,
    9,
    'wrong_type',
  ],
  ['a missing title', 'title: Expense\n', '', 1, 1, 'missing'],
  ['a field without a type', '{ type: text }', '{ label: Id }', 12, 3, 'missing'],
  ['a type that does not exist', 'type: long_text', 'type: longtext', 11, 19, 'wrong_type'],
  ['money without a currency', 'type: money, currency: USD', 'type: money', 8, 3, 'missing'],
  ['a currency that does not exist', 'currency: USD', 'currency: XQX', 8, 36, 'currency'],
  ['a choice of one', '{ yes: Yes, no: No }', '{ yes: Yes }', 10, 38, 'wrong_type'],
  ['owners that are no list', '[olga@example.com]', 'olga@example.com', 3, 9, 'wrong_type'],
  ['an owner without an address', '[olga@example.com]', '[olga]', 3, 10, 'wrong_type'],
  ['a duration in other words', 'due: 2 days', 'due: two days', 19, 10, 'wrong_type'],
  ['a name that conditions read otherwise', '  reason: {', '  string: {', 11, 3, 'reserved_name'],
  ['a name that texts read otherwise', '  reason: {', '  settings: {', 11, 3, 'reserved_name'],
  ['a stage called end', '  refused:\n', '  end:\n', 32, 3, 'reserved_name'],
  ['a successor that does not exist', '{ to: pay,', '{ to: pya,', 24, 15, 'unknown_stage'],
  ['an actor that does not exist', 'actor: max', 'actor: mex', 18, 12, 'unknown_actor'],
  ['mail to nobody', 'email: { to: emma, subject: Sorry', 'email: { to: ema, subject: Sorry', 35, 22, 'unknown_actor'],
  ['escalation to nobody', 'to: emma }\n    components', 'to: boss }\n    components', 20, 36, 'unknown_actor'],
  ['escalation to the system', 'to: emma }\n    components', 'to: system }\n    components', 20, 15, 'person_expected'],
  ['mail to the system', 'email: { to: emma, subject: Sorry', 'email: { to: system, subject: Sorry', 35, 22, 'person_expected'],
  ['a form for the system', 'actor: max', 'actor: system', 22, 15, 'system_asks_people'],
  ['data that are not declared', 'collects: [decision, reason]', 'collects: [decision, reasons]', 22, 67, 'unknown_data'],
  ['a result saved nowhere', 'save: { payment_id', 'save: { payment', 30, 113, 'unknown_data'],
  [
    'two components of one name',
    'email: { to: emma, subject: "Paid',
    'email: { id: http_1, to: emma, subject: "Paid',
    31,
    9,
    'duplicate_component',
  ],
  ['an address that may be none', '"{{ manager_email }}"', '"{{ decision }}"', 6, 33, 'actor_address'],
  [
    'an address that may be left empty',
    'manager_email: { type: email }',
    'manager_email: { type: email, optional: true }',
    18,
    12,
    'may_be_empty',
  ],
  ['two addresses', '"{{ manager_email }}"', '"a@b.co, c@d.co"', 6, 33, 'actor_address'],
  ['a stage that nothing leads to', '{ to: pay, when', '{ to: refused, when', 27, 3, 'unreachable_stage'],
  [
    'a fork that may match nothing',
    '      - { to: refused, otherwise: true }\n',
    '      - { to: refused, when: amount > 9 }\n',
    23,
    5,
    'fork_may_match_nothing',
  ],
  [
    'two branches for everything else',
    '{ to: review, when: reason == "again" }',
    '{ to: review, otherwise: true }',
    26,
    9,
    'several_otherwise',
  ],
  [
    'a branch after everything else',
    '      - { to: refused, otherwise: true }\n',
    '      - { to: refused, otherwise: true }\n      - { to: pay, when: amount > 9 }\n',
    27,
    9,
    'branch_after_otherwise',
  ],
  ['a branch without a condition', ', when: reason == "again" }', ' }', 25, 9, 'missing'],
  ['a condition over unknown data', 'amount > 5 }', 'amout > 5 }', 24, 47, 'condition'],
  ['a condition that is no yes or no', 'when: reason == "again"', 'when: reason', 25, 29, 'condition'],
  ['a condition with a pattern', 'reason == "again"', 'reason.matches("(a+)+")', 25, 29, 'condition'],
  ['a condition over a number that may be empty', 'currency: USD }', 'currency: USD, optional: true }', 24, 47, 'may_be_empty'],
  ['a text over unknown data', '"Paid: {{ amount }}"', '"Paid: {{ amuont }}"', 31, 47, 'template'],
  ['a text that is not closed', '"Paid: {{ amount }}"', '"Paid: {{ amount"', 31, 44, 'template'],
  ['a secret in a mail', '"{{ payment_id }}"', '"{{ secrets.TOKEN }}"', 31, 66, 'template'],
  ['a secret that is not declared', 'secrets: [TOKEN]', 'secrets: []', 30, 81, 'template'],
  ['a run named by the portal', 'title: Expense', 'title: Expense\nrun_title: "{{ portal }}"', 3, 12, 'template'],
  ['a setting that names data', 'secrets: [TOKEN]', 'secrets: [TOKEN]\nsettings: { URL: "{{ amount }}" }', 14, 18, 'template'],
  ['data used but never gathered', 'collects: [decision, reason]', 'collects: [decision]', 25, 29, 'never_gathered'],
  ['data that is declared for nothing', '  payment_id: {', '  idle: { type: text }\n  payment_id: {', 12, 3, 'never_used'],
  ['a time zone that does not exist', 'title: Expense', 'title: Expense\ntimezone: Europe/Atlantis', 3, 11, 'timezone'],
  ['a schedule that never fires', 'triggers:\n', 'triggers:\n  - schedule: { cron: "0 9 30 2 *" }\n', 15, 23, 'cron'],
  ['a schedule with seconds', 'triggers:\n', 'triggers:\n  - schedule: { cron: "* * * * * *" }\n', 15, 23, 'cron'],
  ['a schedule without words', 'triggers:\n', 'triggers:\n  - schedule: { cron: "" }\n', 15, 23, 'cron'],
  ['a schedule out of range', 'triggers:\n', 'triggers:\n  - schedule: { cron: "60 9 * * *" }\n', 15, 23, 'cron'],
  [
    'a schedule in no time zone',
    'triggers:\n',
    'triggers:\n  - schedule: { cron: "0 9 * * *", timezone: Mars }\n',
    15,
    46,
    'timezone',
  ],
];

function findingsOf(source: string) {
  return readDefinition(source, 'expense.yaml').findings;
}

describe('a definition with', () => {
  test.each(BAD)('%s', (_, from, to, line, column, code) => {
    expect(GOOD).toContain(from);
    const findings = findingsOf(GOOD.replace(from, () => to));
    expect(findings.map((one) => `${one.line}:${one.column} ${one.code}`)).toContain(`${line}:${column} ${code}`);
    for (const one of findings) {
      expect(one.message).toMatch(/^\S.*[.?]$/);
      expect(one.remedy).toMatch(/^\S.*[.?]$/);
    }
  });

  test('an endless circle', () => {
    const source = GOOD.replace('- { to: refused, otherwise: true }', '- { to: review, otherwise: true }').replace(
      '{ to: pay,',
      '{ to: review,',
    );
    expect(findingsOf(source).map(({ code }) => code)).toContain('no_way_to_an_end');
  });

  test('nothing wrong has no findings', () => {
    const { definition, findings } = readDefinition(GOOD, 'expense.yaml');
    expect(findings).toEqual([]);
    expect(definition?.workflow).toBe('expense');
  });

  test('an error is not read', () => {
    expect(readDefinition(GOOD.replace('to: pay', 'to: pya'), 'expense.yaml').definition).toBeNull();
  });
});

test('a finding says where, what and what to do', () => {
  const [finding] = findingsOf(GOOD.replace('title: Expense', 'titel: Expense'));
  expect(finding && showFinding(finding)).toMatch(/^expense\.yaml:\d+:\d+ {2}error {2}\w+ {2}.+\n {4}.+$/);
});

test('a misspelt word comes with the one that was meant', () => {
  const remedies = (from: string, to: string) =>
    findingsOf(GOOD.replace(from, to))
      .map(({ message, remedy }) => `${message} ${remedy}`)
      .join('\n');
  expect(remedies('title: Expense', 'titel: Expense')).toContain('Did you mean title?');
  expect(remedies('actor: max', 'actor: mex')).toContain('Did you mean max?');
  expect(remedies('to: pay,', 'to: pya,')).toContain('Did you mean pay?');
  expect(remedies('amount > 5 }', 'amout > 5 }')).toContain('did you mean amount?');
});

test.each(['expense-approval', 'morning-feedback-check'])('the worked example %s has nothing wrong', (name) => {
  expect(findingsOf(readFileSync(new URL(`../../workflows/${name}.yaml`, import.meta.url), 'utf8'))).toEqual([]);
});

describe('a hostile file is refused with a finding', () => {
  test.each([
    ['empty', ''],
    ['no map', '- a'],
    ['too large', 'x'.repeat(300_000)],
    ['too deep', `a: ${'['.repeat(100_000)}`],
    ['deep and closed', `a: ${'['.repeat(500)}${']'.repeat(500)}`],
    ['an alias bomb', 'a: &a [x,x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c]'],
    ['two documents', `${GOOD}---\n${GOOD}`],
    ['a foreign tag', 'workflow: !!js/function "function () {}"'],
    ['control characters', 'workflow: "\u0000"'],
  ])('%s', (_, source) => {
    const { definition, findings } = readDefinition(source, 'x.yaml');
    expect(definition).toBeNull();
    expect(findings.length).toBeGreaterThan(0);
  });

  test('no damage to a file makes reading throw, and every finding has a place in it', () => {
    const damage = fc.record({
      at: fc.nat(GOOD.length),
      cut: fc.nat(20),
      put: fc.oneof(
        fc.string({ maxLength: 5 }),
        fc.constantFrom('{', '[', '"', '\n', '- ', ': ', '{{', '{%', '&a ', '*a', 'null', '1e999', 'string', '__proto__: 1\n'),
      ),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const source = damages.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), GOOD);
        const { definition, findings } = readDefinition(source, 'x.yaml');
        expect(definition !== null || findings.length > 0).toBe(true);
        for (const { line, column } of findings)
          expect(line >= 1 && column >= 1 && line <= source.split('\n').length + 1).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
