import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../../machines/check/read.ts';
import type { Definition } from '../../../machines/definition.ts';
import { endedIn, type Move, rehearse, visitedStages } from '../../../machines/rehearsal/rehearse.ts';
import { replay } from '../../../machines/replay.ts';
import { EVERYTHING } from '../../world/everything.ts';

const AROUND = { portal: 'http://localhost', settings: { PAYMENTS_URL: 'http://localhost/practice/payments' } };
const EXPENSE = readFileSync(new URL('../../../workflows/expense-approval.yaml', import.meta.url), 'utf8');

function definitionOf(source: string): Definition {
  const { definition, findings } = readDefinition(source, 'x.yaml');
  if (definition === null) throw new Error(JSON.stringify(findings));
  return definition;
}

const STARTS = { amount: 7500, purpose: 'Fair', manager_email: 'mara@example.com' };

function played(source: string, startsWith: Record<string, unknown>, moves: Move[]) {
  const rehearsed = rehearse(definitionOf(source), AROUND, { startsWith }, moves);
  if (!rehearsed.ok) throw new Error(`${rehearsed.refused.move}: ${rehearsed.refused.why}`);
  return rehearsed.rehearsal;
}

describe('a rehearsal', () => {
  test('goes through a workflow without sending anything: mails are caught, calls return what they are told', () => {
    const rehearsal = played(EXPENSE, STARTS, [
      { stage: 'review', answers: { decision: 'approve' } },
      { stage: 'second_approval', answers: { second_decision: 'approve' } },
      { call: 'payment', returns: { payment_id: 'pay_1' } },
    ]);
    expect(visitedStages(rehearsal)).toEqual(['review', 'second_approval', 'pay']);
    expect(endedIn(rehearsal)).toBe('pay');
    expect(rehearsal.mails.map(({ to, kind }) => `${kind} ${to}`)).toEqual([
      'receipt starter@example.com',
      'hand_off mara@example.com',
      'hand_off finance@example.com',
      'outcome starter@example.com',
    ]);
  });

  test('lets time pass: reminders and escalations come at their moments', () => {
    const rehearsal = played(EXPENSE, STARTS, [{ wait: '5d' }]);
    expect(rehearsal.mails.map(({ kind }) => kind)).toEqual([
      'receipt',
      'hand_off',
      'reminder',
      'escalation',
      'moved',
      'reminder',
    ]);
    expect(rehearsal.now).toBe('2026-01-10T09:00:00.000Z');
  });

  test('refuses what cannot happen, and says what can', () => {
    const rehearsed = rehearse(definitionOf(EXPENSE), AROUND, { startsWith: STARTS }, [{ call: 'payment', returns: {} }]);
    expect(rehearsed).toMatchObject({
      ok: false,
      refused: {
        move: 0,
        why: 'No call payment is under way.',
        possible: [expect.stringContaining('Manager (mara@example.com) answers'), expect.any(String)],
      },
    });
  });

  test('reads answers as a form would: what is wrong is told with its field', () => {
    const refused = (answers: Record<string, unknown>) => {
      const rehearsed = rehearse(definitionOf(EXPENSE), AROUND, { startsWith: STARTS }, [
        { stage: 'review', answers: answers as never },
      ]);
      return rehearsed.ok ? '' : rehearsed.refused.why;
    };
    expect(refused({})).toBe('decision: Please choose an answer.');
    expect(refused({ decision: 'perhaps' })).toContain('decision: Please choose one of the options.');
    expect(refused({ amount: 5 })).toContain('amount: This is not asked here. Asked are decision, reason.');
  });

  test('folds to the same snapshot when its events are told to a real run', () => {
    const rehearsal = played(EXPENSE, STARTS, [{ wait: '5d' }, { stage: 'review', answers: { decision: 'reject' } }]);
    expect(replay(() => rehearsal.workflow, 1, rehearsal.beginning, rehearsal.events)).toEqual(rehearsal.outcome.snapshot);
  });

  test('plays every kind of component', () => {
    const starts = {
      what: 'Chair',
      lines: [{ item: 'Chair', cost: 40 }],
      needed: '2026-05-04T09:30',
      urgent: false,
      team: ['ana@example.com'],
      boss: 'boss@example.com',
      from_day: '2026-05-01',
      until_day: '2026-05-02',
      notes: ['plan.pdf'],
    };
    const rehearsal = played(EVERYTHING, starts, [
      { stage: 'papers', answers: { quote: 'quote.pdf' } },
      { stage: 'papers', answers: { quote: 'quote.pdf', terms: 'terms.pdf' } },
      { stage: 'decide', answers: { budget: 100, lines: [{ verdict: 'yes' }] } },
      { stage: 'decide', answers: { decision: 'part', limit: 30 } },
      {
        stage: 'check',
        answers: { arrival: { box: { state: 'done', evidence: 'box.png' }, gap: { state: 'done', measured: 3 }, paper: 'done' } },
      },
      { stage: 'check', answers: { arrival_sign_off: 'accepted' } },
      { stage: 'check', answers: { ticket: 'T-1' } },
      { stage: 'route', answers: { article: 'AB1234' } },
      { stage: 'route', answers: {}, to: 'hall' },
      { event: 'placed', brings: { ticket: { number: 'P-1' } } },
    ]);
    expect(endedIn(rehearsal)).toBe('told');
    expect(rehearsal.outcome.snapshot.context.facts.paper?.value).toMatchObject({ name: 'Order-Chair.pdf' });
  });
});

