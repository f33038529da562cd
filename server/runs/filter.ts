import type { RunStatus } from '../../machines/outcome.ts';
import type { Instant } from '../../machines/values.ts';
import type { Sql } from '../database/connect.ts';

/**
 * Which runs to list. `workflows`: those that the reader may see; null: all. `after`: the last run of the page before.
 * `text`: words that a run has to have, see machines/sought.ts.
 */
export type RunFilter = {
  workflows: string[] | null;
  status: RunFilterStatus | null;
  text: string;
  /** Only runs that no other one called. */
  top?: boolean;
  after: string | null;
  limit: number;
};

/** Every status that runs can be listed by. `open`: not ended; `overdue`: open, and the person who has it is late. */
export const FILTER_STATUSES = ['active', 'attention', 'done', 'cancelled', 'open', 'overdue'] as const;
export type RunFilterStatus = (typeof FILTER_STATUSES)[number];

/** The condition under which a row `r` of runs fits everything of a filter but its text, and is older than `after`. */
export function fitting(sql: Sql, now: Instant, { workflows, status, top }: RunFilter, after: string | null) {
  const states = statesOf(status);
  return sql`(${workflows}::text[] is null or r.workflow = any(${workflows}::text[]))
    and (${states}::text[] is null or case when r.set_aside is null then r.status else 'attention' end = any(${states}::text[]))
    and (${status !== 'overdue'}::boolean or ${now}::timestamptz > (
      select due_at from hand_offs where run_id = r.id and state = 'open' order by opened_at desc limit 1))
    and (${top !== true}::boolean or r.parent_id is null)
    and (${after}::uuid is null or r.id < ${after}::uuid)`;
}

function statesOf(status: RunFilterStatus | null): RunStatus[] | null {
  if (status === null) return null;
  return status === 'open' || status === 'overdue' ? ['active', 'attention'] : [status];
}
