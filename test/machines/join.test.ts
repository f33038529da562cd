import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SubWorkflowComponent } from '../../machines/components/component.ts';
import { type JoinOutcome, type Tally, verdictOn } from '../../machines/join.ts';

type Policy = Pick<SubWorkflowComponent, 'wait' | 'veto' | 'failure'>;
type Answer = 'yes' | 'no' | 'failed';

const ANSWERS: Answer[] = ['yes', 'no', 'failed'];
const FAILURES: Policy['failure'][] = ['ask', 'continue', 'stop'];
const UNTIL = 'so_far.no >= 2';

const WAITS: Policy['wait'][] = [
  'all',
  'any',
  { at_least: 1 },
  { at_least: 3 },
  { at_least: 2, of: 'yes' },
  { at_least: '60%' },
  { at_least: '50%', of: 'yes' },
  { until: UNTIL },
];

const POLICIES: Policy[] = WAITS.flatMap((wait) =>
  FAILURES.flatMap((failure) => [
    { wait, failure },
    { wait, failure, veto: 'no' },
  ]),
);

function tally(asked: number, answers: readonly Answer[]): Tally {
  const count = (answer: Answer) => answers.filter((one) => one === answer).length;
  const failed = count('failed');
  return { asked, arrived: answers.length - failed, failed, counts: { yes: count('yes'), no: count('no') } };
}

const until = (_: string, { counts }: Tally) => (counts.no ?? 0) >= 2;
const judge = (policy: Policy, asked: number, answers: readonly Answer[]) => verdictOn(policy, tally(asked, answers), until);

/** Every way in which the children still open may answer. */
function completions(open: number): Answer[][] {
  if (open === 0) return [[]];
  return completions(open - 1).flatMap((rest) => ANSWERS.map((answer) => [answer, ...rest]));
}

/** What answers come to in the order in which they came, everybody waited for: no arithmetic about who is still open. */
function inTheEnd(policy: Policy, asked: number, answers: readonly Answer[]): 'good' | 'bad' | 'all' {
  for (let count = 1; count <= answers.length; count += 1) {
    const soFar = answers.slice(0, count);
    if (policy.failure === 'stop' && soFar.includes('failed')) return 'bad';
    if (policy.veto !== undefined && soFar.includes('no')) return 'bad';
    if (isEnough(policy, asked, soFar)) return 'good';
  }
  return policy.wait === 'all' ? 'all' : 'bad';
}

function isEnough({ wait }: Policy, asked: number, answers: readonly Answer[]): boolean {
  const yes = answers.filter((one) => one === 'yes').length;
  const no = answers.filter((one) => one === 'no').length;
  if (wait === 'any') return yes + no > 0;
  if (typeof wait !== 'object') return false;
  if ('until' in wait) return no >= 2;
  const needed =
    typeof wait.at_least === 'number' ? wait.at_least : Math.ceil((Number.parseInt(wait.at_least, 10) / 100) * asked);
  return (wait.of === 'yes' ? yes : yes + no) >= needed;
}

const TONE: Partial<Record<JoinOutcome, 'good' | 'bad' | 'all'>> = {
  all_in: 'all',
  enough: 'good',
  out_of_reach: 'bad',
  vetoed: 'bad',
  failed: 'bad',
};

/** All orders in which up to `most` children may answer. */
function orders(most: number): Answer[][] {
  return Array.from({ length: most + 1 }, (_, count) => completions(count)).flat();
}

describe('the result of several answers', () => {
  test.each(POLICIES.map((policy) => [JSON.stringify(policy), policy] as const))(
    '%s: is fixed exactly when no answer still open can change it, for up to five children in every order',
    (_, policy) => {
      for (let asked = 0; asked <= 5; asked += 1) {
        for (const answers of orders(asked)) {
          // Once it is fixed, nobody asks again.
          if (answers.some((_one, at) => at > 0 && judge(policy, asked, answers.slice(0, at)).is === 'decided')) continue;
          const verdict = judge(policy, asked, answers);
          const ends = new Set(completions(asked - answers.length).map((rest) => inTheEnd(policy, asked, [...answers, ...rest])));
          const open = asked - answers.length;
          if (verdict.is === 'waits') {
            // Waiting for everybody, every answer is wanted; a condition may still come to hold until the last one is in.
            const everyAnswer = policy.wait === 'all' || (typeof policy.wait === 'object' && 'until' in policy.wait);
            expect([ends.size > 1 || everyAnswer, open > 0]).toEqual([true, true]);
          } else expect([...ends]).toEqual([TONE[verdict.outcome]]);
        }
      }
    },
  );

  test('asks the owner only where a child failed and that may matter', () => {
    for (const policy of POLICIES)
      for (const answers of orders(4)) {
        const verdict = judge(policy, 4, answers);
        if (verdict.is !== 'held') continue;
        expect(policy.failure).toBe('ask');
        expect(answers).toContain('failed');
        expect(['all_in', 'out_of_reach']).toContain(verdict.outcome);
      }
  });

  test('is the same as when everybody is waited for, for any number of children', () => {
    const answers = fc.array(fc.constantFrom(...ANSWERS), { maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...POLICIES), answers, (policy, given) => {
        const counts = given.map((_, at) => at).concat(given.length);
        const verdicts = counts.map((count) => judge(policy, given.length, given.slice(0, count)));
        const fixed = verdicts.find(({ is }) => is === 'decided') ?? verdicts.at(-1);
        expect(fixed?.is === 'waits' ? null : TONE[fixed?.outcome ?? 'accepted']).toBe(inTheEnd(policy, given.length, given));
      }),
      { numRuns: 5000 },
    );
  });

  test('rounds shares up: 60% of four are three', () => {
    const policy: Policy = { wait: { at_least: '60%' }, failure: 'continue' };
    expect(judge(policy, 4, ['yes', 'yes']).is).toBe('waits');
    expect(judge(policy, 4, ['yes', 'yes', 'no'])).toEqual({ is: 'decided', outcome: 'enough' });
  });
});
