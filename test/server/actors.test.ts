import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admit } from '../../server/actors/gate.ts';
import { putBack } from '../../server/actors/mailbox.ts';
import { examine } from '../../server/doctor.ts';
import { holdEffect } from '../../server/effects/outbox.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

async function ask(manager: string): Promise<string> {
  const visitor = world.visitor();
  const form = await visitor.get('/start/expense-approval');
  await visitor.submit(form, { starter_email: 'emma@example.com', amount: '100', purpose: 'Train', manager_email: manager });
  await world.letters();
  const [row] = await world.portal.sql<{ run_id: string }[]>`select run_id from hand_offs where person_email = ${manager}`;
  if (row === undefined) throw new Error('No run began.');
  return row.run_id;
}

describe('the gate to a run', () => {
  test.each([
    { type: 'xstate.after.300.review', handOff: '01936b6e-0000-7000-8000-000000000001' },
    { type: 'xstate.done.actor.payment', output: { payment_id: 'forged' } },
    { type: '__proto__' },
    { type: 'constructor' },
    { type: 'paid', amount: 1 },
    { type: 'effect_done', effect: 'x', result: {} },
    { type: 'retried', by: 'x', more: 'than asked' },
    null,
    'retried',
  ])('lets %j not through', (event) => {
    expect(() => admit(event)).toThrow();
  });
});

describe('what cannot be stepped', () => {
  test('a message that keeps failing is set aside and shown, and other runs go on', async () => {
    const poisoned = await ask('poisoned@example.com');
    const healthy = await ask('healthy@example.com');
    const { sql, clock } = world.portal;
    const now = clock.now();
    await sql`insert into messages (run_id, key, event, deliver_at, try_at) values (${poisoned}, 'poison', ${'{"type":"xstate.done.actor.payment"}'}::text::json, ${now}, ${now})`;
    await world.advance('1h');
    const [message] =
      await sql`select attempts, set_aside_at is not null as aside, error from messages where run_id = ${poisoned} and key = 'poison'`;
    expect(message).toMatchObject({ attempts: 5, aside: true });
    const [run] = await sql`select set_aside from runs where id = ${poisoned}`;
    expect(run?.set_aside).toBeTruthy();
    await world.advance('1d');
    expect((await world.letters({ run: healthy })).map(({ kind }) => kind)).toContain('reminder');
    await sql`delete from messages where key = 'poison'`;
    await sql`update runs set set_aside = null where id = ${poisoned}`;
  });

  test('a damaged snapshot stops its own run and no other', async () => {
    const damaged = await ask('damaged@example.com');
    const unknown = await ask('unknown@example.com');
    const healthy = await ask('sound@example.com');
    const { sql } = world.portal;
    const before = await sql`select id, snapshot::text as snapshot from runs where id in (${damaged}, ${unknown})`;
    // As another process would find them: nothing kept in memory.
    const second = await openWorldOn(world);
    await sql`update runs set snapshot = '{"status":"active"}' where id = ${damaged}`;
    await sql`update runs set snapshot = jsonb_set(snapshot::jsonb, '{value}', '"no_such_stage"')::json where id = ${unknown}`;
    for (const run of [damaged, unknown]) {
      await expect(second.portal.actors.tell(run, { type: 'cancelled', by: 'x', reason: 'y' })).rejects.toThrow();
    }
    await expect(second.portal.actors.tell(healthy, { type: 'cancelled', by: 'x', reason: 'y' })).resolves.toMatchObject({
      is: 'stepped',
    });
    await second.close();
    for (const { id, snapshot } of before) await sql`update runs set snapshot = ${snapshot}::text::json where id = ${id}`;
  });

  test('a call that is refused for good is shown to the owner, and goes on under the same key when it is retried', async () => {
    const run = await ask('refused@example.com');
    world.sink.answer = () => ({ status: 400, json: { error: 'no such account' } });
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor('refused@example.com')), { decision: 'approve' });
    await world.letters();
    const { sql } = world.portal;
    expect((await sql`select status from runs where id = ${run}`)[0]).toEqual({ status: 'attention' });
    const refusedKey = world.sink.calls.at(-1)?.headers['idempotency-key'];
    world.sink.answer = () => ({ status: 201, json: { id: 'pay_late' } });
    await world.portal.actors.tell(run, { type: 'retried', by: 'ops@example.com' });
    await world.letters();
    expect(world.sink.calls.at(-1)?.headers['idempotency-key']).toBe(refusedKey);
    expect((await sql`select status from runs where id = ${run}`)[0]).toEqual({ status: 'done' });
  });

  test('a call that fails for a while is tried again with growing patience, and done once', async () => {
    const run = await ask('flaky@example.com');
    let failures = 0;
    world.sink.answer = () => {
      failures += 1;
      return failures <= 3 ? { status: 503, json: {} } : { status: 201, json: { id: 'pay_flaky' } };
    };
    const visitor = world.visitor();
    await visitor.submit(await visitor.get(await world.linkFor('flaky@example.com')), { decision: 'approve' });
    await world.advance('1h');
    expect(failures).toBe(4);
    expect((await world.portal.sql`select status from runs where id = ${run}`)[0]).toEqual({ status: 'done' });
  });
});

