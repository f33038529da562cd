import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { compile, type Workflow } from '../../machines/compile.ts';
import type { Beginning, RunEvent } from '../../machines/event.ts';
import type { Outcome, StoredSnapshot } from '../../machines/outcome.ts';
import { replay } from '../../machines/replay.ts';
import { begin, step } from '../../machines/step.ts';
import type { Facts, Value } from '../../machines/values.ts';

const AROUND = { portal: 'https://baton.example.com', settings: { PAYMENTS_URL: 'https://pay.example.com/payments' } };
const expense = shipped('expense-approval');

const MONDAY = '2026-03-02T09:00:00.000Z';
const EMMA = { email: 'emma@example.com', name: 'Emma' };
const MARA = { email: 'mara@example.com', name: null };
const FINANCE = { email: 'finance@example.com', name: null };

describe('an expense request', () => {
  test('begins with a receipt for the employee and a hand-off to the manager', () => {
    const { handOffs, effects, stage, title } = begun(750_000);
    expect({ stage, title }).toEqual({ stage: 'review', title: 'Expense of $7,500.00' });
    expect(handOffs).toMatchObject([{ is: 'opened', handOff: { person: MARA, dueAt: '2026-03-04T09:00:00.000Z' }, round: 1 }]);
    expect(mailsOf(effects)).toEqual([
      ['receipt', EMMA.email],
      ['hand_off', MARA.email],
    ]);
  });

  test('of exactly 5,000.00 does not go to finance, one cent more does', () => {
    expect(after(begun(500_000), { decision: 'approve' }).stage).toBe('pay');
    expect(after(begun(500_001), { decision: 'approve' }).stage).toBe('second_approval');
  });

  test('is paid by one call that names the secret without holding it', () => {
    const { effects, stage } = after(begun(10_000), { decision: 'approve' });
    expect(stage).toBe('pay');
    expect(effects).toMatchObject([
      {
        kind: 'http',
        url: 'https://pay.example.com/payments',
        headers: { Authorization: [{ text: 'Bearer ' }, { secret: 'PAYMENTS_TOKEN' }] },
        json: { amount: '100.00', currency: 'USD' },
      },
    ]);
  });

  test('ends with an approval email once the payment has its reference', () => {
    const paying = after(begun(10_000), { decision: 'approve' });
    const outcome = told(paying, {
      type: 'effect_done',
      effect: effectOf(paying),
      result: { status: 201, saved: { payment_id: 'pay_1' } },
    });
    expect(outcome.status).toBe('done');
    expect(outcome.effects).toMatchObject([{ mail: { is: 'outcome', to: EMMA, subject: 'Approved: $100.00' } }]);
    expect(JSON.stringify(outcome.effects)).toContain('pay_1');
  });

  test('that is rejected ends with the reason', () => {
    const outcome = after(begun(10_000), { decision: 'reject', reason: 'Not a business trip' });
    expect(outcome.status).toBe('done');
    expect(JSON.stringify(outcome.effects)).toContain('The reason given: Not a business trip');
  });

  test('that is sent back comes round again with a new hand-off', () => {
    const revising = after(begun(10_000), { decision: 'revise', reason: 'Which train?' });
    expect(revising).toMatchObject({
      stage: 'revise',
      handOffs: [{ is: 'decided' }, { is: 'opened', handOff: { person: EMMA } }],
    });
    const again = after(revising, { amount: 12_000, purpose: 'Train to Berlin' });
    expect(again).toMatchObject({ stage: 'review', title: 'Expense of $120.00' });
    expect(again.handOffs).toMatchObject([{ is: 'decided' }, { is: 'opened', round: 2, handOff: { person: MARA } }]);
  });

  test('goes straight on, without an email, when the next stage has the same person', () => {
    const outcome = after(begun(750_000, FINANCE.email), { decision: 'approve' });
    expect(outcome.stage).toBe('second_approval');
    expect(outcome.effects).toEqual([]);
    expect(outcome.happened).toContainEqual(expect.objectContaining({ what: 'handed_off', to: FINANCE, silent: true }));
  });

  test('moves to finance when the manager does not answer, and the manager is told once', () => {
    const first = begun(10_000);
    const outcome = told(first, { type: 'escalate_due', handOff: openOf(first).id });
    expect(outcome.handOffs).toMatchObject([{ is: 'moved', generation: 2, from: MARA, to: FINANCE, why: 'escalated' }]);
    expect(mailsOf(outcome.effects)).toEqual([
      ['escalation', FINANCE.email],
      ['moved', MARA.email],
    ]);
    expect(outcome.timers[0]).toEqual({ is: 'withdrawn', prefix: openOf(first).id });
  });

  test('asks for an operator when the payment fails for good, and goes on when it is retried', () => {
    const paying = after(begun(10_000), { decision: 'approve' });
    const stuck = told(paying, { type: 'effect_failed', effect: effectOf(paying), error: 'pay.example.com answered 400.' });
    expect(stuck.status).toBe('attention');
    const retried = told(stuck, { type: 'retried', by: 'ops@example.com' });
    expect(retried).toMatchObject({ status: 'active', rearmed: [effectOf(paying)] });
    const done = told(retried, {
      type: 'effect_done',
      effect: effectOf(paying),
      result: { status: 201, saved: { payment_id: 'p' } },
    });
    expect(done.status).toBe('done');
  });

  test('that is cancelled withdraws what is open and tells its person', () => {
    const outcome = told(begun(10_000), { type: 'cancelled', by: 'ops@example.com', reason: 'Entered twice' });
    expect(outcome.status).toBe('cancelled');
    expect(outcome.handOffs).toMatchObject([{ is: 'withdrawn', generation: 2, reason: 'Entered twice' }]);
    expect(mailsOf(outcome.effects)).toEqual([['withdrawn', MARA.email]]);
  });

  test('ignores what comes too late: a second answer, an old generation, a stale timer, a foreign effect', () => {
    const first = begun(10_000);
    const { id } = openOf(first);
    const decided = after(first, { decision: 'approve' });
    const late: Partial<RunEvent>[] = [
      { type: 'answered', handOff: id, generation: 1, by: MARA, answers: { decision: 'reject' }, submission: 's2' },
      { type: 'remind_due', handOff: id },
      { type: 'escalate_due', handOff: id },
      { type: 'effect_done', effect: '01936b6e-0000-7000-8000-00000000ffff', result: { status: 200, saved: {} } },
    ];
    for (const event of late) expect(step(expense, decided.snapshot, stamped(event))).toBeNull();
    const moved = told(first, { type: 'escalate_due', handOff: id });
    const old = {
      type: 'answered',
      handOff: id,
      generation: 1,
      by: MARA,
      answers: { decision: 'approve' },
      submission: 's',
    } as const;
    expect(step(expense, moved.snapshot, stamped(old))).toBeNull();
  });
});

