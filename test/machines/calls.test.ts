import { describe, expect, test } from 'vitest';
import { callFindings } from '../../machines/check/calls.ts';
import { placed, readDefinition } from '../../machines/check/read.ts';
import type { Definition } from '../../machines/definition.ts';

const CALLER = `workflow: panel
title: Panel
owners: [olga@example.com]
actors:
  anna: { title: Author, from: trigger }
data:
  subject: { type: text }
  cost: { type: money, currency: EUR }
  paper: { type: file, optional: true }
  mood: { type: choice, options: { good: Good, bad: Bad } }
  people: { type: list, min: 0, of: { name: { type: text, optional: true }, email: { type: email } } }
  seen:
    type: list
    min: 0
    of:
      key: { type: text }
      state: { type: choice, options: { arrived: Arrived, missing: Missing, failed: Failed } }
      verdict: { type: choice, optional: true, options: { yes: "Yes", no: "No" } }
      reviewer: { type: email, optional: true }
  word: { type: text }
triggers:
  - form: { collects: [subject, cost, paper, mood, people] }
stages:
  ask:
    actor: system
    components:
      - sub_workflow:
          id: asked
          workflow: look
          each: people
          as: person
          with: { subject: subject, reviewer: person.email, cost: cost, mood: mood }
          counts: { yes_said: row.verdict == "yes" }
          collect: seen
      - sub_workflow: { id: one, workflow: look, with: { subject: subject, reviewer: starter_of, cost: cost, mood: mood }, save: { word: remark } }
    next: tell
  tell:
    actor: system
    components: [{ email: { to: anna, subject: "{{ word }}", body: "{{ seen }} {{ asked_outcome }}" } }]
`
  .replace('starter_of', 'lead')
  .replace('  word:', '  lead: { type: email }\n  word:')
  .replace('mood, people] }', 'mood, people, lead] }');

const CALLEE = `workflow: look
title: Look
owners: [olga@example.com]
actors: { rita: { title: Reviewer, email: "{{ reviewer }}" } }
data:
  subject: { type: text }
  reviewer: { type: email }
  cost: { type: money, currency: EUR }
  mood: { type: choice, options: { good: Good, bad: Bad, odd: Odd } }
  paper: { type: file, optional: true }
  verdict: { type: choice, options: { yes: "Yes", no: "No" } }
  remark: { type: text }
triggers: [{ sub_workflow: { collects: [subject, reviewer, cost, mood, paper] } }]
results: [verdict, remark]
stages:
  say:
    actor: rita
    components: [{ form: { shows: [subject, cost, mood, paper], collects: [verdict, remark] } }]
`;

function read(source: string): Definition {
  const { definition, findings } = readDefinition(source, 'test.yaml');
  if (definition === null) throw new Error(findings.map(({ line, message }) => `${line} ${message}`).join('\n'));
  return definition;
}

function found(caller: string, ...called: string[]) {
  const definitions = new Map(called.map(read).map((one) => [one.workflow, one]));
  const findings = callFindings(read(caller), (workflow) => definitions.get(workflow) ?? null, [...definitions.keys()]);
  return placed(caller, 'panel.yaml', findings);
}

function changed(source: string, from: string, to: string): string {
  expect(source).toContain(from);
  return source.replace(from, to);
}

test('a workflow that keeps the contract has no finding', () => {
  expect(found(CALLER, CALLEE)).toEqual([]);
});

type Bad = [what: string, side: 'caller' | 'callee', from: string, to: string, line: number, says: RegExp];
const line = (text: string) => CALLER.split('\n').findIndex((one) => one.includes(text)) + 1;
const WITH = line('with: { subject: subject, reviewer: person.email');

