import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeChildren } from '../../server/children/change.ts';
import { examine } from '../../server/doctor.ts';
import { gatherBundle } from '../../server/effects/outbox.ts';
import { type FamilyWorld, openFamily, parentWith } from '../world/family.ts';
import type { Letter, Page } from '../world/visitor.ts';

let family: FamilyWorld;

beforeAll(async () => {
  const named = '{ reviewer: reviewer.email, subject: reviewer.name }';
  family = await openFamily(
    await Promise.all([
      parentWith('any-of-them', { wait: 'any', with: named }),
      parentWith('two-of-them', { wait: '{ at_least: 2, of: approved }', with: named }),
    ]),
  );
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

describe('what is no longer needed of the same person', () => {
  const notesTo = (who: string) => family.world.letters({ to: `${who}@example.com`, kind: 'withdrawn' });
  const titlesIn = ({ text }: Letter) => [...text.matchAll(/^• Opinion on (.+)$/gm)].map(([, title]) => title);
  const named = (...people: string[]) => people.map((who, n) => ({ name: `Item ${n}`, email: `${who}@example.com` }));

  async function cancel(run: string, reason: string): Promise<void> {
    await family.world.portal.actors.tell(run, { type: 'cancelled', by: 'olga@example.com', reason });
    await family.settle();
  }

  test('is told by one note that lists three of them and the reason once, in the conversation that asked', async () => {
    const run = await family.ask('any-of-them', [], { reviewers: named('henk', 'gina', 'gina', 'gina') });
    const [asked] = await family.world.letters({ to: 'gina@example.com', kind: 'hand_off' });
    await family.answer(run, 'henk', 'yes');
    const notes = await notesTo('gina');
    expect(notes.map(({ subject }) => subject)).toEqual(['Withdrawn: 3 × Opinion']);
    const [note] = notes;
    if (note === undefined) throw new Error('There is no note.');
    expect(titlesIn(note)).toEqual(['Item 1', 'Item 2', 'Item 3']);
    for (const title of ['Item 1', 'Item 2', 'Item 3']) expect(note.html).toContain(`Opinion on ${title}`);
    for (const form of [note.text, note.html]) expect(form.match(/The reason given/g)).toHaveLength(1);
    expect(note.headers.References).toBe(asked?.headers.References);
    expect(note.headers['X-Entity-Ref-ID']).toBe(asked?.headers['X-Entity-Ref-ID']);
    expect(await notesTo('henk')).toEqual([]);
    expect((await family.children(run)).map(({ state }) => state)).toEqual(['arrived', 'withdrawn', 'withdrawn', 'withdrawn']);
  });

  test('leaves out what they have answered, and stays in the conversation that asked', async () => {
    const run = await family.ask('two-of-them', [], { reviewers: named('ines', 'ines', 'jana', 'ines') });
    const [asked] = await family.world.letters({ to: 'ines@example.com', kind: 'hand_off' });
    const visitor = family.world.visitor();
    const [first = ''] = linksOn(await visitor.get(bundleLink(asked)));
    await visitor.submit(await visitor.get(first), { verdict: 'yes', remark: '' });
    await family.settle();
    expect(await notesTo('ines')).toEqual([]);
    await family.answer(run, 'jana', 'yes');
    const notes = await notesTo('ines');
    expect(notes.map(titlesIn)).toEqual([['Item 1', 'Item 3']]);
    expect(notes[0]?.headers.References).toBe(asked?.headers.References);
  });

  test('is told to each of two people by a note of their own; who had one only gets the ordinary one', async () => {
    const run = await family.ask('any-of-them', [], { reviewers: named('karl', 'lisa', 'karl', 'mona', 'lisa', 'nils') });
    await family.answer(run, 'nils', 'no');
    const [karl, lisa, mona] = await Promise.all(['karl', 'lisa', 'mona'].map(notesTo));
    expect(karl?.map(titlesIn)).toEqual([['Item 0', 'Item 2']]);
    expect(lisa?.map(titlesIn)).toEqual([['Item 1', 'Item 4']]);
    expect(mona?.map(({ subject }) => subject)).toEqual(['Withdrawn: Opinion on Item 3']);
    expect(mona?.[0]?.text).toContain('The link in your earlier mail now only shows what became of it.');
    expect(mona?.[0]?.headers.References).toContain(mona?.[0]?.run);
  });

  test('is told by one note for forty of them when the run is cancelled, with the reason', async () => {
    const run = await family.ask('any-of-them', [], { reviewers: named(...Array.from({ length: 40 }, () => 'olaf')) });
    await cancel(run, 'The fair was called off');
    const notes = await notesTo('olaf');
    expect(notes.map(({ subject }) => subject)).toEqual(['Withdrawn: 40 × Opinion']);
    expect(notes.map(titlesIn)).toEqual([Array.from({ length: 40 }, (_, n) => `Item ${n}`)]);
    expect(notes[0]?.text).toContain('The reason given:\n\nThe fair was called off\n');
  });

  test('is told by one note when an owner removes several, and by another when the reason is another', async () => {
    const run = await family.ask('opinions', [], { reviewers: named('paul', 'paul', 'paul', 'quinn') });
    const [child] = await family.children(run);
    for (const [index, reason] of ['Sold', 'Burnt down', 'Sold'].entries()) {
      const change = { run, fan: child?.fan_id ?? '', wish: { is: 'remove' as const, index }, by: 'olga@example.com', reason };
      await changeChildren(family.world.portal, change);
    }
    await family.world.advance('5s');
    const notes = await notesTo('paul');
    expect(notes.map(({ subject }) => subject).sort()).toEqual(['Withdrawn: 2 × Opinion', 'Withdrawn: Opinion on Tea']);
    expect(notes.map(({ text }) => /The reason given:\n\n(.+)\n/.exec(text)?.[1]).sort()).toEqual(['Burnt down', 'Sold']);
    expect(await family.status(run)).toMatchObject({ status: 'active' });
  });

  test('is told by one note when an owner cancels several of the runs, one by one', async () => {
    const run = await family.ask('opinions', [], { reviewers: named('tara', 'tara', 'tara', 'ulf') });
    const { actors } = family.world.portal;
    for (const { child_id } of (await family.children(run)).slice(0, 2))
      await actors.tell(child_id ?? '', { type: 'cancelled', by: 'olga@example.com', reason: 'Sold' });
    await family.world.advance('5s');
    expect((await notesTo('tara')).map(({ subject }) => subject)).toEqual(['Withdrawn: 2 × Opinion']);
  });

  test.each([
    ['before its notes were put together', true],
    ['after they had left and before that was recorded', false],
  ])('is told once although the server died %s', async (_, before) => {
    const who = before ? 'rolf' : 'stan';
    const run = await family.ask('any-of-them', [], { reviewers: named(who, who, who) });
    await cancel(run, 'Enough');
    const [sent] = await notesTo(who);
    const { sql, clock } = family.world.portal;
    const leased = new Date(clock.nowMs() + 1000).toISOString();
    const left = await sql`
      update outbox set state = 'ready', done_at = null, bundled_into = case when ${!before} then bundled_into end,
        leased_until = case when bundled_into = id then ${leased}::timestamptz end
      where body->'mail'->>'is' = 'withdrawn' and body->'mail'->'to'->>'email' = ${`${who}@example.com`} returning id`;
    expect(left).toHaveLength(3);
    if (before) await sql`delete from mails where id = ${sent?.id ?? null}`;
    await family.world.advance('2s');
    const [again, ...more] = await notesTo(who);
    expect([again?.id, again?.text, again?.html, again?.headers]).toEqual([sent?.id, sent?.text, sent?.html, sent?.headers]);
    expect(more).toEqual([]);
    expect(await sql`select distinct state from outbox where bundled_into in ${sql(left.map(({ id }) => id))}`).toEqual([
      { state: 'done' },
    ]);
  });
});
