import { readDefinition } from '../machines/check/read.ts';
import type { RunEvent } from '../machines/event.ts';
import { deliveries } from '../server/actors/deliver.ts';
import { createActors } from '../server/actors/tell.ts';
import { births } from '../server/children/starting.ts';
import { createClock } from '../server/clock.ts';
import { connect, type Sql } from '../server/database/connect.ts';
import { createLog } from '../server/log.ts';
import type { Work } from '../server/pump.ts';
import { createLibrary } from '../server/workflows/library.ts';
import { openBenchDatabase } from './database.ts';

/*
 * What a child costs: a run calls another workflow for each of n items of a lookup table, each child asks one person, all
 * of them answer, 64 at a time, and the run goes on. Time, bytes written (WAL) and bytes stored per child, less what a
 * fan-out over nothing costs; and the size of the parent's snapshot while everything is open. Figures of one machine only
 * mean something beside each other: they are to stay flat from a hundred children to ten thousand. With fewer, what two
 * fan-outs differ in by chance is more than what their children cost.
 */
const SIZES = process.argv.slice(2).map(Number);
const COUNTS = SIZES.length > 0 ? SIZES : [1, 10, 100, 1000, 10_000];
const MOST = Math.max(...COUNTS);
const CONCURRENCY = 64;
const FLAT = 1.5;
const LARGEST_SNAPSHOT = 16_384;

const CHILD = `
workflow: look
title: Look
owners: [ops@example.com]
run_title: "Look at {{ subject }}"
actors: { reviewer: { title: Reviewer, email: "{{ reviewer }}" } }
data:
  subject: { type: text }
  reviewer: { type: email }
  verdict: { type: choice, options: { yes: "Yes", no: "No" } }
triggers: [{ sub_workflow: { collects: [subject, reviewer] } }]
results: [verdict]
stages:
  say: { actor: reviewer, components: [{ form: { shows: [subject], collects: [verdict] } }] }
`;

const PARENT = `
workflow: panel
title: Panel
owners: [ops@example.com]
actors: { anna: { title: Author, from: trigger } }
data:
  subject: { type: text }
  many: { type: number, decimals: 0 }
  seen:
    type: list
    min: 0
    of: { key: { type: text }, verdict: { type: choice, optional: true, options: { yes: "Yes", no: "No" } } }
tables:
  people:
    columns: { place: { type: number, decimals: 0 }, email: { type: email } }
triggers: [{ api: { collects: [subject, many] } }]
stages:
  ask:
    actor: system
    components:
      - sub_workflow:
          id: asked
          workflow: look
          each: { table: people, where: row.place < many }
          as: person
          key: person.email
          with: { reviewer: person.email, subject: subject }
          counts: { approved: row.verdict == "yes" }
          at_once: 10000
          collect: seen
    next: tell
  tell:
    actor: system
    components: [{ email: { to: anna, subject: "{{ asked_approved }} of {{ asked_asked }}", body: "{{ asked_outcome }}" } }]
`;

const KINDS = [
  ['time', 'ms'],
  ['bytes written', 'written'],
  ['bytes stored', 'stored'],
] as const;

type Cost = { ms: number; written: number; stored: number };

async function main(): Promise<void> {
  const database = await openBenchDatabase();
  const sql = connect(database.url, { name: 'bench', max: 10 });
  try {
    const fanOut = await prepare(sql);
    // Warm, and with the statistics that a portal in use has.
    await fanOut(Math.min(1000, MOST));
    await sql`analyze`;
    const nothing = await median(() => fanOut(0));
    const per: Cost[] = [];
    for (const count of COUNTS) {
      const rounds = count < 1000 ? 5 : 1;
      const { cost, snapshot } = await medianOf(rounds, () => fanOut(count));
      const each = {
        ms: Math.max(0, cost.ms - nothing.ms) / count,
        written: (cost.written - nothing.written) / count,
        stored: (cost.stored - nothing.stored) / count,
      };
      if (count >= 100) per.push(each);
      print(
        `${String(count).padStart(6)} children: ${cost.ms.toFixed(0).padStart(6)} ms; per child ${each.ms.toFixed(2)} ms, ` +
          `${each.written.toFixed(0)} bytes written, ${each.stored.toFixed(0)} bytes stored; parent ${snapshot} bytes` +
          `${snapshot < LARGEST_SNAPSHOT ? '' : ' (TOO LARGE)'}`,
      );
    }
    for (const [name, key] of KINDS) {
      const figures = per.map((one) => one[key]);
      const spread = Math.max(...figures) / Math.min(...figures);
      print(`${name} per child: the most is ${spread.toFixed(2)} times the least, ${spread <= FLAT ? 'flat' : 'NOT FLAT'}`);
    }
  } finally {
    await sql.end();
    await database.close();
  }
}