const BAD: Bad[] = [
  ['an unknown workflow', 'caller', 'workflow: look\n', 'workflow: lok\n', line('workflow: look'), /no workflow "lok"/],
  [
    'one that cannot be called',
    'callee',
    '{ sub_workflow: { collects: [subject, reviewer, cost, mood, paper] } }',
    '{ api: { collects: [subject, reviewer, cost, mood, paper] } }',
    line('workflow: look'),
    /cannot be called/,
  ],
  ['something that is not taken', 'caller', 'mood: mood }\n', 'mood: mood, more: subject }\n', WITH, /takes no "more"/],
  ['something needed that is not given', 'caller', ', mood: mood }\n', ' }\n', WITH, /needs Mood/],
  [
    'something needed that may be empty',
    'callee',
    'paper: { type: file, optional: true }',
    'paper: { type: file }',
    WITH,
    /needs Paper/,
  ],
  [
    'a part of an item that may be empty',
    'caller',
    'subject: subject, reviewer: person.email',
    'subject: person.name, reviewer: person.email',
    WITH,
    /may be empty/,
  ],
  ['an amount in another currency', 'callee', 'currency: EUR', 'currency: USD', WITH, /in EUR, and that is in USD/],
  [
    'a text where an address is needed',
    'caller',
    'reviewer: person.email',
    'reviewer: subject',
    WITH,
    /it is text, and that is email/,
  ],
  [
    'an option that the other does not know',
    'callee',
    'options: { good: Good, bad: Bad, odd: Odd }',
    'options: { good: Good, odd: Odd }',
    WITH,
    /may be "bad"/,
  ],
  [
    'a file where a text is needed',
    'caller',
    'subject: subject, reviewer: person.email',
    'subject: paper, reviewer: person.email',
    WITH,
    /it is file/,
  ],
  [
    'a column of no result',
    'caller',
    'reviewer: { type: email, optional: true }',
    'remarks: { type: text, optional: true }',
    line('reviewer: { type'),
    /hands back no "remarks"/,
  ],
  [
    'a result that is no longer handed back',
    'callee',
    'results: [verdict, remark]',
    'results: [remark]',
    line('verdict: { type'),
    /hands back no "verdict"/,
  ],
  [
    'a column of another type',
    'callee',
    'verdict: { type: choice, options: { yes: "Yes", no: "No" } }',
    'verdict: { type: yes_no }',
    line('verdict: { type'),
    /it is yes_no, and that is choice/,
  ],
  [
    'an option that the column does not know',
    'callee',
    '{ yes: "Yes", no: "No" }',
    '{ yes: "Yes", no: "No", later: Later }',
    line('verdict: { type'),
    /may be "later"/,
  ],
  [
    'a column that has to be filled',
    'caller',
    'verdict: { type: choice, optional: true,',
    'verdict: { type: choice,',
    line('verdict: { type'),
    /stays empty/,
  ],
  [
    'a state that is not known',
    'caller',
    '{ arrived: Arrived, missing: Missing, failed: Failed }',
    '{ arrived: Arrived, missing: Missing }',
    line('state: { type'),
    /may also be failed/,
  ],
  [
    'a key that is a number',
    'caller',
    'key: { type: text }',
    'key: { type: number }',
    line('key: { type'),
    /Baton says of each child/,
  ],
  [
    'saving what is no result',
    'caller',
    'save: { word: remark }',
    'save: { word: reviewer }',
    line('id: one'),
    /hands back no "reviewer"/,
  ],
  [
    'saving what does not fit',
    'callee',
    'remark: { type: text }',
    'remark: { type: number }',
    line('id: one'),
    /it is number, and that is text/,
  ],
  [
    'a given column of another type',
    'caller',
    'reviewer: { type: email, optional: true }',
    'reviewer: { type: number, optional: true }',
    line('reviewer: { type'),
    /does not fit here/,
  ],
  [
    'a result that may be empty where one is needed',
    'callee',
    'remark: { type: text }',
    'remark: { type: text, optional: true }',
    line('save: { word: remark }'),
    /remark of look may be empty, and word is needed here/,
  ],
];