test('a starter who is not at the form is written to, even when the first stage is theirs', () => {
  const own = beginningOf(10_000, EMMA.email);
  expect(mailsOf(begin(expense, own).effects)).toEqual([['receipt', EMMA.email]]);
  expect(mailsOf(begin(expense, { ...own, trigger: 'api' }).effects)).toEqual([
    ['receipt', EMMA.email],
    ['hand_off', EMMA.email],
  ]);
});

test('a step leaves what it was given untouched and gives the same outcome again', () => {
  const first = begun(10_000);
  const before = JSON.stringify(first.snapshot);
  const event = stamped(answerTo(first, { decision: 'approve' }));
  const [one, other] = [step(expense, first.snapshot, event), step(expense, structuredClone(first.snapshot), event)];
  expect(JSON.stringify(first.snapshot)).toBe(before);
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
});

test('whatever happens, replaying the history gives the stored snapshot, byte for byte', () => {
  const acts = fc.array(
    fc.constantFrom('approve', 'reject', 'revise', 'escalate', 'remind', 'overdue', 'fail', 'retry', 'pay', 'reassign'),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(acts, fc.integer({ min: 1, max: 2_000_000 }), (names, amount) => {
      const beginning = beginningOf(amount);
      let outcome = begin(expense, beginning);
      const history: RunEvent[] = [];
      for (const name of names) {
        const event = eventFor(name, outcome.snapshot);
        const next = event && step(expense, JSON.parse(JSON.stringify(outcome.snapshot)), event);
        if (!event || !next) continue;
        history.push(event);
        outcome = next;
      }
      const stored: unknown = JSON.parse(JSON.stringify(outcome.snapshot));
      expect(JSON.stringify(replay(() => expense, 1, beginning, JSON.parse(JSON.stringify(history))))).toBe(
        JSON.stringify(stored),
      );
      // Nothing is stuck: a run has ended, or waits for a person, an effect or an operator.
      const { context } = outcome.snapshot;
      expect(context.ending !== null || context.open !== null || context.awaiting !== null || context.attention !== null).toBe(
        true,
      );
    }),
    { numRuns: 300 },
  );
});

