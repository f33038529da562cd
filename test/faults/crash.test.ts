import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixedClock } from '../../server/clock.ts';
import { connect, type Sql } from '../../server/database/connect.ts';
import { examine } from '../../server/doctor.ts';
import { createLibrary } from '../../server/workflows/library.ts';
import { type FreshDatabase, freshDatabase } from '../world/database.ts';
import { type ServerProcess, serverProcess } from '../world/server-process.ts';
import { openSink, type Sink } from '../world/sink.ts';
import { type Page, visit } from '../world/visitor.ts';
import { environmentFor } from '../world/world.ts';

const LEAST_RUNS = 300;
const PEOPLE_AT_ONCE = 30;
const KILL_AFTER_MS = { least: 900, most: 1900 };
const LEAST_KILLS = 8;

let database: FreshDatabase;
let sink: Sink;
let dataDir: string;
let server: ServerProcess;
let sql: Sql;

beforeAll(async () => {
  [database, sink, dataDir] = await Promise.all([freshDatabase(), openSink(), mkdtemp(join(tmpdir(), 'baton-crash-'))]);
  const { BATON_CLOCK: _, ...environment } = environmentFor(database.url, dataDir, sink);
  server = await serverProcess(environment);
  sql = connect(database.url, { name: 'crash-test', max: 5 });
  await server.start();
});

afterAll(async () => {
  await server.kill();
  await sql.end();
  await sink.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

test('hundreds of runs finish exactly once although the server is killed every second or two', async () => {
  const kills = killAgainAndAgain();
  const { landed } = kills;
  // Without kills in the middle of work this test would prove nothing, so on a fast machine there is more work.
  const proves = () => landed.total >= LEAST_KILLS && landed.duringRequests >= LEAST_KILLS / 2 && landed.duringEffects >= 1;
  const runs = await eachUntil((done) => done >= LEAST_RUNS && proves(), PEOPLE_AT_ONCE, drive);
  await kills.stop();
  await settled();

  const [stored] = await sql`
    select count(*)::int as n, count(*) filter (where status = 'done')::int as done, count(distinct starter_email)::int as starters from runs`;
  expect(stored).toEqual({ n: runs, done: runs, starters: runs });

  const escalated = Math.ceil(runs / 3);
  const handOffs = await sql`select stage, state, count(*)::int as n from hand_offs group by 1, 2 order by 1`;
  expect([...handOffs]).toEqual([
    { stage: 'review', state: 'decided', n: runs },
    { stage: 'second_approval', state: 'decided', n: escalated },
  ]);

  const mails =
    await sql`select kind, count(*)::int as n, count(distinct (run_id, recipient))::int as different from mails where run_id is not null group by 1 order by 1`;
  expect([...mails]).toEqual([
    { kind: 'hand_off', n: runs + escalated, different: runs + escalated },
    { kind: 'outcome', n: runs, different: runs },
    { kind: 'receipt', n: runs, different: runs },
  ]);

  const payments = new Set(sink.calls.map((call) => call.headers['idempotency-key']));
  expect(payments.size).toBe(runs);

  const library = createLibrary({ sql, clock: createFixedClock('2026-01-01T00:00:00Z'), baseUrl: server.url, settings: {} });
  const examined = await examine({ sql, library });
  expect(examined.flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`))).toEqual([]);
  process.stdout.write(
    `crash test: ${runs} runs, ${landed.total} kills, ${landed.duringRequests} of them amid requests, ${landed.duringEffects} amid effects\n`,
  );
});

let inFlight = 0;

/** Kills the server after a second or two of work, starts it again, and counts what each kill cut through. */
function killAgainAndAgain() {
  let going = true;
  const landed = { total: 0, duringRequests: 0, duringEffects: 0 };
  const killing = (async () => {
    while (going) {
      await pause(KILL_AFTER_MS.least + Math.random() * (KILL_AFTER_MS.most - KILL_AFTER_MS.least));
      if (!going) break;
      const cut = inFlight;
      await server.kill();
      landed.total += 1;
      if (cut > 0) landed.duringRequests += 1;
      const [leased] = await sql`select count(*)::int as n from outbox where state = 'ready' and leased_until is not null`;
      if (leased?.n > 0) landed.duringEffects += 1;
      await server.start();
    }
  })();
  return {
    landed,
    async stop() {
      going = false;
      await killing;
    },
  };
}

/** One request travels from the form to the payment; whatever gets no answer is sent again as it was. */
async function drive(n: number): Promise<void> {
  const visitor = visit(server.url);
  const employee = `employee${n}@example.com`;
  const manager = `manager${n}@example.com`;
  const isLarge = n % 3 === 0;

  const form = await persist(() => visitor.get('/start/expense-approval'));
  const values = {
    starter_name: `Employee ${n}`,
    starter_email: employee,
    amount: isLarge ? '7,500.00' : '120.00',
    purpose: `Journey ${n}`,
    manager_email: manager,
  };
  await persist(() => visitor.submit(form, values));
  await answer(manager, employee, { decision: 'approve', reason: '' });
  if (isLarge) await answer('finance@example.com', employee, { second_decision: 'approve', second_reason: '' });
  await until(async () => (await sql`select from runs where starter_email = ${employee} and status = 'done'`).length === 1);
}

async function answer(person: string, employee: string, values: Record<string, string>): Promise<void> {
  const visitor = visit(server.url);
  let link = '';
  await until(async () => {
    const [mail] = await sql<{ body_text: string }[]>`
      select m.body_text from mails m join runs r on r.id = m.run_id
      where r.starter_email = ${employee} and m.recipient = ${person} and m.kind = 'hand_off'`;
    [link = ''] = /http\S+\/h\/[\w-]+/.exec(mail?.body_text ?? '') ?? [];
    return link !== '';
  });
  const page = await persist(() => visitor.get(link));
  await persist(() => visitor.submit(page, values));
}

/** Tries until an answer comes that is not "try again"; the answer must be a good one. */
async function persist(act: () => Promise<Page>): Promise<Page> {
  for (;;) {
    inFlight += 1;
    const page = await act().catch(() => null);
    inFlight -= 1;
    if (page !== null && page.status < 500) {
      expect(page.status, page.html.slice(0, 2000)).toBe(200);
      return page;
    }
    await pause(100);
  }
}

async function settled(): Promise<void> {
  await until(async () => {
    const [due] =
      await sql`select (select count(*) from outbox where state = 'ready')::int + (select count(*) from messages)::int as n`;
    return due?.n === 0;
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let patience = 0; !(await holds()); patience += 1) {
    if (patience > 1200) throw new Error(`It did not come about within two minutes.\n${server.output().slice(-3000)}`);
    await pause(100);
  }
}

/** Does one after the other, so many at once, until enough is done, and says how many were done in the end. */
async function eachUntil(enough: (begun: number) => boolean, atOnce: number, one: (n: number) => Promise<void>) {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (!enough(next)) await one(next++);
    }),
  );
  return next;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
