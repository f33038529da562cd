import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { compile, type Workflow } from '../../machines/compile.ts';
import type { Beginning, RunEvent } from '../../machines/event.ts';
import { placeIn, stepVersion } from '../../machines/move.ts';
import type { Outcome, StoredSnapshot } from '../../machines/outcome.ts';
import { replay, versionsOf } from '../../machines/replay.ts';
import { begin, step } from '../../machines/step.ts';
import type { Facts, Value } from '../../machines/values.ts';

const EXPENSE = readFileSync('workflows/expense-approval.yaml', 'utf8');
const AROUND = { portal: 'https://baton.example.com', settings: { PAYMENTS_URL: 'https://pay.example.com/payments' } };
const MONDAY = '2026-03-02T09:00:00.000Z';
const EMMA = { email: 'emma@example.com', name: 'Emma' };
const MARA = { email: 'mara@example.com', name: null };
const NOTE = '      - note: { text: Think twice. }\n';
const DECIDE = '      - form: { id: decide, shows';

const one = compiled(EXPENSE);

/** The shipped workflow with this text of it changed. */
function changed(...pairs: [string, string][]): Workflow {
  return compiled(pairs.reduce((source, [from, to]) => replaced(source, from, to), EXPENSE));
}

function replaced(source: string, from: string, to: string): string {
  if (!source.includes(from)) throw new Error(`The workflow does not say ${from}.`);
  return source.replaceAll(from, to);
}

describe('a run in review', () => {
  const { snapshot } = begin(one, beginningOf({ amount: 750_000, purpose: 'Train', manager_email: MARA.email }));

  test('stays where it is when its component stands elsewhere in the other version, with its hand-off as it was', () => {
    const placed = placeIn(one, changed([DECIDE, NOTE + DECIDE]), snapshot);
    if (!placed.ok) throw new Error(placed.why);
    expect(placed.snapshot.value).toEqual({ review: '2_form' });
    expect(placed.snapshot.context.open).toEqual(snapshot.context.open);
  });

  test.each([
    [
      'its stage is gone',
      changed(['  review:\n', '  first_look:\n'], ['next: review', 'next: first_look']),
      'That version has no stage Manager review.',
    ],
    [
      'its component is gone',
      changed(['id: decide, shows', 'id: judge, shows']),
      'In that version, Manager review has no form "decide".',
    ],
    [
      'a datum has another type',
      changed(['purpose: { type: long_text', 'purpose: { type: url']),
      'What was it for? is text here and url in that version.',
    ],
    [
      'an amount has another currency',
      changed(['currency: USD, label', 'currency: EUR, label']),
      'Amount is money in USD here and money in EUR in that version.',
    ],
    [
      'a datum is needed later on that was only asked at the start',
      changed(
        ['  payment_id: {', '  iban: { type: text, label: IBAN }\n  payment_id: {'],
        ['collects: [amount, purpose, receipt, manager_email]', 'collects: [amount, purpose, receipt, manager_email, iban]'],
        ['purpose: "{{ purpose }}" }', 'purpose: "{{ purpose }}", iban: "{{ iban }}" }'],
      ),
      'IBAN is needed at Pay in that version, and this run has not gathered it.',
    ],
  ])('does not move when %s, and it is said why', (_, other, why) => {
    expect(placeIn(one, other, snapshot)).toEqual({ ok: false, why });
  });

  test('moves when what is needed later is asked on the way', () => {
    const other = changed(
      ['  payment_id: {', '  iban: { type: text, label: IBAN }\n  payment_id: {'],
      ['collects: [amount, purpose, receipt, manager_email]', 'collects: [amount, purpose, receipt, manager_email, iban]'],
      ['collects: [decision, reason]', 'collects: [decision, reason, iban]'],
      ['purpose: "{{ purpose }}" }', 'purpose: "{{ purpose }}", iban: "{{ iban }}" }'],
    );
    expect(placeIn(one, other, snapshot).ok).toBe(true);
  });

  test('keeps data that the other version does not know, and can therefore move back', () => {
    const without = changed(['amount, purpose, receipt', 'amount, purpose'], ['  receipt: {', '  # receipt: {']);
    const file = { id: '01936b6e-0000-7000-8000-00000000aaaa', name: 'a.pdf', type: 'application/pdf', size: 1, sha256: 'x' };
    const begun = begin(one, beginningOf({ amount: 1, purpose: 'Train', manager_email: MARA.email, receipt: file }));
    const there = placeIn(one, without, begun.snapshot);
    if (!there.ok) throw new Error(there.why);
    expect(there.snapshot.context.facts.receipt?.value).toEqual(file);
    expect(placeIn(without, one, there.snapshot)).toEqual({ ok: true, snapshot: begun.snapshot });
  });

  test('does not move with an answer that the other version does not offer', () => {
    const revising = answer(one, snapshot, { decision: 'revise' });
    const other = changed([', revise: Send back }', ' }'], ['when: decision == "revise"', 'when: amount < 0']);
    expect(placeIn(one, other, revising.snapshot)).toEqual({
      ok: false,
      why: 'Your decision is "Send back", which that version does not offer.',
    });
  });
});