describe('a workflow that breaks the contract', () => {
  test.each(BAD)('by %s is found out', (_, side, from, to, at, says) => {
    const [caller, callee] = side === 'caller' ? [CALLER.replace(from, to), CALLEE] : [CALLER, CALLEE.replace(from, to)];
    if (side === 'caller') changed(CALLER, from, to);
    else changed(CALLEE, from, to);
    const findings = found(caller, callee);
    expect(findings.map((one) => `${one.line} ${one.message}`)).toContainEqual(expect.stringMatching(says));
    expect(findings.find(({ message }) => says.test(message))?.line).toBe(at);
    for (const { remedy, severity } of findings) expect([severity, remedy.length > 10]).toEqual(['error', true]);
  });
});

test('a result that may be empty is taken into data that may be, and is then asked for before it is used', () => {
  const kept = changed(CALLER, 'word: { type: text }', 'word: { type: text, optional: true }');
  const callee = changed(CALLEE, 'remark: { type: text }', 'remark: { type: text, optional: true }');
  expect(found(kept, callee)).toEqual([]);
  const needing = changed(kept, 'anna: { title: Author, from: trigger }', 'anna: { title: Author, email: "{{ word }}" }');
  const { findings } = readDefinition(
    needing.replaceAll('{ type: text, optional: true }\n', '{ type: email, optional: true }\n'),
    '',
  );
  expect(findings.map(({ code }) => code)).toContain('may_be_empty');
});

