import { z } from 'zod';
import type { Report } from '../../machines/event.ts';
import type { JoinOutcome } from '../../machines/join.ts';
import type { RunStatus } from '../../machines/outcome.ts';
import type { Instant, Value } from '../../machines/values.ts';
import type { Sql } from '../database/connect.ts';

/** In which state a child is: not begun, under way, or as its parent took what it reported. */
export type ChildState = 'waiting' | 'released' | 'open' | 'arrived' | 'late' | 'failed' | 'withdrawn' | 'removed';

/** A fan-out of a run with how many of its children are where. */
export type FanView = {
  id: string;
  stage: string;
  component: string;
  workflow: string;
  version: number | null;
  createdAt: Instant;
  /** Why and when the run went on; null while it waits. */
  outcome: JoinOutcome | null;
  joinedAt: Instant | null;
  joinedBy: string | null;
  reason: string | null;
  counts: Partial<Record<ChildState, number>>;
  conflicting: number;
};

/** A child with who has it now. */
export type ChildView = {
  index: number;
  key: string;
  state: ChildState;
  input: Record<string, Value>;
  run: string | null;
  runStatus: RunStatus | null;
  holder: { email: string; handOff: string; since: Instant; dueAt: Instant | null } | null;
  report: Report | null;
  /** What it reported after that had been taken. */
  other: Report | null;
  error: string | null;
};

/** The fan-outs of a run in their order, without their children. */
export async function fansOf(sql: Sql, run: string): Promise<FanView[]> {
  const rows = await sql<Omit<FanRow, 'counts'>[]>`
    select f.id, f.stage, f.component, f.workflow, f.version, f.created_at, f.outcome, f.joined_at, f.joined_by, f.reason
    from fans f where f.run_id = ${run} order by f.created_at, f.id`;
  const counts = await sql<{ fan_id: string; state: ChildState; n: number; conflicting: number }[]>`
    select fan_id, state, count(*)::int as n, count(other)::int as conflicting from children
    where fan_id = any(${rows.map(({ id }) => id)}::uuid[]) group by 1, 2`;
  return rows.map((row) => {
    const own = counts.filter(({ fan_id }) => fan_id === row.id);
    return {
      id: row.id,
      stage: row.stage,
      component: row.component,
      workflow: row.workflow,
      version: row.version,
      createdAt: row.created_at,
      outcome: row.outcome,
      joinedAt: row.joined_at,
      joinedBy: row.joined_by,
      reason: row.reason,
      counts: Object.fromEntries(own.map(({ state, n }) => [state, n])),
      conflicting: own.reduce((sum, { conflicting }) => sum + conflicting, 0),
    };
  });
}

type FanRow = {
  id: string;
  stage: string;
  component: string;
  workflow: string;
  version: number | null;
  created_at: Instant;
  outcome: JoinOutcome | null;
  joined_at: Instant | null;
  joined_by: string | null;
  reason: string | null;
  counts: unknown;
};

/** Which children to read: those in a state (`conflicting`: that reported twice), from an index on. */
export type ChildFilter = { state: ChildState | 'conflicting' | null; from: number; limit: number };

/** Some children of a fan-out in the order of their items. */
export async function childrenOfFan(sql: Sql, fan: string, { state, from, limit }: ChildFilter): Promise<ChildView[]> {
  const rows = await sql<ChildRow[]>`
    select c.index, c.key, c.state, c.input, c.child_id, c.report, c.other, c.error, r.status, h.id as hand_off, h.person_email,
      h.opened_at, h.due_at
    from children c left join runs r on r.id = c.child_id
    left join lateral (
      select id, person_email, opened_at, due_at from hand_offs where run_id = c.child_id and state = 'open' limit 1) h on true
    where c.fan_id = ${fan} and c.index >= ${from}
      and (${state}::text is null or c.state = ${state} or (${state} = 'conflicting' and c.other is not null))
    order by c.index limit ${limit}`;
  return rows.map(childOf);
}

/** The children of a fan-out at these places. */
export async function childrenAt(sql: Sql, fan: string, indexes: readonly number[]): Promise<ChildView[]> {
  const found = await Promise.all(indexes.map((index) => childrenOfFan(sql, fan, { state: null, from: index, limit: 1 })));
  return found.flat().filter(({ index }) => indexes.includes(index));
}

type ChildRow = {
  index: number;
  key: string;
  state: ChildState;
  input: unknown;
  child_id: string | null;
  report: unknown;
  other: unknown;
  error: string | null;
  status: RunStatus | null;
  hand_off: string | null;
  person_email: string | null;
  opened_at: Instant | null;
  due_at: Instant | null;
};

// Written by our own steps.
const REPORT = z.custom<Report>((report) => typeof report === 'object' && report !== null).nullable();
const INPUT = z.custom<Record<string, Value>>((input) => typeof input === 'object' && input !== null);

function childOf(row: ChildRow): ChildView {
  const { index, key, state, child_id, status, error, hand_off, person_email, opened_at, due_at } = row;
  const holder =
    hand_off === null || person_email === null || opened_at === null
      ? null
      : { email: person_email, handOff: hand_off, since: opened_at, dueAt: due_at };
  return {
    index,
    key,
    state,
    input: INPUT.parse(row.input),
    run: child_id,
    runStatus: status,
    holder,
    report: REPORT.parse(row.report),
    other: REPORT.parse(row.other),
    error,
  };
}

/** The run that called this one, and the one at the top; nothing for a run that stands alone. */
export type Lineage = { id: string; title: string }[];

/** The runs above a run, the one at the top first. */
export async function lineageOf(sql: Sql, run: string): Promise<Lineage> {
  return sql<Lineage>`
    with recursive up as (
      select id, parent_id, title, 0 as height from runs where id = ${run}
      union all select r.id, r.parent_id, r.title, u.height + 1 from runs r join up u on r.id = u.parent_id where u.height < 1000
    )
    select id, title from up where height > 0 order by height desc`;
}

/** One run of a tree. `more`: how many of its children are not listed. */
export type TreeLine = {
  id: string;
  depth: number;
  key: string | null;
  title: string;
  workflow: string;
  status: RunStatus;
  stage: string | null;
  holder: string | null;
  since: Instant | null;
  more: number;
};

const MOST_SIBLINGS = 50;
const MOST_LINES = 1000;

/** The tree of runs below a run, each after its parent in the order of the items; of large fan-outs the first fifty. */
export async function treeOf(sql: Sql, root: string): Promise<TreeLine[]> {
  return sql<TreeLine[]>`
    with recursive tree as (
      select r.id, 0 as depth, null::text as key, array[]::text[] as place from runs r where r.id = ${root}
      union all
      select c.child_id, t.depth + 1, c.key, t.place || (f.created_at::text || f.id::text || lpad(c.index::text, 6, '0'))
      from tree t join fans f on f.run_id = t.id
      join children c on c.fan_id = f.id and c.child_id is not null and c.index < ${MOST_SIBLINGS} where t.depth < 100
    )
    select t.id, t.depth, t.key, r.title, r.workflow, case when r.set_aside is null then r.status else 'attention' end as status,
      r.stage, h.person_email as holder, h.opened_at as since,
      (select count(*)::int from fans f join children c on c.fan_id = f.id and c.index >= ${MOST_SIBLINGS}
        where f.run_id = t.id) as more
    from tree t join runs r on r.id = t.id
    left join lateral (select person_email, opened_at from hand_offs where run_id = t.id and state = 'open' limit 1) h on true
    order by t.place limit ${MOST_LINES}`;
}