function shipped(name: string): Workflow {
  const { definition } = readDefinition(readFileSync(`workflows/${name}.yaml`, 'utf8'), name);
  if (definition === null) throw new Error(`${name} has faults.`);
  return { definition, machine: compile(definition, AROUND) };
}

let counted = 0;
function fresh(): string {
  counted += 1;
  return `01936b6e-0000-7000-8000-${counted.toString(16).padStart(8, '0')}0000`;
}

function beginningOf(amount: number, manager = MARA.email): Beginning {
  const run = fresh();
  const gathered = (value: Value): Facts[string] => ({
    value,
    origin: { from: 'trigger', by: EMMA.email, stage: null, at: MONDAY },
  });
  const facts = { amount: gathered(amount), purpose: gathered('Train'), manager_email: gathered(manager) };
  return { run, fresh: run, at: MONDAY, starter: EMMA, trigger: 'form', facts };
}

function begun(amount: number, manager = MARA.email): Outcome {
  return begin(expense, beginningOf(amount, manager));
}

function stamped(event: Partial<RunEvent>): RunEvent {
  return { at: '2026-03-02T10:00:00.000Z', fresh: fresh(), ...event } as RunEvent;
}

function told(outcome: Outcome, event: Partial<RunEvent>): Outcome {
  const next = step(expense, outcome.snapshot, stamped(event));
  if (next === null) throw new Error(`${event.type} changed nothing.`);
  return next;
}

function answerTo(outcome: Outcome, answers: Record<string, Value>): Partial<RunEvent> {
  const { id, generation, person } = openOf(outcome);
  return { type: 'answered', handOff: id, generation, by: person, answers, submission: 's' };
}

function after(outcome: Outcome, answers: Record<string, Value>): Outcome {
  return told(outcome, answerTo(outcome, answers));
}

function openOf({ snapshot }: { snapshot: StoredSnapshot }) {
  if (snapshot.context.open === null) throw new Error('No hand-off is open.');
  return snapshot.context.open;
}

function effectOf({ snapshot }: Outcome): string {
  return snapshot.context.awaiting?.effect ?? '';
}

function mailsOf(effects: Outcome['effects']): string[][] {
  return effects.flatMap((effect) => (effect.kind === 'mail' ? [[effect.mail.is, effect.mail.to.email]] : []));
}

function eventFor(name: string, { context }: StoredSnapshot): RunEvent | null {
  const { open, awaiting } = context;
  if (name === 'fail' && awaiting) return stamped({ type: 'effect_failed', effect: awaiting.effect, error: 'no' });
  if (name === 'pay' && awaiting)
    return stamped({ type: 'effect_done', effect: awaiting.effect, result: { status: 200, saved: { payment_id: 'p' } } });
  if (name === 'retry') return stamped({ type: 'retried', by: 'ops@example.com' });
  if (open === null) return null;
  const about = { handOff: open.id };
  if (name === 'escalate') return stamped({ type: 'escalate_due', ...about });
  if (name === 'remind') return stamped({ type: 'remind_due', ...about });
  if (name === 'overdue') return stamped({ type: 'overdue', ...about });
  if (name === 'reassign')
    return stamped({
      type: 'reassigned',
      ...about,
      to: { email: 'zoe@example.com', name: null },
      by: 'ops@example.com',
      reason: 'away',
    });
  const answers: Record<string, Record<string, Value>> = {
    review: { decision: name },
    second_approval: { second_decision: name === 'approve' ? 'approve' : 'reject' },
    revise: { amount: 700_000, purpose: 'Corrected' },
  };
  const given = answers[open.stage];
  if (given === undefined || !['approve', 'reject', 'revise'].includes(name)) return null;
  return stamped({ type: 'answered', ...about, generation: open.generation, by: open.person, answers: given, submission: 's' });
}