test('a run that has ended does not move', () => {
  const begun = begin(one, beginningOf({ amount: 1, purpose: 'Train', manager_email: MARA.email }));
  const ended = answer(one, begun.snapshot, { decision: 'reject' });
  expect(ended.status).toBe('done');
  expect(placeIn(one, changed([DECIDE, NOTE + DECIDE]), ended.snapshot)).toEqual({ ok: false, why: 'It has ended.' });
});

test('a run that waits for a call moves unless the other version keeps more of its answer', () => {
  const begun = begin(one, beginningOf({ amount: 1, purpose: 'Train', manager_email: MARA.email }));
  const paying = answer(one, begun.snapshot, { decision: 'approve' });
  expect(paying.snapshot.value).toEqual({ pay: '1_http' });
  const later = changed(['      - http:\n', '      - note: { text: Now. }\n      - http:\n']);
  expect(placeIn(one, later, paying.snapshot)).toMatchObject({ ok: true, snapshot: { value: { pay: '2_http' } } });
  const greedy = changed(
    ['  payment_id: {', '  fee: { type: text, label: Fee }\n  payment_id: {'],
    ['save: { payment_id: body.id }', 'save: { payment_id: body.id, fee: body.fee }'],
    ['Payment reference: {{', '{{ fee }} Payment reference: {{'],
  );
  expect(placeIn(one, greedy, paying.snapshot)).toMatchObject({
    ok: false,
    why: expect.stringContaining('does not bring Fee'),
  });
});

describe('a checklist with a sign-off', () => {
  const signed = setup(', sign_off: quality');
  const plain = setup('');
  const filling = begin(signed, beginningOf({}));
  const signing = answer(signed, filling.snapshot, { fitted: [{ item: 'Guards', state: 'done' }] });

  test('is moved with the part in which it is', () => {
    expect(signing.snapshot.value).toEqual({ check: { '1_checklist': 'sign_off' } });
    const other = setup(', sign_off: quality', '      - note: { text: Carefully. }\n');
    expect(placeIn(signed, other, signing.snapshot)).toMatchObject({
      ok: true,
      snapshot: { value: { check: { '2_checklist': 'sign_off' } } },
    });
  });

  test('that nobody signs in the other version is moved while it is filled in, not while it is signed', () => {
    expect(placeIn(signed, plain, filling.snapshot)).toMatchObject({ ok: true, snapshot: { value: { check: '1_checklist' } } });
    expect(placeIn(plain, signed, begin(plain, beginningOf({})).snapshot)).toMatchObject({
      ok: true,
      snapshot: { value: { check: { '1_checklist': 'fill' } } },
    });
    expect(placeIn(signed, plain, signing.snapshot)).toEqual({
      ok: false,
      why: 'In that version, Check does not have the step at which the run is.',
    });
  });
});