test('the name of a person may be unknown, and their address is not', () => {
  const people = CALLER.replace(/people: \{ type: list.*\n/, 'people: { type: people }\n');
  expect(found(people, CALLEE)).toEqual([]);
  const named = changed(
    people,
    'with: { subject: subject, reviewer: person.email',
    'with: { subject: person.name, reviewer: person.email',
  );
  expect(found(named, CALLEE)).toMatchObject([{ line: WITH, message: 'person.name may be empty, and look needs it.' }]);
  expect(found(named, changed(CALLEE, 'subject: { type: text }', 'subject: { type: text, optional: true }'))).toEqual([]);
});

const chain = (name: string, next: string, more = '') => `workflow: ${name}
title: ${name}
owners: [olga@example.com]
data: { deep: { type: yes_no } }
actors: { anna: { title: Anna, from: trigger } }
triggers: [{ form: { collects: [deep] } }, { sub_workflow: { collects: [deep] } }]
stages:
${more}  go:
    actor: system
    components: [{ sub_workflow: { id: below, workflow: ${next}, with: { deep: deep } } }]
    next: told
  told:
    actor: system
    components: [{ email: { to: anna, subject: Done, body: "{{ below_outcome }}" } }]
`;
const FIRST = `  first:
    actor: system
    components: [{ note: { text: Shall it go deeper? } }]
    next: [{ to: go, when: deep }, { to: told, otherwise: true }]
`;

describe('workflows that call each other', () => {
  test('are refused when nothing ever ends that', () => {
    expect(found(chain('one', 'one'))).toMatchObject([{ code: 'endless_calls', message: expect.stringContaining('one → one') }]);
    expect(found(chain('one', 'two'), chain('two', 'one'))).toMatchObject([
      { code: 'endless_calls', message: expect.stringContaining('one → two → one') },
    ]);
  });

  test('are taken when a rule leads to an end before the call', () => {
    const told = (source: string) => source.replace('"{{ below_outcome }}"', 'Done');
    expect(found(told(chain('one', 'one', FIRST)))).toEqual([]);
    expect(found(told(chain('one', 'two')), told(chain('two', 'one', FIRST)))).toEqual([]);
  });
});

const SHAPES: [what: string, from: string, to: string, says: RegExp][] = [
  ['a part that an item has not', 'reviewer: person.email', 'reviewer: person.mail', /An item has no "mail"/],
  ['an item as a whole', 'reviewer: person.email', 'reviewer: person', /"person" has parts/],
  ['a part of something else', 'reviewer: person.email', 'reviewer: subject.email', /"subject" has no parts here/],
  ['one item for each of a single value', 'each: people', 'each: subject', /holds a single value/],
  ['an unknown list', 'each: people', 'each: peple', /No data "peple"/],
  ['an item of an unknown list', 'each: people\n          as: person', 'each: person\n          as: person', /No data "person"/],
  ['an item of no list', 'with: { subject: subject, reviewer: lead', 'with: { subject: item, reviewer: lead', /No data "item"/],
  ['an unknown table', 'each: people', 'each: { table: people_table }', /no table "people_table"/],
  ['a veto of nothing', 'collect: seen', 'veto: refused\n          collect: seen', /Nothing is counted as "refused"/],
  [
    'waiting for nothing',
    'collect: seen',
    'wait: { at_least: 2, of: refused }\n          collect: seen',
    /Nothing is counted as "refused"/,
  ],
  ['counting without columns', '          collect: seen\n', '', /has no columns/],
  ['a counter that counts anyway', 'counts: { yes_said:', 'counts: { arrived:', /"arrived" is counted anyway/],
  ['a condition over no column', 'row.verdict == "yes"', 'row.verdikt == "yes"', /No such key: verdikt/],
  ['a condition that is none', 'row.verdict == "yes"', 'row.verdict', /must be true or false/],
  [
    'until what is not counted',
    'collect: seen',
    'wait: { until: so_far.refused > 1 }\n          collect: seen',
    /No such key: refused/,
  ],
  [
    'saving from several',
    'collect: seen',
    'save: { word: remark }\n          collect: seen',
    /Several children hand back several values/,
  ],
  ['results where something else is kept', 'collect: seen', 'collect: asked_missing', /asked_missing has no rows/],
  [
    'a number kept as a day',
    'word: { type: text }',
    'word: { type: text }\n  asked_asked: { type: date }',
    /number is kept here as asked_asked, which is date/,
  ],
  [
    'an outcome that is no option',
    'word: { type: text }',
    'word: { type: text }\n  one_outcome: { type: choice, options: { all_in: In, failed: Failed } }',
    /one_outcome may also be enough or out_of_reach/,
  ],
  [
    'a count that is computed',
    'word: { type: text }',
    'word: { type: text }\n  one_asked: { type: number, computed: 1 + 1 }',
    /cannot be computed, too/,
  ],
  [
    'a result that is computed',
    'word: { type: text }',
    'word: { type: text, computed: "lower(subject)" }',
    /cannot be saved, too/,
  ],
  ['a count that means something else', 'id: asked\n', 'id: days\n', /would be kept as "days_between"/],
  ['collecting in what has no rows', 'collect: seen', 'collect: word', /word has no rows/],
  [
    'a result that is not declared',
    'owners: [olga@example.com]\nactors',
    'owners: [olga@example.com]\nresults: [nothing]\nactors',
    /No data "nothing"/,
  ],
];

describe('a call that cannot be meant', () => {
  test.each(SHAPES)('with %s is found out in its own file', (_, from, to, says) => {
    const source = changed(CALLER, from, to).replace(/id: days((?:.|\n)*)yes_said/, 'id: days$1between');
    const { definition, findings } = readDefinition(source, 'panel.yaml');
    expect(definition).toBeNull();
    expect(findings.map(({ message }) => message)).toContainEqual(expect.stringMatching(says));
  });
});

test('a call that may be over at once is nothing that a run rests at on its way round', () => {
  const round = (call: string) => {
    const source = changed(chain('one', 'two'), 'workflow: two', `workflow: two${call}`).replace(
      'next: told\n',
      'next: [{ to: go, when: deep }, { to: told, otherwise: true }]\n',
    );
    return readDefinition(source, 'one.yaml').findings.map(({ code }) => code);
  };
  for (const call of ['', ', wait: any', ', wait: { at_least: 1 }', ', wait: { at_least: 60% }']) expect(round(call)).toEqual([]);
  for (const call of [', wait: none', ', wait: { at_least: 2 }', ', wait: { until: so_far.arrived < 5 }'])
    expect(round(call)).toEqual(['endless_circle']);
});
