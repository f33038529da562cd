import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { createKey } from '../../server/api-keys.ts';
import { type FamilyWorld, openFamily, parentWith } from '../world/family.ts';
import { linkIn, type Page, type Visitor } from '../world/visitor.ts';

const SECOND_LOOK = `workflow: second-look
title: Second look
owners: [olga@example.com]
actors: { author: { title: Author, from: trigger } }
data:
  subject: { type: text }
  reviewer: { type: email }
  verdict: { type: choice, options: { yes: "Yes", no: "No" } }
triggers: [{ form: { collects: [subject, reviewer] } }]
stages:
  look:
    actor: system
    components:
      - sub_workflow: { id: asked, workflow: opinion, with: { subject: subject, reviewer: reviewer }, save: { verdict: verdict } }
      - email: { to: author, subject: "{{ subject }}", body: "{{ verdict }}" }
`;

let family: FamilyWorld;
let owner: Visitor;

beforeAll(async () => {
  family = await openFamily([
    await parentWith('left-open', { wait: 'any', rest: 'leave_open' }),
    await parentWith('one-by-one', { in_order: 'true' }),
    { name: 'second-look', source: SECOND_LOOK },
  ]);
  owner = family.world.visitor();
  await owner.submit(await owner.get('/sign-in'), { email: 'olga@example.com' });
  const letter = (await family.world.letters({ to: 'olga@example.com', kind: 'sign_in' })).at(-1);
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  await owner.submit(await owner.get(linkIn(letter)), {});
});

afterAll(() => family.close());

async function fanOf(run: string): Promise<string> {
  const [child] = await family.children(run);
  return `/runs/${run}/children/${child?.fan_id}`;
}

