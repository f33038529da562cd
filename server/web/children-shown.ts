import { type Definition, humanise, labelOf, stageTitle } from '../../machines/definition.ts';
import { type Field, showValue } from '../../machines/fields/field.ts';
import type { Fan } from '../../machines/outcome.ts';
import type { ChildLine, FanSummary } from '../../views/owner/children.tsx';
import type { ChildState, ChildView, FanView } from '../children/read.ts';

/** The states of children, in the words of the merge check. */
export const STATE_WORDS: Record<ChildState | 'conflicting', string> = {
  open: 'open',
  released: 'about to be asked',
  waiting: 'not asked yet',
  arrived: 'arrived',
  late: 'late',
  failed: 'failed',
  withdrawn: 'missing: taken back',
  removed: 'removed',
  conflicting: 'reported twice',
};

/** A fan-out as a page sums it up. `waiting`: what its run keeps of it while it waits. */
export function fanSummary(definition: Definition, fan: FanView, waiting: Fan | null): FanSummary {
  const { counts, conflicting } = fan;
  const expected = Object.entries(counts).reduce((sum, [state, count]) => (state === 'removed' ? sum : sum + count), 0);
  const rest = Object.entries(STATE_WORDS).flatMap(([state, words]) => {
    const count = isState(state) ? (counts[state] ?? 0) : conflicting;
    return count === 0 ? [] : [{ words, state, count }];
  });
  return {
    id: fan.id,
    title: `${stageTitle(definition, fan.stage)}: ${humanise(fan.component).toLowerCase()}`,
    waits: waiting !== null,
    outcome: fan.outcome,
    joinedAt: fan.joinedAt,
    joinedBy: fan.joinedBy,
    reason: fan.reason,
    until: waiting?.until ?? null,
    held: waiting !== null && waiting.held !== null,
    counts: [{ words: 'expected', state: 'expected', count: expected }, ...rest],
  };
}

function isState(state: string): state is ChildState {
  return state !== 'conflicting';
}

/** A child as a line of the table. `callee`: what it runs on, which knows how its results read. */
export function childLine(callee: Definition | null, child: ChildView): ChildLine {
  const { index, key, run, state, report, other, holder, error } = child;
  const results = Object.entries(report?.results ?? {}).map(([name, value]) => ({
    label: callee === null ? humanise(name) : labelOf(callee, name),
    text: shown(callee?.data[name], value),
  }));
  return {
    index,
    key,
    run,
    state,
    words: STATE_WORDS[state],
    who: holder?.email ?? report?.who?.email ?? null,
    at: report?.at ?? holder?.since ?? null,
    results,
    note: report?.note || error || null,
    conflict:
      other === null
        ? null
        : Object.entries(other.results)
            .map(([name, value]) => shown(callee?.data[name], value))
            .join(', '),
    open: ['waiting', 'released', 'open', 'failed'].includes(state),
  };
}

function shown(field: Field | undefined, value: Parameters<typeof showValue>[1]): string {
  return field === undefined ? JSON.stringify(value) : showValue(field, value);
}
