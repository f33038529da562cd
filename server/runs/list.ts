import type { RunStatus } from '../../machines/outcome.ts';
import { soughtIn } from '../../machines/sought.ts';
import type { Instant, Person } from '../../machines/values.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import type { Library } from '../workflows/library.ts';
import { fitting, type RunFilter } from './filter.ts';
import { searchRuns } from './search.ts';

type Needs = { sql: Sql; clock: Clock; library: Library };

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

/**
 * A page of runs, the newest first, and where the next page begins. `found` counts what fits on all pages; there may be
 * more when it is not `complete`.
 */
export type RunList = { runs: RunLine[]; next: string | null; found: number; complete: boolean };

// Counting stops here: beyond it nobody needs the number, and counting would take longer than listing.
const COUNTS_TO = 10_000;

/** Lists runs. Their ids are in order of time, so they are the order. */
export async function listRuns(needs: Needs, filter: RunFilter): Promise<RunList> {
  const { sql, clock } = needs;
  const { after, limit } = filter;
  const sought = soughtIn(filter.text);
  if (sought.length > 0) {
    const { ids, ...found } = await searchRuns(needs, filter, sought);
    return { runs: await readLines(sql, sql`r.id = any(${ids}::uuid[])`, limit), ...found };
  }
  const [lines, [counted]] = await Promise.all([
    readLines(sql, fitting(sql, clock.now(), filter, after), limit + 1),
    sql<{ found: number }[]>`
      select count(*)::int as found
      from (select from runs r where ${fitting(sql, clock.now(), filter, null)} limit ${COUNTS_TO + 1}) c`,
  ]);
  const runs = lines.slice(0, limit);
  const found = counted?.found ?? 0;
  const next = lines.length > limit ? (runs.at(-1)?.id ?? null) : null;
  return { runs, next, found: Math.min(found, COUNTS_TO), complete: found <= COUNTS_TO };
}

async function readLines(sql: Sql, which: ReturnType<typeof fitting>, limit: number): Promise<RunLine[]> {
  const rows = await sql<Row[]>`
    select r.id, r.workflow, r.version, w.newest as live, r.title, case when r.set_aside is null then r.status else 'attention' end as status,
      r.stage, r.starter_email, r.starter_name, r.started_at, r.ended_at, h.person_email, h.person_name, h.opened_at, h.due_at
    from runs r join workflows w on w.key = r.workflow left join lateral (
      select person_email, person_name, opened_at, due_at from hand_offs
      where run_id = r.id and state = 'open' order by opened_at desc limit 1
    ) h on true
    where ${which}
    order by r.id desc limit ${limit}`;
  return rows.map(lineOf);
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
