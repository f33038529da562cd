import { showInstant } from '../../machines/calendar.ts';
import { JOIN_OUTCOMES } from '../../machines/implied.ts';
import type { JoinOutcome } from '../../machines/join.ts';
import type { Instant } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { spanWords } from './words.ts';

/** A fan-out as its run's page sums it up. */
export type FanSummary = {
  id: string;
  title: string;
  /** Whether the run waits for them now. */
  waits: boolean;
  outcome: JoinOutcome | null;
  joinedAt: Instant | null;
  joinedBy: string | null;
  reason: string | null;
  until: Instant | null;
  /** A child failed, and the run waits for an owner's word. */
  held: boolean;
  counts: { words: string; state: string; count: number }[];
};

/** One child as a line of the table. */
export type ChildLine = {
  index: number;
  key: string;
  run: string | null;
  state: string;
  words: string;
  who: string | null;
  at: Instant | null;
  results: { label: string; text: string }[];
  note: string | null;
  conflict: string | null;
  /** Whether something can still be done about it. */
  open: boolean;
};

/** The merge check: what was expected, what arrived, and why the run went on. */
export function MergeCheck(props: { run: string; fans: FanSummary[]; timezone: string; now: Instant }) {
  if (props.fans.length === 0) return null;
  return (
    <section aria-labelledby="children">
      <h2 id="children">What this run called</h2>
      {props.fans.map((fan) => (
        <FanCard fan={fan} run={props.run} timezone={props.timezone} now={props.now} />
      ))}
      <p>
        <a href={paths.tree.to({ run: props.run })}>The whole tree, with whoever has what</a>
      </p>
    </section>
  );
}

function FanCard({ fan, run, timezone, now }: { fan: FanSummary; run: string; timezone: string; now: Instant }) {
  return (
    <div class="card">
      <h3>{fan.title}</h3>
      <p>{fanWords(fan, timezone, now)}</p>
      <FanCounts fan={fan} />
      <p>
        <a href={paths.children.to({ run, fan: fan.id })}>Each of them, and what can be done</a>
      </p>
    </div>
  );
}

/** How many are where. */
export function FanCounts({ fan }: { fan: FanSummary }) {
  return (
    <ul class="tally">
      {fan.counts.map(({ words, state, count }) => (
        <li class={`tally-${state}`}>
          <strong>{count}</strong> {words}
        </li>
      ))}
    </ul>
  );
}

/** Where a fan-out stands, in a sentence. */
export function fanWords(fan: FanSummary, timezone: string, now: Instant): string {
  if (fan.outcome === null && !fan.waits) return 'The run no longer waits for them: it was cancelled, or put on another course.';
  if (fan.outcome === null) {
    if (fan.held) return 'Something failed. The run waits for an owner to accept what came in, or to ask somebody else.';
    const time = fan.until === null ? '' : ` ${spanWords(now, fan.until)} are left, until ${showInstant(fan.until, timezone)}.`;
    return `The run waits for them.${time}`;
  }
  const by = fan.joinedBy === null || fan.joinedBy === 'Baton' ? '' : `, by ${fan.joinedBy}`;
  const when = fan.joinedAt === null ? '' : ` ${showInstant(fan.joinedAt, timezone)}`;
  const reason = fan.reason === null || fan.reason === '' ? '' : ` Reason: ${fan.reason}`;
  return `The run went on${when}${by}: ${JOIN_OUTCOMES[fan.outcome].toLowerCase()}.${reason}`;
}
