import { z } from 'zod';
import type { Beginning, RunEvent } from '../machines/event.ts';
import { replay, versionsOf } from '../machines/replay.ts';
import { BEGINNING, chain } from './actors/chain.ts';
import type { Sql } from './database/connect.ts';
import type { Library, Published } from './workflows/library.ts';

/** One thing that must always hold: how many were looked at, and in words where it does not. */
export type Examined = { name: string; looked: number; wrong: string[] };

type DoctorNeeds = { sql: Sql; library: Library };

/** Examines the database. Reads only, a few hundred runs at a time. */
export async function examine(needs: DoctorNeeds): Promise<Examined[]> {
  return [...(await examineHistories(needs)), ...(await Promise.all(RULES.map((rule) => examineRule(needs.sql, rule))))];
}

type Rule = { name: string; of: string; wrong: (sql: Sql) => Promise<{ what: string }[]> };

const RULES: Rule[] = [
  {
    name: 'every active run waits for somebody or something',
    of: 'runs',
    wrong: (sql) => sql`
      select r.id::text as what from runs r where r.status = 'active' and r.set_aside is null
        and not exists (select from hand_offs h where h.run_id = r.id and h.state = 'open')
        and not exists (select from messages m where m.run_id = r.id)
        and not exists (select from outbox o where o.run_id = r.id and o.state = 'ready')
        and not exists (select from fans f join children c on c.fan_id = f.id
          where f.run_id = r.id and f.outcome is null and c.state in ('released', 'open'))`,
  },
  {
    name: 'a run that has ended has nothing open',
    of: 'runs',
    wrong: (sql) => sql`
      select r.id::text as what from runs r where r.status in ('done', 'cancelled')
        and exists (select from hand_offs h where h.run_id = r.id and h.state = 'open')`,
  },
  {
    name: 'a run has one open hand-off at most, the one its snapshot names',
    of: 'runs',
    wrong: (sql) => sql`
      select r.id::text as what from runs r
      left join lateral (select count(*) as n, max(h.id::text) as id, max(h.generation) as generation
        from hand_offs h where h.run_id = r.id and h.state = 'open') h on true
      where h.n > 1 or h.id is distinct from r.snapshot->'context'->'open'->>'id'
        or h.generation is distinct from (r.snapshot->'context'->'open'->>'generation')::int`,
  },
  {
    name: 'every hand-off that needed a letter has one',
    of: 'hand_offs',
    wrong: (sql) => sql`
      select h.id::text as what from hand_offs h
      where not exists (select from outbox o where o.run_id = h.run_id and o.kind = 'mail'
          and o.body->'mail'->>'handOff' = h.id::text and o.body->'mail'->>'is' in ('hand_off', 'escalation'))
        and not exists (select from history y, json_array_elements(y.happened) e
          where y.run_id = h.run_id and e->>'handOff' = h.id::text and e->>'what' = 'handed_off' and (e->>'silent')::boolean)`,
  },
  {
    name: 'steps are numbered without a gap up to the run',
    of: 'runs',
    wrong: (sql) => sql`
      select r.id::text as what from runs r left join lateral (
        select count(*) as n, min(seq) as first, max(seq) as last from history where run_id = r.id) h on true
      where h.n <> r.seq or h.first <> 1 or h.last <> r.seq`,
  },
  {
    name: 'every row of a step belongs to a run',
    of: 'history',
    wrong: (sql) => sql`
      select o.what from (
        select 'history ' || run_id as what, run_id from history union all select 'hand_offs ' || id, run_id from hand_offs
        union all select 'outbox ' || id, run_id from outbox where run_id is not null
        union all select 'messages ' || id, run_id from messages
      ) o where not exists (select from runs r where r.id = o.run_id)`,
  },
  {
    name: 'no message is set aside',
    of: 'messages',
    wrong: (sql) => sql`select run_id || ': ' || coalesce(error, '') as what from messages where set_aside_at is not null`,
  },
];

async function examineRule(sql: Sql, { name, of, wrong }: Rule): Promise<Examined> {
  const [count] = await sql<{ n: number }[]>`select count(*)::int as n from ${sql(of)}`;
  return { name, looked: count?.n ?? 0, wrong: (await wrong(sql)).map((row) => row.what) };
}

type Stored = { id: string; workflow: string; version: number; snapshot: unknown; head: Uint8Array; steps: Step[] };
type Step = { seq: number; event: string; happened: string };

// The history was written by our own steps; replaying it is the check of what is in there.
const BEGINNING_EVENT = z.custom<Beginning>((event) => typeof event === 'object' && event !== null && 'starter' in event);
const RUN_EVENT = z.custom<RunEvent>((event) => typeof event === 'object' && event !== null && 'type' in event);

async function examineHistories({ sql, library }: DoctorNeeds): Promise<Examined[]> {
  const chained: Examined = { name: 'every history is chained without a break', looked: 0, wrong: [] };
  const replayed: Examined = { name: 'every history, replayed, gives the stored snapshot', looked: 0, wrong: [] };
  for (let after = '00000000-0000-0000-0000-000000000000', rows: Stored[]; ; ) {
    rows = await storedRuns(sql, after);
    for (const run of rows) {
      chained.looked += 1;
      replayed.looked += 1;
      if (!isChained(run)) chained.wrong.push(run.id);
      const fault = await faultInReplay(run, { sql, library });
      if (fault !== null) replayed.wrong.push(`${run.id}: ${fault}`);
    }
    const last = rows.at(-1);
    if (last === undefined) return [chained, replayed];
    after = last.id;
  }
}

async function storedRuns(sql: Sql, after: string): Promise<Stored[]> {
  return sql<Stored[]>`
    select r.id, r.workflow, r.version, r.snapshot, r.head, (
      select json_agg(json_build_object('seq', h.seq, 'event', h.event::text, 'happened', h.happened::text) order by h.seq)
      from history h where h.run_id = r.id) as steps
    from runs r where r.id > ${after} order by r.id limit 200`;
}

function isChained({ steps, head }: Stored): boolean {
  const last = steps.reduce<Uint8Array>((before, { seq, event, happened }) => chain(before, seq, event, happened), BEGINNING);
  return Buffer.from(last).equals(Buffer.from(head));
}

async function faultInReplay(
  { workflow, version, snapshot, steps }: Stored,
  { sql, library }: DoctorNeeds,
): Promise<string | null> {
  try {
    const [first, ...rest] = steps.map((step): unknown => JSON.parse(step.event));
    const [beginning, events] = [BEGINNING_EVENT.parse(first), RUN_EVENT.array().parse(rest)];
    for (const { tables = {} } of [beginning, ...events]) await library.tables.load(workflow, tables);
    const numbers = versionsOf(events, version);
    const published = await Promise.all([...new Set(numbers)].map((number) => library.version(workflow, number)));
    const versions = new Map(published.map((one) => [one.version, one]));
    const again = await library.family.with(sql, () => replay(versionIn(versions), numbers[0] ?? version, beginning, events));
    return canonical(again) === canonical(snapshot) ? null : 'the snapshots differ';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function versionIn(versions: ReadonlyMap<number, Published>): (version: number) => Published {
  return (version) => {
    const published = versions.get(version);
    if (published === undefined) throw new Error(`Version ${version} was not read.`);
    return published;
  };
}

/** JSON with the keys of every object in order: the database does not keep theirs. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
