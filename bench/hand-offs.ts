import { readDefinition } from '../machines/check/read.ts';
import type { Definition } from '../machines/definition.ts';
import type { Outcome } from '../machines/outcome.ts';
import { askingOf } from '../machines/questions/asking.ts';
import { questionsOf } from '../machines/questions/question.ts';
import { readQuestions } from '../machines/questions/read.ts';
import type { Actors, Stepped } from '../server/actors/actors.ts';
import { createActors } from '../server/actors/tell.ts';
import { createClock } from '../server/clock.ts';
import { connect, type Sql } from '../server/database/connect.ts';
import { createLog } from '../server/log.ts';
import { createLibrary } from '../server/workflows/library.ts';
import { openBenchDatabase } from './database.ts';

/*
 * Hand-off runs per second: a run starts, its employee submits, the manager decides, the payment comes back and it
 * finishes. Four steps, each durably committed (fsync on), for 64 people at once, beside the floor: as many one-row
 * commits, by 64 at once, through the same pool to the same Postgres in the same run of this program. Mails and calls are
 * written to the outbox by the steps and not sent. Figures of one machine only mean something beside each other.
 */
const CONCURRENCY = 64;
const RUNS = Number(process.argv[2] ?? 3000);
const ROUNDS = 5;
const STEPS_PER_RUN = 4;

const WORKFLOW = `
workflow: bench
title: Bench
owners: [ops@example.com]
run_title: "Expense of {{ amount }}"
actors:
  employee: { title: Employee, from: trigger }
  manager: { title: Manager, email: "{{ manager_email }}" }
data:
  amount: { type: money, currency: USD }
  purpose: { type: long_text }
  manager_email: { type: email }
  decision: { type: choice, options: { approve: Approve, reject: Reject } }
  payment_id: { type: text }
triggers: [{ api: {} }]
stages:
  ask:
    actor: employee
    components: [{ form: { collects: [amount, purpose, manager_email] } }]
    next: review
  review:
    actor: manager
    due: 2 working days
    remind: 1 day
    components: [{ form: { shows: [amount, purpose], collects: [decision] } }]
    next:
      - { to: pay, when: decision == "approve" && amount > 5000 }
      - { to: told, otherwise: true }
  pay:
    actor: system
    components: [{ http: { id: payment, url: "https://pay.example.com", json: { amount: "{{ amount }}" }, save: { payment_id: body.id } } }]
    next: told
  told:
    actor: system
    components: [{ email: { to: employee, subject: "Done: {{ amount }}", body: "Decided: {{ decision }}." } }]
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
  return (runs) => rateOf(runs, (n) => handOff(actors, definition, n));
}

/** One run from start to finish. The answers are read as they come from a form. */
async function handOff(actors: Actors, definition: Definition, n: number): Promise<void> {
  const starter = { email: `employee${n}@example.com`, name: null };
  const begun = await actors.begin({ workflow: 'bench', starter, trigger: 'api', facts: {}, idempotencyKey: null });
  if (begun.is !== 'begun') throw new Error('The run did not begin.');
  const { run } = begun;
  const asked = { amount: '7,500.00', purpose: `Purpose ${n}`, manager_email: `manager${n % 100}@example.com` };
  const submitted = await answer(actors, definition, begun, asked);
  const decided = await answer(actors, definition, submitted, { decision: 'approve' });
  const effect = decided.outcome.snapshot.context.awaiting?.effect ?? '';
  const result = { status: 201, saved: { payment_id: `pay_${n}` } };
  const finished = stepped(await actors.tell(run, { type: 'effect_done', effect, result }));
  if (finished.outcome.status !== 'done') throw new Error('The run did not finish.');
}

type Done = { run: string; outcome: Outcome };

async function answer(
  actors: Actors,
  definition: Definition,
  { run, outcome }: Done,
  typed: Record<string, string>,
): Promise<Done> {
  const { open } = outcome.snapshot.context;
  if (open === null) throw new Error('There is no hand-off.');
  const texts = Object.fromEntries(Object.entries(typed).map(([key, text]) => [key, [text]]));
  const { facts, starter, startedAt } = outcome.snapshot.context;
  const against = { definition, facts, moment: { starter, at: startedAt } };
  const read = readQuestions(questionsOf(askingOf(definition, open)), { texts, files: {} }, against);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { id: handOff, generation, person: by } = open;
  return stepped(await actors.tell(run, { type: 'answered', handOff, generation, by, answers: read.value, submission: 'bench' }));
}

function stepped(told: Stepped): Done {
  if (told.is !== 'stepped') throw new Error('The event came too late.');
  return told;
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