test('answers that come too late together are all told so', async () => {
  const run = await ask('together@example.com');
  const { actors, sql } = world.portal;
  const [handOff] = await sql<{ id: string }[]>`select id from hand_offs where run_id = ${run}`;
  const answer = (decision: string) =>
    actors.tell(run, {
      type: 'answered',
      handOff: handOff?.id ?? '',
      generation: 1,
      by: { email: 'together@example.com', name: null },
      answers: { decision },
      submission: decision,
    });
  expect(await answer('revise')).toMatchObject({ is: 'stepped' });
  const late = await Promise.all(Array.from({ length: 20 }, () => answer('approve')));
  expect(late.map(({ is }) => is)).toEqual(Array.from({ length: 20 }, () => 'too_late'));
});

test('a mail that is given up after its run has ended is shown to the owner, and leaves once it is put back', async () => {
  const run = await ask('ended@example.com');
  const { sql, clock } = world.portal;
  const visitor = world.visitor();
  await visitor.submit(await visitor.get(await world.linkFor('ended@example.com')), { decision: 'reject' });
  await world.letters();
  const [mail] = await sql<{ id: string }[]>`select id from outbox where run_id = ${run} and body->'mail'->>'is' = 'outcome'`;
  if (mail === undefined) throw new Error('The outcome should have been mailed.');
  await sql`delete from mails where id = ${mail.id}`;
  await sql`update outbox set state = 'ready', try_at = ${'2999-01-01T00:00:00Z'} where id = ${mail.id}`;
  await holdEffect(sql, mail.id, 8, clock.now(), 'The address does not exist.');
  const [marked] = await sql`select set_aside from runs where id = ${run}`;
  expect(marked?.set_aside).toMatchObject({ error: 'The address does not exist.' });
  await putBack(sql, run, clock.now());
  expect((await world.letters({ run, kind: 'outcome' })).map(({ id }) => id)).toEqual([mail.id]);
});

describe('history', () => {
  test('cannot be changed, deleted or emptied, not even by a replica', async () => {
    const { sql } = world.portal;
    for (const attack of [
      'update history set at = at',
      'delete from history',
      'truncate history',
      'set session_replication_role = replica; delete from history',
    ]) {
      await expect(sql.unsafe(attack)).rejects.toThrow('append-only');
    }
  });

  test('of every run, replayed, gives the stored snapshot, and nothing else is wrong with the database either', async () => {
    const examined = await examine(world.portal);
    expect(examined.flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`))).toEqual([]);
    expect(examined.every(({ looked }) => looked > 0)).toBe(true);
  });

  test('shows the doctor what was tampered with', async () => {
    const run = await ask('tampered@example.com');
    const { sql } = world.portal;
    await sql`update runs set snapshot = jsonb_set(snapshot::jsonb, '{context,facts,amount,value}', '1')::json, head = ${Buffer.alloc(32)} where id = ${run}`;
    const examined = await examine(world.portal);
    const wrong = examined.filter((one) => one.wrong.some((line) => line.startsWith(run))).map(({ name }) => name);
    expect(wrong).toContain('every history is chained without a break');
    expect(wrong).toContain('every history, replayed, gives the stored snapshot');
  });
});

test('the same key starts one run, however often and at once it is asked for', async () => {
  const { actors, sql } = world.portal;
  const start = {
    workflow: 'morning-feedback-check',
    starter: { email: 'ops@example.com', name: null },
    trigger: 'by_hand' as const,
    facts: {},
    idempotencyKey: 'once',
  };
  const begun = await Promise.all(Array.from({ length: 50 }, () => actors.begin(start)));
  expect(new Set(begun.map(({ run }) => run)).size).toBe(1);
  expect(begun.filter(({ is }) => is === 'begun')).toHaveLength(1);
  expect((await sql`select count(*)::int as n from runs where idempotency_key = 'once'`)[0]).toEqual({ n: 1 });
});

/** A second portal on the same database, which has stepped none of its runs yet. */
async function openWorldOn(first: World) {
  const { createActors } = await import('../../server/actors/tell.ts');
  const { createLibrary } = await import('../../server/workflows/library.ts');
  const { sql, clock, log } = first.portal;
  const library = createLibrary({ sql, clock, baseUrl: first.url, settings: {} });
  const actors = createActors({ sql, clock, library, log, committed: () => {} });
  return { portal: { actors }, close: () => actors.close() };
}
