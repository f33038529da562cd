import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Sql } from '../../server/database/connect.ts';
import { type FreshDatabase, freshDatabase } from '../world/database.ts';
import { type ServerProcess, serverProcess } from '../world/server-process.ts';
import { openSink, type Sink } from '../world/sink.ts';
import { linkIn, visit } from '../world/visitor.ts';
import { environmentFor, letters } from '../world/world.ts';

let database: FreshDatabase;
let sink: Sink;
let dataDir: string;
let servers: ServerProcess[];
let sql: Sql;

beforeAll(async () => {
  [database, sink, dataDir] = await Promise.all([freshDatabase(), openSink(), mkdtemp(join(tmpdir(), 'baton-race-'))]);
  const environment = environmentFor(database.url, dataDir, sink);
  servers = [await serverProcess(environment), await serverProcess(environment)];
  sql = connect(database.url, { name: 'race-test', max: 2 });
  for (const server of servers) await server.start();
});

afterAll(async () => {
  for (const server of servers) await server.kill();
  await sql.end();
  await sink.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

test('of 200 different answers at once through two servers one takes effect, and the others see what happened', async () => {
  const [one, other] = servers;
  if (one === undefined || other === undefined) throw new Error('Two servers are needed.');
  const employee = visit(one.url);
  const form = await employee.get('/start/expense-approval');
  await employee.submit(form, {
    starter_email: 'emma@example.com',
    starter_name: 'Emma',
    amount: '100',
    purpose: 'Train',
    manager_email: 'mara@example.com',
  });
  const [letter] = await letters(one.url, { to: 'mara@example.com' });
  if (letter === undefined) throw new Error('No hand-off arrived.');
  const path = new URL(linkIn(letter)).pathname;

  const decisions = ['approve', 'reject', 'revise'];
  const racers = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const visitor = visit((n % 2 === 0 ? one : other).url);
      return { visitor, page: await visitor.get(path), decision: decisions[n % 3] ?? 'approve' };
    }),
  );
  const pages = await Promise.all(
    racers.map(({ visitor, page, decision }, n) => visitor.submit(page, { decision, reason: `Racer ${n}` })),
  );

  const winners = pages.filter(({ status }) => status === 200);
  const losers = pages.filter(({ status }) => status === 409);
  expect({ winners: winners.length, losers: losers.length }).toEqual({ winners: 1, losers: 199 });

  const answers =
    await sql`select event->>'submission' as submission, event->'answers'->>'reason' as reason from history where event->>'type' = 'answered'`;
  expect(answers).toHaveLength(1);
  for (const { html } of losers) expect(html).toContain(String(answers[0]?.reason));
  const [handOff] =
    await sql`select count(*)::int as n from hand_offs where stage = 'review' and round = 1 and state = 'decided'`;
  expect(handOff).toEqual({ n: 1 });
});
