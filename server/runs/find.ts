import { z } from 'zod';
import type { Happening, RunContext, RunStatus } from '../../machines/outcome.ts';
import type { Facts, Instant, Person, ShownFact } from '../../machines/values.ts';
import { factsOf } from '../children/kept.ts';
import type { Sql } from '../database/connect.ts';
import type { Library, Published } from '../workflows/library.ts';

/** A run with all that pages and programs show of it. */
export type RunView = {
  id: string;
  workflow: string;
  version: number;
  /** The version with which new runs begin. */
  live: number;
  published: Published;
  title: string;
  status: RunStatus;
  stage: string | null;
  seq: number;
  starter: Person;
  trigger: string;
  startedAt: Instant;
  changedAt: Instant;
  endedAt: Instant | null;
  /** A message that could not be delivered, if there is one. */
  setAside: { at: Instant; error: string } | null;
  attention: RunContext['attention'];
  /** The children that it waits for. */
  fan: NonNullable<RunContext['fan']> | null;
  /** Whether it waits for somebody or something. */
  waits: boolean;
  facts: Facts;
  handOffs: HandOffView[];
  history: HistoryLine[];
  outbox: OutboxLine[];
};

export type HandOffView = {
  id: string;
  generation: number;
  stage: string;
  actor: string;
  state: 'open' | 'decided' | 'withdrawn';
  person: Person;
  round: number;
  openedAt: Instant;
  dueAt: Instant | null;
  endedAt: Instant | null;
  endedBy: Person | null;
  answer: ShownFact[];
  reason: string | null;
  moves: MoveView[];
};

export type MoveView = { from: Person; to: Person; at: Instant; why: 'escalated' | 'reassigned'; reason: string };

/** One step. `type` is the event's, or `started`. */
export type HistoryLine = { seq: number; at: Instant; type: string; happened: Happening[] };

export type OutboxLine = {
  id: string;
  kind: 'mail' | 'http' | 'judge' | 'document';
  /** What it is, e.g. `hand_off` or `payment`. */
  what: string;
  to: string;
  state: 'ready' | 'done' | 'held' | 'dropped';
  attempts: number;
  createdAt: Instant;
  doneAt: Instant | null;
  error: string | null;
  record: { to: string; status: number | null; tookMs: number; note: string | null } | null;
};

type RunRow = {
  id: string;
  workflow: string;
  version: number;
  live: number;
  title: string;
  status: RunStatus;
  stage: string | null;
  seq: number;
  starter_email: string;
  starter_name: string | null;
  trigger: string;
  started_at: Instant;
  changed_at: Instant;
  ended_at: Instant | null;
  set_aside: { at: Instant; error: string } | null;
  facts: Facts;
  kept: RunContext['kept'] | null;
  attention: RunContext['attention'];
  fan: RunContext['fan'];
  waits: boolean;
};

/** Reads a run; null when there is none. Four queries, sent together. */
export async function readRun({ sql, library }: { sql: Sql; library: Library }, id: string): Promise<RunView | null> {
  const [[row], handOffs, history, outbox] = await Promise.all([
    sql<RunRow[]>`
      select id, workflow, version, title, status, stage, seq, starter_email, starter_name, trigger, started_at, changed_at,
        ended_at, set_aside, snapshot->'context'->'facts' as facts, snapshot->'context'->'kept' as kept, snapshot->'context'->'attention' as attention, snapshot->'context'->'fan' as fan,
        coalesce(snapshot->'context'->>'open', snapshot->'context'->>'awaiting', snapshot->'context'->>'waiting', snapshot->'context'->>'fan') is not null as waits,
        (select newest from workflows where key = runs.workflow) as live
      from runs where id = ${id}`,
    readHandOffs(sql, id),
    readHistory(sql, id),
    readOutbox(sql, id),
  ]);
  if (row === undefined) return null;
  const published = await library.version(row.workflow, row.version);
  return {
    id: row.id,
    workflow: row.workflow,
    version: row.version,
    live: row.live,
    published,
    title: row.title,
    status: row.status,
    stage: row.stage,
    seq: row.seq,
    starter: { email: row.starter_email, name: row.starter_name },
    trigger: row.trigger,
    startedAt: row.started_at,
    changedAt: row.changed_at,
    endedAt: row.ended_at,
    setAside: row.set_aside,
    attention: row.attention,
    fan: row.fan ?? null,
    waits: row.waits,
    facts: await factsOf(sql, published.definition, row),
    handOffs,
    history,
    outbox,
  };
}

