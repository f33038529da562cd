import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { connect } from '../../server/database/connect.ts';
import { freshDatabase } from '../world/database.ts';
import { serverProcess } from '../world/server-process.ts';
import { openSink } from '../world/sink.ts';
import { environmentFor, letters, moveClock, openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

async function ask(manager: string): Promise<void> {
  const visitor = world.visitor();
  const form = await visitor.get('/start/expense-approval');
  await visitor.submit(form, { starter_email: 'emma@example.com', amount: '100', purpose: 'Train', manager_email: manager });
}

async function kindsTo(person: string): Promise<string[]> {
  return (await world.letters({ to: person })).map(({ kind }) => kind);
}

describe('a hand-off that nobody answers', () => {
  test('is reminded of after a day, and goes to finance after four, each told once', async () => {
    await ask('slow@example.com');
    await world.advance('23h');
    expect(await kindsTo('slow@example.com')).toEqual(['hand_off']);
    await world.advance('2h');
    expect(await kindsTo('slow@example.com')).toEqual(['hand_off', 'reminder']);
    await world.advance('3d');
    expect(await kindsTo('slow@example.com')).toEqual(['hand_off', 'reminder', 'moved']);
    const [escalation] = await world.letters({ kind: 'escalation' });
    expect(escalation?.to).toBe('finance@example.com');
    const finance = world.visitor();
    const decided = await finance.submit(await finance.get(await world.linkFor('finance@example.com', 'escalation')), {
      decision: 'approve',
    });
    expect(decided.status).toBe(200);
    expect((await world.letters({ kind: 'outcome' })).at(-1)?.subject).toBe('Approved: $100.00');
  });

  test('sends each letter on its own day, however far the clock jumps at once', async () => {
    await ask('jump@example.com');
    await world.advance('10d');
    const sent = await world.letters({ to: 'jump@example.com' });
    const [first, reminder, moved] = sent.map(({ at }) => Date.parse(at));
    const days = (from = 0, to = 0) => Math.round((to - from) / 86_400_000);
    expect(sent.map(({ kind }) => kind)).toEqual(['hand_off', 'reminder', 'moved']);
    expect([days(first, reminder), days(first, moved)]).toEqual([1, 4]);
  });

  test('is not reminded of once it is answered', async () => {
    await ask('quick@example.com');
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor('quick@example.com')), { decision: 'reject' });
    await world.advance('10d');
    expect(await kindsTo('quick@example.com')).toEqual(['hand_off']);
  });

  test('is shown as late when it is due', async () => {
    await ask('late@example.com');
    await world.advance('3d');
    const page = await world.visitor().get(await world.linkFor('late@example.com', 'hand_off'));
    expect(page.html).toContain('This was due on');
  });
});

const MORNING = `
workflow: morning
title: Morning check
owners: [ops@example.com]
timezone: Europe/Berlin
actors: { reader: { title: Reader, email: reader@example.com } }
data: { note: { type: text } }
triggers:
  - schedule: { cron: "30 8 * * 1-5", timezone: Europe/Berlin }
stages:
  read: { actor: reader, components: [{ form: { collects: [note] } }] }
`;

describe('a schedule', () => {
  test('starts one run at each fire, in its own time zone', async () => {
    const { definition } = readDefinition(MORNING, 'morning.yaml');
    if (definition === null) throw new Error('The workflow should be sound.');
    await world.portal.library.publish({ source: MORNING, definition, origin: 'command', by: 'test', note: '' });
    world.portal.kick();
    const from = world.portal.clock.now();
    await world.advance('1w');
    const runs = await world.portal.sql<
      { started_at: string }[]
    >`select started_at from runs where workflow = 'morning' order by started_at`;
    expect(runs).toHaveLength(5);
    for (const { started_at } of runs) {
      const local = new Intl.DateTimeFormat('en-GB', {
        timeZone: 'Europe/Berlin',
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
      }).format(new Date(started_at));
      expect(local).toMatch(/^(Mon|Tue|Wed|Thu|Fri),? 08:30$/);
      expect(started_at > from).toBe(true);
    }
  });
});

test('with three servers on one database each fire starts one run, and of the fires missed while all were down the latest is caught up once', async () => {
  const [database, sink] = await Promise.all([freshDatabase(), openSink()]);
  const environment = environmentFor(database.url, '/tmp', sink);
  const servers = [await serverProcess(environment), await serverProcess(environment), await serverProcess(environment)];
  const sql = connect(database.url, { name: 'schedules', max: 2 });
  const [first] = servers;
  if (first === undefined) throw new Error('A server is needed.');
  const runs = async () => {
    const [row] = await sql<{ n: number }[]>`select count(*)::int as n from runs where workflow = 'morning-feedback-check'`;
    return row?.n;
  };
  try {
    for (const server of servers) await server.start();
    await moveClock(first.url, { advance: '1w' });
    expect(await runs()).toBe(5);
    expect((await letters(first.url, { kind: 'hand_off' })).length).toBe(5);

    for (const server of servers) await server.stop();
    // Two weeks pass while nothing runs.
    await sql`update portal set ahead_ms = ahead_ms + ${14 * 86_400_000}`;
    for (const server of servers) await server.start();
    await moveClock(first.url, { advance: '0s' });
    expect(await runs()).toBe(6);
    const decisions =
      await sql`select decision, count(*)::int as n from fires where workflow = 'morning-feedback-check' group by 1 order by 1`;
    expect([...decisions]).toEqual([
      { decision: 'missed', n: 9 },
      { decision: 'started', n: 6 },
    ]);
  } finally {
    for (const server of servers) await server.kill();
    await sql.end();
    await sink.close();
    await database.drop();
  }
}, 60_000);