describe('a saved case', () => {
  const withCase = (text: string) => `${EXPENSE}\ncases:\n${text}`;

  test('that comes out as expected lets the version be published', () => {
    const source = withCase(`  - case: A small expense is paid
    starts_with: { amount: 100, purpose: Train, manager_email: mara@example.com }
    steps:
      - { stage: review, answers: { decision: approve } }
      - { call: payment, returns: { payment_id: pay_1 } }
    expect: { ends_in: pay, visits: [review, pay], mails_to: [employee], data: { payment_id: pay_1, second_decision: null } }
`);
    expect(readDefinition(source, 'x.yaml').findings).toEqual([]);
  });

  test.each([
    ['ends elsewhere', '{ ends_in: rejected }', /should have ended in rejected, but it ended in pay/],
    ['goes another way', '{ visits: [review, second_approval, pay] }', /should have gone through review, second_approval, pay/],
    ['gathers something else', '{ data: { payment_id: pay_2 } }', /payment_id should be "pay_2", but it is pay_1/],
    ['writes to others', '{ mails_to: [manager] }', /should have gone to manager, but they went to employee/],
    ['waits no more', '{ waits_in: review }', /should wait in review, but it ended in pay/],
  ])('that %s stops the publishing, with its line and what differed', (_, expected, message) => {
    const source = withCase(`  - case: A small expense is paid
    starts_with: { amount: 100, purpose: Train, manager_email: mara@example.com }
    steps: [{ stage: review, answers: { decision: approve } }, { call: payment, returns: { payment_id: pay_1 } }]
    expect: ${expected}
`);
    const { definition, findings } = readDefinition(source, 'x.yaml');
    expect(definition).toBeNull();
    expect(findings).toMatchObject([
      { code: 'case_failed', line: source.split('\n').findIndex((line) => line.includes('- case:')) + 1 },
    ]);
    expect(findings[0]?.message).toMatch(message);
  });

  test('that cannot be played says at which step, and what is possible there', () => {
    const source = withCase(`  - case: Too soon
    starts_with: { amount: 100, purpose: Train, manager_email: mara@example.com }
    steps:
      - { stage: revise, answers: {} }
    expect: { ends_in: pay }
`);
    const [finding] = readDefinition(source, 'x.yaml').findings;
    expect(finding?.message).toContain('fails at step 1: The run waits in Manager review (review), not in revise. Possible now:');
  });
});