function textOf({ html }: Page): string {
  return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

/** Posts one of the forms of a page of children, sees what would happen, and says yes. */
async function act(path: string, values: Record<string, string | string[]>): Promise<{ preview: Page; done: Page }> {
  const preview = await owner.submit(await owner.get(path), values, path);
  const done = await owner.submit(preview, { sure: 'yes' }, path);
  await family.settle();
  return { preview, done };
}

describe('the merge check on a run’s page', () => {
  test('says how many were expected, arrived and are open, and until when it waits', async () => {
    const run = await family.ask('opinions', ['ada', 'ben']);
    await family.answer(run, 'ada', 'yes', 'Fine');
    const page = textOf(await owner.get(`/runs/${run}`));
    expect(page).toMatch(/2 expected 1 open 1 arrived/);
    expect(page).toMatch(/[45] days are left/);
  });

  test('lists each child in the order of the items with who answered what, and late and double reports apart', async () => {
    const run = await family.ask('left-open', ['cleo', 'dan']);
    await family.answer(run, 'dan', 'yes', 'Good');
    await family.answer(run, 'cleo', 'no');
    const [, dan] = await family.children(run);
    await family.world.portal.actors.tell(dan?.child_id ?? '', {
      type: 'reopened',
      stage: 'say',
      by: 'olga@example.com',
      reason: 'Look again',
    });
    await family.answer(run, 'dan', 'no', 'Not good');
    const page = textOf(await owner.get(await fanOf(run)));
    expect(page).toMatch(
      /cleo late cleo@example\.com.*Verdict: No.*dan arrived dan@example\.com.*Verdict: Yes.*Remark: Good.*Reported again, and not used: No, Not good/,
    );
    expect(page).toContain('1 reported twice');
    expect(page).toMatch(/The run went on .*: enough are in/);
    expect(textOf(await owner.get(`${await fanOf(run)}?state=late`))).not.toContain('dan@example.com');
  });

  test('is also a file for spreadsheets, in which no cell is a formula', async () => {
    const run = await family.ask('opinions', ['eva']);
    await family.answer(run, 'eva', 'yes', '=1+1');
    const file = await owner.get(`${await fanOf(run)}?format=csv`);
    expect(file.headers.get('content-disposition')).toContain('opinions-asked.csv');
    expect(file.html.replace('\ufeff', '').split('\r\n')[0]).toBe('key,state,who,when,verdict,remark');
    expect(file.html).toContain("'=1+1");
  });
});

describe('what an owner may do', () => {
  test('accepting what came in is shown first with whoever is taken back, and needs a reason', async () => {
    const run = await family.ask('opinions', ['fay', 'gus']);
    await family.answer(run, 'fay', 'yes');
    const path = await fanOf(run);
    expect((await owner.submit(await owner.get(path), { act: 'accept', reason: '' }, path)).status).toBe(422);
    const { preview, done } = await act(path, { act: 'accept', reason: 'Gus is away' });
    expect(textOf(preview)).toContain('The run goes on with 1 of 2 results. 1 still open are taken back');
    expect(textOf(done)).toMatch(/accepted as it stood\. Reason: Gus is away/);
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'accepted' });
    expect(await family.world.letters({ to: 'gus@example.com', kind: 'withdrawn' })).toHaveLength(1);
  });

  test('several are reminded, asked anew or removed at once, after a look at what that means', async () => {
    const run = await family.ask('opinions', ['hal', 'ida', 'jon']);
    const path = await fanOf(run);
    const reminded = await act(path, { act: 'remind', child: ['0', '1'], reason: '' });
    expect(textOf(reminded.preview)).toContain('hal: hal@example.com gets one mail.');
    await family.world.advance('5s');
    expect(await family.world.letters({ to: 'ida@example.com', kind: 'reminder' })).toHaveLength(1);
    await act(path, { act: 'resend', child: ['0'], reason: 'Lost mail' });
    expect(await family.world.letters({ to: 'hal@example.com', kind: 'hand_off' })).toHaveLength(2);
    const removed = await act(path, { act: 'remove', child: ['1', '2'], reason: 'Not theirs' });
    expect(textOf(removed.preview)).toContain('jon: the run no longer waits for it; jon@example.com is told by mail.');
    expect((await family.children(run)).map(({ key, state }) => `${key} ${state}`)).toEqual([
      'hal removed',
      'ida removed',
      'jon removed',
      'hal open',
    ]);
    await family.answer(run, 'hal', 'yes');
    expect(await family.facts(run)).toMatchObject({ asked_outcome: 'all_in', asked_asked: 1 });
  });

  test('somebody else is asked instead, with the same questions as everybody; what is wrong is told beside its field', async () => {
    const run = await family.ask('opinions', ['kim', 'lea']);
    const path = await fanOf(run);
    const values = { act: 'add', new_key: 'mia', instead: '0', reason: 'Kim left' };
    const wrong = await owner.submit(await owner.get(path), { ...values, reviewer: 'no address' }, path);
    expect([wrong.status, wrong.html.includes('value="mia"')]).toEqual([422, true]);
    const done = await owner.submit(await owner.get(path), { ...values, reviewer: 'mia@example.com' }, path);
    await family.settle();
    expect(textOf(done)).toContain('Somebody else is asked.');
    expect((await family.children(run)).map(({ key, state }) => `${key} ${state}`)).toEqual([
      'kim removed',
      'lea open',
      'mia open',
    ]);
  });

  test('one that has answered stays, and whoever was too late is told so', async () => {
    const run = await family.ask('opinions', ['ned', 'ole']);
    const path = await fanOf(run);
    const preview = await owner.submit(await owner.get(path), { act: 'remove', child: ['0'], reason: 'No' }, path);
    await family.answer(run, 'ned', 'yes');
    const late = await owner.submit(preview, { sure: 'yes' }, path);
    expect([late.status, textOf(late).includes('Please choose at least one that is still open.')]).toEqual([422, true]);
  });
});

describe('a single child whose results are needed', () => {
  test('is not removed, and the page says what to do instead', async () => {
    const run = await family.ask('second-look', [], { reviewer: 'yara@example.com' });
    const path = await fanOf(run);
    const page = await owner.submit(await owner.get(path), { act: 'remove', child: ['0'], reason: 'Away' }, path);
    expect([page.status, textOf(page).includes('Ask it anew, or cancel the run.')]).toEqual([422, true]);
    await act(path, { act: 'resend', child: ['0'], reason: 'Lost mail' });
    await family.answer(run, 'yara', 'no');
    expect([await family.status(run), await family.facts(run)]).toMatchObject([{ status: 'done' }, { verdict: 'no' }]);
  });
});

