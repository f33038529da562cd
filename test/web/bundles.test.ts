import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine } from '../../server/doctor.ts';
import { gatherBundle } from '../../server/effects/outbox.ts';
import { type FamilyWorld, openFamily } from '../world/family.ts';
import type { Letter, Page } from '../world/visitor.ts';

let family: FamilyWorld;

beforeAll(async () => {
  family = await openFamily();
});

afterAll(async () => {
  const wrong = (await examine(family.world.portal)).flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`));
  await family.close();
  expect(wrong).toEqual([]);
});

/** Asks for something about many things, of which each has the address of one of these people. */
async function asked(subject: string, count: number, people: string[]): Promise<string> {
  const reviewers = Array.from({ length: count }, (_, n) => ({
    name: `Project ${n}`,
    email: `${people[n % people.length]}@example.com`,
  }));
  return family.ask('opinions', [], { subject, reviewers });
}

function bundleLink(letter: Letter | undefined): string {
  const [link = ''] = /http\S+\/b\/\S+/.exec(letter?.text ?? '') ?? [];
  return link;
}

function linksOn({ html }: Page): string[] {
  return [...html.matchAll(/href="(\/h\/[\w-]+)"/g)].map(([, link = '']) => link);
}

describe('the same person in several children', () => {
  test('gets one mail and one page for forty of them, and decides each by itself', async () => {
    const run = await asked('Audit', 40, ['aisha']);
    const letters = await family.world.letters({ to: 'aisha@example.com', kind: 'hand_off' });
    expect(letters).toHaveLength(1);
    expect(letters[0]?.subject).toBe('Please decide: 40 × Opinion');
    const visitor = family.world.visitor();
    const page = await visitor.get(bundleLink(letters[0]));
    const links = linksOn(page);
    expect([links.length, new Set(links).size]).toEqual([40, 40]);

    for (const [n, link] of links.slice(0, 3).entries()) {
      const done = await visitor.submit(await visitor.get(link), { verdict: n === 1 ? 'no' : 'yes', remark: `Remark ${n}` });
      expect(done.html).toContain('left for you to do');
    }
    await family.settle();
    const children = await family.children(run);
    expect(children.slice(0, 4).map(({ state, report }) => [state, report?.results.verdict])).toEqual([
      ['arrived', 'yes'],
      ['arrived', 'no'],
      ['arrived', 'yes'],
      ['open', undefined],
    ]);
    const again = await visitor.get(bundleLink(letters[0]));
    expect([linksOn(again).length, (again.html.match(/answered/g) ?? []).length]).toEqual([37, 3]);
  });

  test('is reminded of all of them by one mail, too', async () => {
    const run = await asked('Reminders', 3, ['greta']);
    for (const { child_id } of await family.children(run)) {
      const [open] = await family.world.portal.sql<{ id: string }[]>`select id from hand_offs where run_id = ${child_id}`;
      await family.world.portal.actors.tell(child_id ?? '', { type: 'remind_due', handOff: open?.id ?? '' });
    }
    await family.world.advance('5s');
    const reminders = await family.world.letters({ to: 'greta@example.com', kind: 'reminder' });
    expect(reminders.map(({ subject }) => subject)).toEqual(['Reminder: 3 × Opinion']);
    expect(linksOn(await family.world.visitor().get(bundleLink(reminders[0])))).toHaveLength(3);
  });

  test('is another than the next person, who gets one of their own; and who has one only, the ordinary mail', async () => {
    await family.ask('opinions', [], {
      subject: 'Two people',
      reviewers: [
        { name: 'a', email: 'boris@example.com' },
        { name: 'b', email: 'carla@example.com' },
        { name: 'c', email: 'boris@example.com' },
      ],
    });
    const [boris, carla] = await Promise.all(['boris', 'carla'].map((who) => family.world.letters({ to: `${who}@example.com` })));
    expect(boris?.map(({ subject }) => subject)).toEqual(['Please decide: 2 × Opinion']);
    expect(carla?.map(({ subject }) => subject)).toEqual(['Please decide: Opinion on Two people']);
    expect(bundleLink(boris?.[0])).not.toBe('');
  });

  test('sees on the page what is no longer theirs, and reading it changes nothing', async () => {
    const run = await asked('Moved', 2, ['dora']);
    const [letter] = await family.world.letters({ to: 'dora@example.com', kind: 'hand_off' });
    const [first] = await family.children(run);
    const [open] = await family.world.portal.sql<
      { id: string }[]
    >`select id from hand_offs where run_id = ${first?.child_id ?? null}`;
    await family.world.portal.actors.tell(first?.child_id ?? '', {
      type: 'reassigned',
      handOff: open?.id ?? '',
      to: { email: 'emil@example.com', name: null },
      by: 'olga@example.com',
      reason: 'Not hers',
    });
    const visitor = family.world.visitor();
    for (let n = 0; n < 3; n += 1) {
      const page = await visitor.get(bundleLink(letter));
      expect([linksOn(page).length, page.html.includes('no longer needed from you'), page.html.includes('emil@')]).toEqual([
        1,
        true,
        false,
      ]);
    }
    expect(await family.status(run)).toMatchObject({ status: 'active' });
    expect((await visitor.get(bundleLink(letter).replace(/.$/, 'x'))).status).toBe(404);
  });

  test('is put together once: whoever tries again sends the same letter, and what comes later is another', async () => {
    const run = await asked('Once', 3, ['fritz']);
    const { sql } = family.world.portal;
    const rows = await sql<{ id: string; bundled_into: string }[]>`
      select o.id, o.bundled_into from outbox o join runs r on r.id = o.run_id
      where r.parent_id = ${run} and o.kind = 'mail' order by o.id`;
    const [leader] = rows;
    expect(rows.map(({ bundled_into }) => bundled_into)).toEqual([leader?.id, leader?.id, leader?.id]);
    const again = await gatherBundle(sql, leader?.id ?? '', family.world.portal.clock.now());
    expect(again.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(await sql`select distinct state from outbox o join runs r on r.id = o.run_id where r.parent_id = ${run}`).toEqual([
      { state: 'done' },
    ]);
  });

  test('gets each thing in one letter only when two servers put letters together at the same time', async () => {
    const { sql, clock } = family.world.portal;
    const at = clock.now();
    const leased = new Date(clock.nowMs() + 10_000).toISOString();
    const run = randomUUID();
    const ids = Array.from({ length: 40 }, () => randomUUID()).sort();
    const [one = '', other = ''] = ids;
    await sql`
      insert into runs (id, workflow, version, seq, status, title, starter_email, trigger, snapshot, head, root_id, started_at, changed_at)
      select ${run}, workflow, version, 1, 'done', 'Twice', starter_email, trigger, '{}', head, ${run}, ${at}, ${at} from runs limit 1`;
    await sql`
      insert into outbox (id, run_id, kind, body, state, created_at, try_at, bundle, leased_until)
      select id, ${run}, 'mail', '{}', 'ready', ${at}, '2999-01-01', 'twice', case when id in (${one}, ${other}) then ${leased}::timestamptz end
      from unnest(${ids}::uuid[]) as i(id)`;
    const gathered = await Promise.all([gatherBundle(sql, one, at), gatherBundle(sql, other, at)]);
    expect(gathered.map((letters) => letters.length > 0)).toEqual([true, true]);
    expect(
      gathered
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids);
    expect(gathered[0]?.map(({ id }) => id)).not.toContain(other);
    await sql`delete from outbox where run_id = ${run}`;
    await sql`delete from runs where id = ${run}`;
  });
});
