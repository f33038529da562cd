import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { createKey } from '../../server/api-keys.ts';
import { changeChildren, type Wish } from '../../server/children/change.ts';
import { examine } from '../../server/doctor.ts';
import { contractFindings } from '../../server/workflows/contract.ts';
import { type FamilyWorld, openFamily, parentWith } from '../world/family.ts';

let family: FamilyWorld;

beforeAll(async () => {
  family = await openFamily(
    await Promise.all([
      parentWith('any-of-them', { wait: 'any' }),
      parentWith('seven-of-ten', { wait: '{ at_least: 7, of: approved }' }),
      parentWith('by-veto', { veto: 'rejected' }),
      parentWith('left-open', { wait: 'any', rest: 'leave_open' }),
      parentWith('one-by-one', { in_order: 'true' }),
      parentWith('not-awaited', { wait: 'none', collect: '', counts: '' }),
    ]).then((parents) => parents.map((parent) => (parent.name === 'not-awaited' ? bare(parent) : parent))),
  );
});

/** Whoever waits for nobody has nothing to tell of. */
function bare({ name, source }: { name: string; source: string }) {
  return {
    name,
    source: source
      .replace(/ {2}opinions:\n(?: {4}.*\n)+/, '')
      .replace('{{ asked_approved }} of {{ asked_asked }} agree', 'Asked')
      .replace('\\n\\n{{ opinions }}', ''),
  };
}

