import type { SubWorkflowComponent } from './components/component.ts';

/** How far the children of a fan-out are. `asked` is without those that were removed. */
export type Tally = { asked: number; arrived: number; failed: number; counts: Record<string, number> };

/** Why a run goes on from its children, whatever is still open. */
export type JoinOutcome = 'all_in' | 'enough' | 'out_of_reach' | 'vetoed' | 'out_of_time' | 'failed' | 'accepted' | 'not_awaited';

/** Goes on, and why; waits; or would go on, and asks the owner first, since a child failed. */
export type Verdict = { is: 'decided'; outcome: JoinOutcome } | { is: 'waits' } | { is: 'held'; outcome: JoinOutcome };

type Policy = Pick<SubWorkflowComponent, 'wait' | 'veto' | 'failure'>;

/**
 * Whether the result is fixed: as soon as arithmetic decides, whatever the children still open may answer.
 * `until` judges the condition of `wait: { until }` on the tally.
 */
export function verdictOn(policy: Policy, tally: Tally, until: (condition: string, tally: Tally) => boolean): Verdict {
  if (policy.wait === 'none') return decided('not_awaited');
  if (policy.failure === 'stop' && tally.failed > 0) return decided('failed');
  if (policy.veto !== undefined && (tally.counts[policy.veto] ?? 0) > 0) return decided('vetoed');
  const outcome = outcomeOf(policy, tally, until);
  if (outcome === null) return { is: 'waits' };
  return policy.failure === 'ask' && tally.failed > 0 && outcome !== 'enough' ? { is: 'held', outcome } : decided(outcome);
}

function outcomeOf({ wait }: Policy, tally: Tally, until: (condition: string, tally: Tally) => boolean): JoinOutcome | null {
  const open = openOf(tally);
  if (wait === 'all') return open === 0 ? 'all_in' : null;
  if (typeof wait === 'object' && 'until' in wait) {
    if (until(wait.until, tally)) return 'enough';
    return open === 0 ? 'out_of_reach' : null;
  }
  const needed = neededOf(wait, tally.asked);
  const have = typeof wait === 'object' && 'of' in wait && wait.of !== undefined ? (tally.counts[wait.of] ?? 0) : tally.arrived;
  if (have >= needed) return 'enough';
  return have + open < needed ? 'out_of_reach' : null;
}

/** How many of those asked are neither in nor failed. */
export function openOf({ asked, arrived, failed }: Tally): number {
  return asked - arrived - failed;
}

/** How many are needed. Shares are rounded up, so that 60% of 4 are 3; of nobody, nobody is not enough. */
function neededOf(wait: SubWorkflowComponent['wait'], asked: number): number {
  if (typeof wait !== 'object' || !('at_least' in wait)) return 1;
  const { at_least } = wait;
  return typeof at_least === 'number' ? at_least : Math.max(1, Math.ceil((Number(at_least.slice(0, -1)) * asked) / 100));
}

function decided(outcome: JoinOutcome): Verdict {
  return { is: 'decided', outcome };
}