/** Where a run is now, and nothing else; null when there is none. */
export async function whereabouts(sql: Sql, id: string): Promise<{ status: RunStatus; stage: string | null } | null> {
  const [row] = await sql<{ status: RunStatus; stage: string | null }[]>`select status, stage from runs where id = ${id}`;
  return row ?? null;
}

type HandOffRow = {
  id: string;
  generation: number;
  stage: string;
  actor: string;
  state: 'open' | 'decided' | 'withdrawn';
  person_email: string;
  person_name: string | null;
  round: number;
  opened_at: Instant;
  due_at: Instant | null;
  ended_at: Instant | null;
  ended_by_email: string | null;
  ended_by_name: string | null;
  answer: ShownFact[] | null;
  reason: string | null;
  moves: MoveRow[] | null;
};

type MoveRow = {
  from_email: string;
  from_name: string | null;
  to_email: string;
  to_name: string | null;
  at: string;
  why: MoveView['why'];
  reason: string;
};

async function readHandOffs(sql: Sql, run: string): Promise<HandOffView[]> {
  const rows = await sql<HandOffRow[]>`
    select h.*, (select json_agg(m order by m.generation) from hand_off_moves m where m.hand_off_id = h.id) as moves
    from hand_offs h where h.run_id = ${run} order by h.opened_at, h.id`;
  return rows.map((row) => ({
    id: row.id,
    generation: row.generation,
    stage: row.stage,
    actor: row.actor,
    state: row.state,
    person: { email: row.person_email, name: row.person_name },
    round: row.round,
    openedAt: row.opened_at,
    dueAt: row.due_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by_email === null ? null : { email: row.ended_by_email, name: row.ended_by_name },
    answer: row.answer ?? [],
    reason: row.reason,
    moves: (row.moves ?? []).map((move) => ({
      from: { email: move.from_email, name: move.from_name },
      to: { email: move.to_email, name: move.to_name },
      at: new Date(move.at).toISOString(),
      why: move.why,
      reason: move.reason,
    })),
  }));
}

/** The history of a run, oldest step first. */
export async function readHistory(sql: Sql, run: string): Promise<HistoryLine[]> {
  return sql<HistoryLine[]>`
    select seq, at, coalesce(event->>'type', 'started') as type, happened from history where run_id = ${run} order by seq`;
}

type OutboxRow = {
  id: string;
  kind: 'mail' | 'http' | 'judge' | 'document';
  body: unknown;
  state: 'ready' | 'done' | 'held' | 'dropped';
  attempts: number;
  created_at: Instant;
  done_at: Instant | null;
  error: string | null;
  record: OutboxLine['record'];
};

// Of a call only where it goes is shown, not what its headers name.
const SHOWN = z.union([
  z
    .object({ mail: z.object({ is: z.string(), to: z.object({ email: z.string() }) }) })
    .transform(({ mail }) => ({ what: mail.is, to: mail.to.email })),
  z
    .object({ component: z.string(), method: z.string(), url: z.string() })
    .transform(({ component, method, url }) => ({ what: component, to: `${method} ${url.split('?')[0]}` })),
  z
    .object({ component: z.string(), name: z.string(), format: z.string() })
    .transform(({ component, name }) => ({ what: component, to: name })),
  z.object({ stage: z.string(), stageTitle: z.string() }).transform(({ stage, stageTitle }) => ({ what: stage, to: stageTitle })),
]);

async function readOutbox(sql: Sql, run: string): Promise<OutboxLine[]> {
  const rows = await sql<OutboxRow[]>`
    select id, kind, body, state, attempts, created_at, done_at, error, record from outbox where run_id = ${run} order by id`;
  return rows.map(({ body, created_at, done_at, ...row }) => ({
    ...row,
    ...SHOWN.parse(body),
    createdAt: created_at,
    doneAt: done_at,
  }));
}
