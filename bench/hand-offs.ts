import { readDefinition } from '../machines/check/read.ts';
import type { Value } from '../machines/values.ts';
import { createActors } from '../server/actors/tell.ts';
import { createClock } from '../server/clock.ts';
import { connect, type Sql } from '../server/database/connect.ts';
import { createLog } from '../server/log.ts';
import { factsForStart } from '../server/runs/start.ts';
import { createLibrary } from '../server/workflows/library.ts';
import { openBenchDatabase } from './database.ts';

/*
 * Hand-off runs per second: start, submit, decide, finish, each step durably committed (fsync on), by 64 people at once,
 * beside the floor: as many one-row commits, by 64 at once, on the same Postgres in the same run of this program. A run
 * of the bench workflow has three steps (start, answer, second answer with the end), so the floor for one run is three
 * commits. Figures of one machine only mean something beside each other: the ratio counts.
 */
const CONCURRENCY = 64;
const RUNS = Number(process.argv[2] ?? 3000);
const ROUNDS = 3;
const STEPS_PER_RUN = 3;

const WORKFLOW = `
workflow: bench
title: Bench
owners: [ops@example.com]
actors:
  manager: { title: Manager, email: "{{ manager_email }}" }
  finance: { title: Finance, email: finance@example.com }
data:
  amount: { type: money, currency: USD }
  purpose: { type: long_text }
  manager_email: { type: email }
  decision: { type: choice, options: { approve: Approve, reject: Reject } }
  second: { type: choice, options: { approve: Approve, reject: Reject } }
triggers: [{ form: { collects: [amount, purpose, manager_email] } }]
stages:
  review:
    actor: manager
    due: 2 working days
    remind: 1 day
    components: [{ form: { shows: [amount, purpose], collects: [decision] } }]
    next:
      - { to: second_approval, when: decision == "approve" && amount > 5000 }
      - { to: told, otherwise: true }
  second_approval:
    actor: finance
    components: [{ form: { shows: [amount], collects: [second] } }]
    next: told
  told:
    actor: system
    components: [{ email: { to: manager, subject: "Done: {{ amount }}", body: "It is done." } }]
`;

async function main(): Promise<void> {
  const database = await openBenchDatabase();
  const sql = connect(database.url, { name: 'bench', max: 10 });
  try {
    await sql`create table if not exists floor (id bigint generated always as identity primary key, body text not null)`;
    const handOffs = await prepare(sql);
    await handOffs(300);
    await floor(sql, 3000);
    const ratios: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const floorRate = await floor(sql, RUNS * STEPS_PER_RUN);
      const rate = await handOffs(RUNS);
      const ratio = (rate * STEPS_PER_RUN) / floorRate;
      ratios.push(ratio);
      print(
        `round ${round}: ${rate.toFixed(0)} hand-off runs/s (${(rate * STEPS_PER_RUN).toFixed(0)} durable steps/s), ` +
          `floor ${floorRate.toFixed(0)} one-row commits/s, ratio ${ratio.toFixed(2)}`,
      );
    }
    const median = ratios.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0;
    print(`median ratio of ${ROUNDS} rounds: ${median.toFixed(2)} (concurrency ${CONCURRENCY}, ${RUNS} runs a round)`);
  } finally {
    await sql.end();
    await database.close();
  }
}

/** The floor: one-row commits as any program would make them, on the same pool. */
async function floor(sql: Sql, commits: number): Promise<number> {
  return rateOf(commits, async (n) => {
    await sql`insert into floor (body) values (${`row ${n}`})`;
  });
}

async function prepare(sql: Sql): Promise<(runs: number) => Promise<number>> {
  const log = createLog('warn');
  const clock = await createClock({ sql, kind: 'real', log });
  const library = createLibrary({ sql, clock, baseUrl: 'http://localhost', settings: {} });
  const { definition, findings } = readDefinition(WORKFLOW, 'bench');
  if (definition === null) throw new Error(JSON.stringify(findings));
  await library.publish({ source: WORKFLOW, definition, origin: 'command', by: 'bench', note: '' });
  const actors = createActors({ sql, clock, library, log, committed: () => {} });
  return (runs) =>
    rateOf(runs, async (n) => {
      const data = { amount: '7,500.00', purpose: `Purpose ${n}`, manager_email: `manager${n % 100}@example.com` };
      const facts = factsForStart(definition, data, { from: 'trigger', by: 'bench', stage: null, at: clock.now() });
      if (!facts.ok) throw new Error(JSON.stringify(facts.problems));
      const starter = { email: `employee${n}@example.com`, name: null };
      const begun = await actors.begin({ workflow: 'bench', starter, trigger: 'form', facts: facts.value, idempotencyKey: null });
      if (begun.is !== 'begun') throw new Error('The run did not begin.');
      let { open } = begun.outcome.snapshot.context;
      const both: Record<string, Value>[] = [{ decision: 'approve' }, { second: 'approve' }];
      for (const answers of both) {
        if (open === null) throw new Error('There is no hand-off.');
        const { id: handOff, generation, person: by } = open;
        const told = await actors.tell(begun.run, { type: 'answered', handOff, generation, by, answers, submission: 'bench' });
        if (told.is !== 'stepped') throw new Error('The answer came too late.');
        open = told.outcome.snapshot.context.open;
      }
    });
}

/** Does something many times, `CONCURRENCY` at once, and answers how many were done in a second. */
async function rateOf(times: number, one: (n: number) => Promise<void>): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < times) await one(next++);
    }),
  );
  return times / ((performance.now() - began) / 1000);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
