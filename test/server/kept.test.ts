import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { examine } from '../../server/doctor.ts';
import { type FamilyWorld, openFamily, parentWith } from '../world/family.ts';

const MANY = 501;

let family: FamilyWorld;

beforeAll(async () => {
  const parent = await parentWith('more-than-fit', { wait: 'any' });
  const source = parent.source.replace('data:\n', 'data:\n  remark: { type: text }\n').replace(
    '    next: tell\n',
    `    next: look
  look:
    actor: author
    components: [{ form: { shows: [opinions], collects: [remark] } }]
    next:
      - { to: tell, when: 'opinions.exists(one, one.verdict == "yes")' }
      - { to: nothing, otherwise: true }
  nothing:
    actor: system
    components: [{ note: { text: Nobody agreed } }]
`,
  );
  family = await openFamily([{ name: parent.name, source }], { BATON_MAILS_PER_DOMAIN: '100000' });
});

afterAll(async () => {
  const wrong = (await examine(family.world.portal)).flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`));
  await family.close();
  expect(wrong).toEqual([]);
});

test('results of more children than a snapshot holds are there for pages, programs, rules and mails all the same', async () => {
  const { world } = family;
  const people = Array.from({ length: MANY }, (_, n) => `person${n}`);
  const run = await family.ask('more-than-fit', people);
  await family.answer(run, 'person7', 'yes', 'Fine');
  expect(await family.status(run)).toEqual({ status: 'active', stage: 'look' });

  const [row] = await world.portal.sql`
    select snapshot->'context'->'facts'->'opinions' as list, snapshot->'context'->'kept'->'opinions' as kept from runs where id = ${run}`;
  expect(row).toMatchObject({ list: null, kept: { gone: [] } });

  const { key } = await createKey(world.portal, 'test');
  const answer = await fetch(`${world.url}/api/v1/runs/${run}`, { headers: { authorization: `Bearer ${key}` } });
  const { data } = (await answer.json()) as { data: { opinions: { value: { key: string; state: string }[] } } };
  expect(data.opinions.value).toHaveLength(MANY);
  expect(data.opinions.value.slice(6, 9).map(({ state }) => state)).toEqual(['missing', 'arrived', 'missing']);

  const visitor = world.visitor();
  const page = await visitor.get(await world.linkFor('anna@example.com', 'hand_off'));
  expect(page.html).toContain('remark: Fine');
  expect(page.html).toContain('… and 1 more');
  await visitor.submit(page, { remark: 'Seen' });
  await family.settle();
  expect((await family.status(run)).status).toBe('done');
  const mail = (await world.letters({ to: 'anna@example.com', kind: 'outcome' })).at(-1);
  expect(mail?.subject).toBe('1 of 501 agree');
  expect(mail?.text).toContain('remark: Fine');
});
