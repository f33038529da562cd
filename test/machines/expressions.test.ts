import { describe, expect, test } from 'vitest';
import { checkCondition, dataIn, holds } from '../../machines/expressions.ts';
import { EMMA, factsOf, workflowOver } from './cast.ts';

const workflow = workflowOver({
  amount: { type: 'money', currency: 'USD' },
  count: { type: 'number', optional: true },
  reason: { type: 'long_text', optional: true },
  decision: { type: 'choice', options: { approve: 'Approve', reject: 'Reject' } },
  tags: { type: 'choices', options: { a: 'A', b: 'B' }, optional: true },
  urgent: { type: 'yes_no', optional: true },
});

const facts = factsOf({ amount: 500001, decision: 'approve' });
const judged = (condition: string) => holds(condition, workflow, facts, { starter: EMMA, at: '2026-03-02T09:00:00.000Z' });

describe('a condition', () => {
  test.each([
    ['decision == "approve" && amount > 5000', true],
    ['amount == 5000.01', true],
    ['amount > 5000.01', false],
    ['reason == ""', true],
    ['size(reason) > 0', false],
    ['urgent', false],
    ['"a" in tags', false],
    ['tags.exists(tag, tag == "a")', false],
    ['starter.email.endsWith("@example.com")', true],
    ['starter.name == "Emma"', true],
  ])('%s is %s', (condition, expected) => {
    expect(checkCondition(condition, workflow)).toBeNull();
    expect(judged(condition)).toBe(expected);
  });

  test('money compares exactly to the cent', () => {
    for (let cents = 0; cents < 1000; cents += 1) {
      const condition = `amount == ${(cents / 100).toFixed(2)}`;
      expect(holds(condition, workflow, factsOf({ amount: cents }), { starter: EMMA, at: '2026-03-02T09:00:00.000Z' })).toBe(
        true,
      );
    }
  });

  test('a number that is missing stops the step and is named', () => {
    expect(() => judged('count > 3')).toThrow('count');
  });

  test.each([
    ['amout > 5000', 0, 'did you mean amount?'],
    ['true && amout > 5000', 8, 'No data "amout"'],
    ['amount', 0, 'true or false'],
    ['amount >', 8, 'Unexpected'],
    ['amount == decision', 0, 'double == string'],
    ['starter.age > 3', 8, 'age'],
    ['', 0, 'Unexpected'],
    ['reason.matches("^(a+)+$")', 0, 'matches'],
    ['reason.matches // hidden\n ("^(a+)+$")', 0, 'matches'],
    ['cel.bind(x, [1, 2], x.all(y, y > 0))', 0, 'cel.bind'],
    ['[1, 2].all(x, [1, 2].all(y, x > y))', 14, 'inside another loop'],
    [`${'('.repeat(200)}true${')'.repeat(200)}`, 0, ''],
    [`${'true && '.repeat(400)}true`, 0, ''],
  ])('%s is refused at %i', (condition, offset, part) => {
    const problem = checkCondition(condition, workflow);
    expect(problem?.message).toContain(part);
    expect(problem?.message).not.toContain('\n');
    if (part !== '') expect(problem?.offset).toBe(offset);
  });

  test('what a person typed is a value, never part of the condition', () => {
    expect(
      holds('reason == "x"', workflow, factsOf({ reason: '" || true || "' }), { starter: EMMA, at: '2026-03-02T09:00:00.000Z' }),
    ).toBe(false);
  });

  test('the data it names are known, those in quotes and behind a dot are not', () => {
    expect(dataIn('decision == "reason" && starter.count == ""', workflow)).toEqual(['decision']);
  });
});