type Measured = { cost: Cost; snapshot: number };

async function medianOf(rounds: number, measure: () => Promise<Measured>): Promise<Measured> {
  const all: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure());
  const middle = all.sort((one, other) => one.cost.ms - other.cost.ms)[Math.floor(rounds / 2)];
  if (middle === undefined) throw new Error('Nothing was measured.');
  return middle;
}

async function median(measure: () => Promise<Measured>): Promise<Cost> {
  return (await medianOf(9, measure)).cost;
}

async function prepare(sql: Sql): Promise<(count: number) => Promise<Measured>> {
  const log = createLog('warn');
  const clock = await createClock({ sql, kind: 'real', log });
  const library = createLibrary({ sql, clock, baseUrl: 'http://localhost', settings: {} });
  for (const source of [CHILD, PARENT]) {
    const { definition, findings } = readDefinition(source, 'bench');
    if (definition === null) throw new Error(JSON.stringify(findings));
    await library.publish({ source, definition, origin: 'command', by: 'bench', note: '' });
  }
  const { definition } = await library.newest('panel');
  const rows = Array.from({ length: MOST }, (_, place) => ({ place, email: `reviewer${place}@example.com` }));
  await library.tables.revise({ table: 'people', definition, basedOn: 0, rows, by: 'bench', note: '' });
  const actors = createActors({ sql, clock, library, log, committed: () => {} });
  const begin = births({ sql, clock, actors, log, kick: () => {} });
  const deliver = deliveries({ sql, clock, actors, log });

  async function fanOut(count: number): Promise<Measured> {
    const starter = { email: 'anna@example.com', name: null };
    const origin = { from: 'trigger' as const, by: starter.email, stage: null, at: clock.now() };
    const facts = { subject: { value: 'Tea', origin }, many: { value: count, origin } };
    const wal = await walOf(sql);
    const began = performance.now();
    const begun = await actors.begin({ workflow: 'panel', starter, trigger: 'api', facts, idempotencyKey: null });
    await untilIdle(begin);
    const snapshot = await snapshotSize(sql, begun.run);
    const open = await sql<{ id: string; run_id: string; person_email: string }[]>`
      select h.id, h.run_id, h.person_email from hand_offs h join runs r on r.id = h.run_id
      where r.parent_id = ${begun.run} and h.state = 'open'`;
    if (open.length !== count) throw new Error(`${open.length} of ${count} children began.`);
    await atOnce(open, async ({ id, run_id, person_email }) => {
      const by = { email: person_email, name: null };
      const answers = { verdict: 'yes' };
      const answered = {
        type: 'answered' as const,
        handOff: id,
        generation: 1,
        by,
        answers,
        submission: id,
      } satisfies Partial<RunEvent>;
      await actors.tell(run_id, answered);
    });
    await untilIdle(deliver);
    const ms = performance.now() - began;
    const written = (await walOf(sql)) - wal;
    const [run] = await sql<{ status: string }[]>`select status from runs where id = ${begun.run}`;
    if (run?.status !== 'done') throw new Error('The run did not go on.');
    return { cost: { ms, written, stored: await storedOf(sql, begun.run) }, snapshot };
  }
  return fanOut;
}

async function untilIdle(work: Work): Promise<void> {
  while ((await work.work()) > 0);
}

async function atOnce<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const walk = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await act(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, walk));
}

async function walOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ bytes: string }[]>`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes`;
  return Number(row?.bytes ?? 0);
}

async function snapshotSize(sql: Sql, run: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`select octet_length(snapshot::text) as bytes from runs where id = ${run}`;
  return row?.bytes ?? 0;
}

/** The bytes of all rows that belong to a tree of runs. */
async function storedOf(sql: Sql, root: string): Promise<number> {
  const [row] = await sql<{ bytes: string }[]>`
    with tree as (select id from runs where root_id = ${root} or id = ${root})
    select ((select coalesce(sum(pg_column_size(r.*)), 0) from runs r where r.id in (select id from tree))
      + (select coalesce(sum(pg_column_size(h.*)), 0) from history h where h.run_id in (select id from tree))
      + (select coalesce(sum(pg_column_size(h.*)), 0) from hand_offs h where h.run_id in (select id from tree))
      + (select coalesce(sum(pg_column_size(o.*)), 0) from outbox o where o.run_id in (select id from tree))
      + (select coalesce(sum(pg_column_size(m.*)), 0) from messages m where m.run_id in (select id from tree))
      + (select coalesce(sum(pg_column_size(f.*)), 0) from fans f where f.run_id = ${root})
      + (select coalesce(sum(pg_column_size(c.*)), 0) from children c join fans f on f.id = c.fan_id where f.run_id = ${root})
    )::text as bytes`;
  return Number(row?.bytes ?? 0);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