test('branches with a limit keep how often they were taken, wherever they stand in the other version', () => {
  const limited = changed(['label: sent back }', 'label: sent back, at_most: 2, afterwards: rejected }']);
  const first = '      - { to: rejected, when: amount > 900000, label: far too much }\n';
  const other = changed(
    ['label: sent back }', 'label: sent back, at_most: 2, afterwards: rejected }'],
    ['      - { to: second_approval, when: decision', `${first}      - { to: second_approval, when: decision`],
  );
  const begun = begin(limited, beginningOf({ amount: 1, purpose: 'Train', manager_email: MARA.email }));
  const revising = answer(limited, begun.snapshot, { decision: 'revise' });
  expect(revising.snapshot.context.taken).toEqual({ 'review>2': 1 });
  const placed = placeIn(limited, other, revising.snapshot);
  expect(placed).toMatchObject({ ok: true, snapshot: { context: { taken: { 'review>3': 1 } } } });
});

test('a run that moved amid an open hand-off takes the answer under the new version, and its history gives its snapshot', () => {
  const two = changed([DECIDE, NOTE + DECIDE], ['amount > 5000', 'amount > 9000']);
  const beginning = beginningOf({ amount: 750_000, purpose: 'Train', manager_email: MARA.email });
  const begun = begin(one, beginning);
  const moved: RunEvent = {
    ...stamp(),
    type: 'version_moved',
    version: 2,
    from: 1,
    by: 'ops@example.com',
    reason: 'A higher limit',
  };
  const outcome = stepVersion(one, two, begun.snapshot, moved);
  expect(outcome).toMatchObject({
    happened: [{ what: 'version_moved', from: 1, to: 2, by: 'ops@example.com', reason: 'A higher limit' }],
    handOffs: [],
    effects: [],
    timers: [],
  });
  if (outcome === null) throw new Error('It did not move.');
  const answered = answerEvent(outcome.snapshot, { decision: 'approve' });
  const paid = step(two, outcome.snapshot, answered);
  expect(paid?.stage).toBe('pay');
  const events = [moved, answered];
  expect(versionsOf(events, 2)).toEqual([1, 2]);
  const versions = new Map([
    [1, one],
    [2, two],
  ]);
  const again = replay((number) => versions.get(number) ?? one, 1, beginning, JSON.parse(JSON.stringify(events)));
  expect(JSON.stringify(again)).toBe(JSON.stringify(paid?.snapshot));
});

function setup(signOff: string, before = ''): Workflow {
  return compiled(`
workflow: setup
title: Setup
owners: [olga@example.com]
actors: { fitter: { title: Fitter, email: fitter@example.com }, quality: { title: Quality, email: quality@example.com } }
triggers: [{ by_hand: {} }]
stages:
  check:
    actor: fitter
    components:
${before}      - checklist: { id: fitted, items: { guards: Guards }${signOff} }
    next: end
`);
}

function compiled(source: string): Workflow {
  const { definition, findings } = readDefinition(source, 'test');
  if (definition === null) throw new Error(findings.map(({ message }) => message).join('\n'));
  return { definition, machine: compile(definition, AROUND) };
}

let counted = 0;
function stamp() {
  counted += 1;
  return { at: MONDAY, fresh: `01936b6e-0000-7000-8000-${counted.toString(16).padStart(8, '0')}0000` };
}

function beginningOf(values: Record<string, Value>): Beginning {
  const origin = { from: 'trigger' as const, by: EMMA.email, stage: null, at: MONDAY };
  const facts: Facts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
  const { at, fresh } = stamp();
  return { run: fresh, at, fresh, starter: EMMA, trigger: 'form', facts };
}

function answerEvent({ context: { open } }: StoredSnapshot, answers: Record<string, Value>): RunEvent {
  if (open === null) throw new Error('No hand-off is open.');
  const about = { handOff: open.id, generation: open.generation, by: open.person };
  return { ...stamp(), type: 'answered', ...about, answers, submission: 's' };
}

function answer(workflow: Workflow, snapshot: StoredSnapshot, answers: Record<string, Value>): Outcome {
  const outcome = step(workflow, snapshot, answerEvent(snapshot, answers));
  if (outcome === null) throw new Error('The answer changed nothing.');
  return outcome;
}