describe('the tree', () => {
  test('is seen from above and from below, with whoever has what', async () => {
    const run = await family.ask('opinions', ['pam', 'quin']);
    const [pam] = await family.children(run);
    const below = textOf(await owner.get(`/runs/${pam?.child_id}`));
    expect(below).toContain('Called by Opinions on Tea');
    for (const path of [`/runs/${run}/tree`, `/runs/${pam?.child_id}/tree`])
      expect(textOf(await owner.get(path))).toMatch(
        /Opinions on Tea.*pam: Opinion on Tea.*pam@example\.com has it.*quin: Opinion on Tea/,
      );
  });

  test('and its parts are hidden from whoever does not own it', async () => {
    const run = await family.ask('opinions', ['rosa']);
    const stranger = family.world.visitor();
    for (const path of [`/runs/${run}/tree`, await fanOf(run)]) expect((await stranger.get(path)).html).not.toContain('rosa');
  });

  test('is a count for whoever asked: how many have answered, and by when it goes on, but not who', async () => {
    const run = await family.ask('opinions', ['tina', 'ulf']);
    await family.answer(run, 'tina', 'yes');
    const receipt = (await family.world.letters({ run, kind: 'receipt' })).at(-1);
    const [, status = ''] = /(http\S+\/s\/\S+)/.exec(receipt?.text ?? '') ?? [];
    const page = textOf(await family.world.visitor().get(status));
    expect(page).toMatch(/Ask: 1 of 2 have answered\. It goes on by/);
    expect(page).not.toContain('tina@example.com has');
  });

  test('is read by programs', async () => {
    const run = await family.ask('opinions', ['sam']);
    await family.answer(run, 'sam', 'yes');
    const { key } = await createKey(family.world.portal, 'test');
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${family.world.url}/api/v1/runs/${run}/${path}`, { headers: { authorization: `Bearer ${key}` } })).json();
    expect(await get('children')).toMatchObject({
      calls: [
        {
          outcome: 'all_in',
          counts: { arrived: 1 },
          children: [{ key: 'sam', state: 'arrived', results: { verdict: 'yes' } }],
          next: null,
        },
      ],
    });
    expect(await get('tree')).toMatchObject({ tree: [{ depth: 0 }, { depth: 1, key: 'sam' }] });
  });
});

describe('versions of what is called', () => {
  test('stay as they were when the run began, until an owner says otherwise for those not asked yet', async () => {
    const run = await family.ask('one-by-one', ['vera', 'wolf']);
    const { library } = family.world.portal;
    const old = await library.newest('opinion');
    const source = old.source.replace('title: Opinion\n', 'title: Opinion, newly\n');
    const { definition } = readDefinition(source, 'opinion.yaml');
    if (definition === null) throw new Error('The new version cannot be read.');
    await library.publish({ source, definition, origin: 'command', by: 'test', note: '' });
    await family.ask('opinions', ['xaver']);
    const path = await fanOf(run);
    const page = await owner.get(path);
    expect(textOf(page)).toContain(`Begin those not asked yet in version ${old.version + 1}`);
    await owner.submit(page, { act: 'repin', reason: 'Better words' }, path);
    await family.answer(run, 'vera', 'yes');
    await family.answer(run, 'wolf', 'yes');
    const children = await family.children(run);
    const rows = await family.world.portal.sql<{ version: number }[]>`
      select version from runs where id = any(${children.map(({ child_id }) => child_id ?? '')}::uuid[]) order by id`;
    expect(rows.map(({ version }) => version)).toEqual([old.version, old.version + 1]);
    expect(textOf(await owner.get(`/runs/${run}`))).toContain('that have not begun begin in version');
  });
});
