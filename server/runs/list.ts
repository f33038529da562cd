import type { RunStatus } from '../../machines/outcome.ts';
import type { Instant, Person } from '../../machines/values.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';

type Needs = { sql: Sql; clock: Clock };

/**
 * Which runs to list. `workflows`: those that the reader may see; null: all. `after`: the last run of the page before.
 * `text` is looked for in the title, the starter and every value that was gathered; a number also finds amounts.
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

/** `open`: not ended; `overdue`: open, and the person who has it is late. */
export type RunFilterStatus = RunStatus | 'open' | 'overdue';

/** A run in a list. A run that was set aside needs attention, too. */
export type RunLine = {
  id: string;
  workflow: string;
  version: number;
  live: number;
  title: string;
  status: RunStatus;
  stage: string | null;
  starter: Person;
  startedAt: Instant;
  endedAt: Instant | null;
  waitsFor: { person: Person; since: Instant; dueAt: Instant | null } | null;
};

type Row = {
  id: string;
  workflow: string;
  version: number;
  live: number;
  title: string;
  status: RunStatus;
  stage: string | null;
  starter_email: string;
  starter_name: string | null;
  started_at: Instant;
  ended_at: Instant | null;
  person_email: string | null;
  person_name: string | null;
  opened_at: Instant | null;
  due_at: Instant | null;
};

/** A page of runs, the newest first, and where the next page begins. Ids are in order of time, so they are the order. */
export async function listRuns({ sql, clock }: Needs, filter: RunFilter): Promise<{ runs: RunLine[]; next: string | null }> {
  const { workflows, status, after, limit } = filter;
  const like = `%${filter.text.trim().replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  const states = statesOf(status);
  const numbers = numbersLike(filter.text);
  const rows = await sql<Row[]>`
    select r.id, r.workflow, r.version, w.newest as live, r.title, case when r.set_aside is null then r.status else 'attention' end as status,
      r.stage, r.starter_email, r.starter_name, r.started_at, r.ended_at, h.person_email, h.person_name, h.opened_at, h.due_at
    from runs r join workflows w on w.key = r.workflow left join lateral (
      select person_email, person_name, opened_at, due_at from hand_offs
      where run_id = r.id and state = 'open' order by opened_at desc limit 1
    ) h on true
    where (${workflows}::text[] is null or r.workflow = any(${workflows}::text[]))
      and (${states}::text[] is null or case when r.set_aside is null then r.status else 'attention' end = any(${states}::text[]))
      and (${status !== 'overdue'}::boolean or h.due_at < ${clock.now()})
      and (${filter.top !== true}::boolean or r.parent_id is null)
      and (${after}::uuid is null or r.id < ${after}::uuid)
      -- What was gathered is read out of the snapshots: an index over it would cost each step more than a search costs an owner.
      and (${filter.text.trim() === ''}::boolean or r.title ilike ${like} or r.starter_email ilike ${like} or r.starter_name ilike ${like}
        or exists (select from json_each(r.snapshot->'context'->'facts') f
          where (json_typeof(f.value->'value') <> 'number' and f.value->>'value' ilike ${like}) or f.value->>'value' = any(${numbers}::text[])))
    order by r.id desc limit ${limit + 1}`;
  const runs = rows.slice(0, limit).map(lineOf);
  return { runs, next: rows.length > limit ? (runs.at(-1)?.id ?? null) : null };
}

/** How many runs of a workflow are where. `open` counts those that need attention, too. */
export type RunCounts = { open: number; attention: number; ended: number };

/** Counts the runs of each of these workflows; a workflow without runs is missing. */
export async function countRuns({ sql }: Pick<Needs, 'sql'>, workflows: string[]): Promise<Map<string, RunCounts>> {
  const rows = await sql<(RunCounts & { workflow: string })[]>`
    select workflow, count(*) filter (where ended_at is null)::int as open,
      count(*) filter (where status = 'attention' or set_aside is not null)::int as attention,
      count(*) filter (where ended_at is not null)::int as ended
    from runs where workflow = any(${workflows}::text[]) group by workflow`;
  return new Map(rows.map(({ workflow, ...counts }) => [workflow, counts]));
}

/** How a number that somebody typed, like 7,500 or 7.500,00, may be stored: as it is, or as an amount in minor units. */
function numbersLike(text: string): string[] {
  const typed = text.trim().replace(/^\p{Sc}\s*|\s*\p{Sc}$/gu, '');
  if (!/^\d[\d.,'\s]*$/.test(typed)) return [];
  const digits = typed.replace(/\D/g, '');
  return [digits, `${digits}00`];
}

function statesOf(status: RunFilterStatus | null): RunStatus[] | null {
  if (status === null) return null;
  return status === 'open' || status === 'overdue' ? ['active', 'attention'] : [status];
}

function lineOf(row: Row): RunLine {
  return {
    id: row.id,
    workflow: row.workflow,
    version: row.version,
    live: row.live,
    title: row.title,
    status: row.status,
    stage: row.stage,
    starter: { email: row.starter_email, name: row.starter_name },
    startedAt: row.started_at,
    endedAt: row.ended_at,
    waitsFor:
      row.person_email === null || row.opened_at === null
        ? null
        : { person: { email: row.person_email, name: row.person_name }, since: row.opened_at, dueAt: row.due_at },
  };
}