afterAll(async () => {
  const wrong = (await examine(family.world.portal)).flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`));
  await family.close();
  expect(wrong).toEqual([]);
});

describe('a run that asks several people', () => {
  test('goes on when all have answered, with a row for each in the order of the items', async () => {
    const run = await family.ask('opinions', ['ada', 'ben', 'cleo']);
    expect((await family.children(run)).map(({ key, state }) => [key, state])).toEqual([
      ['ada', 'open'],
      ['ben', 'open'],
      ['cleo', 'open'],
    ]);
    await family.answer(run, 'cleo', 'no', 'Too hot');
    await family.answer(run, 'ada', 'yes');
    expect(await family.status(run)).toEqual({ status: 'active', stage: 'ask' });
    await family.answer(run, 'ben', 'yes');
    expect((await family.status(run)).status).toBe('done');
    const facts = await family.facts(run);
    expect(facts).toMatchObject({
      asked_outcome: 'all_in',
      asked_asked: 3,
      asked_arrived: 3,
      asked_missing: 0,
      asked_approved: 2,
    });
    expect(facts.opinions).toEqual([
      { key: 'ada', state: 'arrived', who: 'ada@example.com', verdict: 'yes' },
      { key: 'ben', state: 'arrived', who: 'ben@example.com', verdict: 'yes' },
      { key: 'cleo', state: 'arrived', who: 'cleo@example.com', verdict: 'no', remark: 'Too hot' },
    ]);
  });

  test('goes on at once when there is nobody to ask', async () => {
    const run = await family.ask('opinions', []);
    expect((await family.status(run)).status).toBe('done');
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'all_in', asked_asked: 0, opinions: [] });
  });

  test('goes on with what came in when the time is up, and takes no late answer for one in time', async () => {
    const run = await family.ask('opinions', ['dan', 'eva']);
    await family.answer(run, 'dan', 'yes');
    await family.world.advance('5d');
    expect((await family.status(run)).status).toBe('done');
    const facts = await family.facts(run);
    expect(facts).toMatchObject({ asked_outcome: 'out_of_time', asked_missing: 1 });
    expect(facts.opinions).toEqual([
      { key: 'dan', state: 'arrived', who: 'dan@example.com', verdict: 'yes' },
      { key: 'eva', state: 'missing' },
    ]);
    const told = await family.world.letters({ to: 'eva@example.com', kind: 'withdrawn' });
    expect(told).toHaveLength(1);
    expect((await family.children(run)).map(({ state }) => state)).toEqual(['arrived', 'withdrawn']);
  });

  test('goes on at the first answer, and tells the others once that they are not needed', async () => {
    const run = await family.ask('any-of-them', ['fay', 'gus', 'hal']);
    await family.answer(run, 'gus', 'no');
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'enough', asked_arrived: 1 });
    expect((await family.children(run)).map(({ state }) => state)).toEqual(['withdrawn', 'arrived', 'withdrawn']);
    for (const who of ['fay', 'hal'])
      expect(await family.world.letters({ to: `${who}@example.com`, kind: 'withdrawn' })).toHaveLength(1);
    expect(await family.world.letters({ to: 'gus@example.com', kind: 'withdrawn' })).toHaveLength(0);
  });

  test('fails at the fourth no when seven of ten are needed', async () => {
    const people = Array.from({ length: 10 }, (_, n) => `voter${n}`);
    const run = await family.ask('seven-of-ten', people);
    for (const who of people.slice(0, 3)) await family.answer(run, who, 'no');
    expect((await family.status(run)).stage).toBe('ask');
    await family.answer(run, 'voter3', 'no');
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'out_of_reach', asked_rejected: 4, asked_missing: 6 });
  });

  test('passes at the seventh yes when seven of ten are needed', async () => {
    const people = Array.from({ length: 10 }, (_, n) => `juror${n}`);
    const run = await family.ask('seven-of-ten', people);
    for (const who of people.slice(0, 7)) await family.answer(run, who, 'yes');
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'enough', asked_approved: 7 });
  });

  test('tells everybody on their page how the answers of the others bear on theirs', async () => {
    const run = await family.ask('by-veto', ['vera', 'vito', 'vik']);
    const page = await family.world.visitor().get(await family.world.linkFor('vera@example.com', 'hand_off'));
    expect(page.html).toContain('This is one of 3 answers that are asked for. It goes on when everybody has answered.');
    expect(page.html).toContain('A single answer that counts as “rejected” decides for all.');
    expect((await family.status(run)).stage).toBe('ask');
  });

  test('ends at the first veto', async () => {
    const run = await family.ask('by-veto', ['ida', 'jon']);
    await family.answer(run, 'jon', 'no');
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'vetoed' });
  });

  test('takes what comes afterwards as late, and never uses it', async () => {
    const run = await family.ask('left-open', ['kim', 'lea']);
    await family.answer(run, 'kim', 'yes');
    const before = await family.facts(run);
    expect(await family.answer(run, 'lea', 'no')).toBe(200);
    expect(await family.facts(run)).toEqual(before);
    const [, lea] = await family.children(run);
    expect(lea).toMatchObject({ state: 'late', report: { results: { verdict: 'no' } } });
    expect((await family.history(run)).at(-1)).toMatchObject({ what: 'reported', taken: 0, late: 1 });
  });

  test('asks one after the other, if that is said', async () => {
    const run = await family.ask('one-by-one', ['mia', 'ned', 'ole']);
    const states = async () => (await family.children(run)).map(({ state }) => state);
    expect(await states()).toEqual(['open', 'waiting', 'waiting']);
    await family.answer(run, 'mia', 'yes');
    expect(await states()).toEqual(['arrived', 'open', 'waiting']);
    await family.answer(run, 'ned', 'yes');
    await family.answer(run, 'ole', 'yes');
    expect((await family.status(run)).status).toBe('done');
  });

  test('does not wait, if that is said; its children go on', async () => {
    const run = await family.ask('not-awaited', ['pam']);
    expect((await family.status(run)).status).toBe('done');
    await family.answer(run, 'pam', 'yes');
    expect((await family.children(run))[0]).toMatchObject({ state: 'arrived' });
  });
});

describe('cancelling', () => {
  test('takes back everything open below, and tells each person once', async () => {
    const run = await family.ask('opinions', ['quin', 'rosa']);
    await family.world.portal.actors.tell(run, { type: 'cancelled', by: 'olga@example.com', reason: 'No tea' });
    await family.settle();
    expect((await family.children(run)).map(({ state }) => state)).toEqual(['withdrawn', 'withdrawn']);
    const children = await family.children(run);
    for (const { child_id } of children) expect(await family.status(child_id ?? '')).toMatchObject({ status: 'cancelled' });
    for (const who of ['quin', 'rosa'])
      expect(await family.world.letters({ to: `${who}@example.com`, kind: 'withdrawn' })).toHaveLength(1);
  });

  test('a child makes its run ask the owner, who accepts what is there with a reason', async () => {
    const run = await family.ask('opinions', ['sam', 'tom']);
    await family.answer(run, 'sam', 'yes');
    const [, tom] = await family.children(run);
    await family.world.portal.actors.tell(tom?.child_id ?? '', { type: 'cancelled', by: 'olga@example.com', reason: 'He left' });
    await family.settle();
    expect((await family.history(run)).at(-1)).toMatchObject({ what: 'reported', taken: 1 });
    expect((await family.history(run)).map(({ what }) => what)).toContain('held');
    expect(await family.status(run)).toMatchObject({ status: 'attention', stage: 'ask' });
    await family.world.portal.actors.tell(run, {
      type: 'fan_accepted',
      fan: tom?.fan_id ?? '',
      by: 'olga@example.com',
      reason: 'One is enough',
    });
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'accepted', asked_arrived: 1, asked_missing: 1 });
  });
});

describe('children that are changed on the way', () => {
  test('one is added, one removed, one replaced, and what is awaited is computed anew', async () => {
    const run = await family.ask('opinions', ['una', 'vic', 'wim']);
    const [first] = await family.children(run);
    const fan = first?.fan_id ?? '';
    const change = async (wish: Wish) => {
      await changeChildren(family.world.portal, { run, fan, wish, by: 'olga@example.com', reason: 'Because' });
      await family.settle();
    };
    await change({ is: 'add', key: 'xia', input: { reviewer: 'xia@example.com' } });
    await change({ is: 'remove', index: 0 });
    await change({ is: 'replace', index: 1, key: 'yan', input: { reviewer: 'yan@example.com' } });
    expect((await family.children(run)).map(({ key, state }) => `${key} ${state}`)).toEqual([
      'una removed',
      'vic removed',
      'wim open',
      'xia open',
      'yan open',
    ]);
    await family.world.advance('5s');
    for (const who of ['una', 'vic'])
      expect(await family.world.letters({ to: `${who}@example.com`, kind: 'withdrawn' })).toHaveLength(1);
    await family.answer(run, 'wim', 'yes');
    await expect(change({ is: 'remove', index: 2 })).rejects.toThrow('in already');
    await expect(change({ is: 'remove', index: 0 })).rejects.toThrow('removed already');
    for (const who of ['xia', 'yan']) await family.answer(run, who, 'yes');
    await expect(change({ is: 'remove', index: 3 })).rejects.toThrow('gone on');
    const facts = await family.facts(run);
    expect(facts).toMatchObject({ asked_outcome: 'all_in', asked_asked: 3 });
    expect((facts.opinions as { key: string }[]).map(({ key }) => key)).toEqual(['wim', 'xia', 'yan']);
  });
});

describe('publishing', () => {
  test('what is called is refused when it would break whoever calls it', async () => {
    const { library } = family.world.portal;
    const opinion = await library.newest('opinion');
    const source = opinion.source.replace('results: [verdict, remark]', 'results: [remark]');
    const { definition } = readDefinition(source, 'opinion.yaml');
    if (definition === null) throw new Error('The changed child cannot be read.');
    const findings = await contractFindings(library, [{ source, definition, file: 'opinion.yaml' }]);
    expect(findings.map(({ file, message }) => `${file}: ${message}`)).toContain(
      'opinions (published): opinion hands back no "verdict".',
    );
    expect(
      await contractFindings(library, [{ source: opinion.source, definition: opinion.definition, file: 'opinion.yaml' }]),
    ).toEqual([]);
  });

  test('a draft that calls what is not there is told so by the API', async () => {
    const { source } = await family.world.portal.library.newest('opinions');
    const { key } = await createKey(family.world.portal, 'test');
    const response = await fetch(`${family.world.url}/api/v1/check`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: source.replace('workflow: opinion\n', 'workflow: opinnion\n'),
    });
    expect(await response.json()).toMatchObject({
      findings: [{ code: 'unknown_workflow', remedy: 'Did you mean opinion? Otherwise publish it first.' }],
    });
  });
});

describe('nesting', () => {
  test('goes as deep as a rule lets it, and each child knows its key and place', async () => {
    const run = await family.ask('countdown', [], { left: 40 });
    expect((await family.status(run)).status).toBe('done');
    const rows = await family.world.portal.sql<{ n: number; depth: number }[]>`
      select count(*)::int as n, max((snapshot->'context'->'parent'->>'depth')::int) as depth from runs where root_id = ${run}`;
    expect(rows[0]).toEqual({ n: 41, depth: 40 });
    const [child] = await family.children(run);
    expect(await family.facts(child?.child_id ?? '')).toMatchObject({ left: 39, name: 'below', place: 1 });
  });

  test('a workflow that would call itself for ever is not published', async () => {
    const { library } = family.world.portal;
    const { source } = await library.newest('countdown');
    const endless = source.replace(
      '      - { to: deeper, when: left > 0 }\n      - { to: told, otherwise: true }',
      '      - { to: deeper, otherwise: true }',
    );
    const { definition } = readDefinition(endless, 'countdown.yaml');
    if (definition === null) throw new Error('The changed workflow cannot be read.');
    const findings = await contractFindings(library, [{ source: endless, definition, file: 'countdown.yaml' }]);
    expect(findings.map(({ code }) => code)).toEqual(['endless_calls']);
  });
});
