import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Run, type Stage, tell } from '../world/story.ts';
import { linkIn, type Visitor } from '../world/visitor.ts';

const BECAUSE = 'Access of low risk needs no manager.';

let stage: Stage;
let owner: Visitor;
let run: Run;

beforeAll(async () => {
  stage = await tell('it-access-request');
  owner = stage.world.visitor();
  await owner.submit(await owner.get('/sign-in'), { email: 'ops@example.com' });
  const [letter] = await stage.world.letters({ to: 'ops@example.com', kind: 'sign_in' });
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  await owner.submit(await owner.get(linkIn(letter)), {});
  run = await asked('wiki');
});

afterAll(() => stage.close());

function asked(system: string): Promise<Run> {
  return stage.start({
    starter_email: 'rita@example.com',
    system_name: system,
    rights: 'read',
    reason: 'Work',
    needed_until: '2030-06-30',
    'manager.email': 'mia@example.com',
  });
}

/** How each stage on a status page is marked. */
function wayIn(html: string): Record<string, string> {
  const [, list = ''] = /<ol class="steps">(.*?)<\/ol>/s.exec(html) ?? [];
  const items = [...list.matchAll(/<li class="(\w+)"[^>]*>(.*?)<\/li>/gs)];
  return Object.fromEntries(items.map(([, mark = '', item = '']) => [item.replace(/<[^>]+>/g, ''), mark]));
}

describe('a stage that was left out', () => {
  test('is marked as such on the run’s page, with the reason to read and to hear, and no other stage is', async () => {
    const { html } = await owner.get(`/runs/${run.id}`);
    expect(html.match(/stage-card stage-skipped/g)).toHaveLength(1);
    expect(html).toContain(`<strong>Manager</strong> was left out: ${BECAUSE}`);
    expect(html).toMatch(/<desc[^>]*>[^<]*Left out: Manager \(Access of low risk needs no manager\.\)/);
    expect(html).toContain(`(left out: ${BECAUSE})`);
    expect(html.match(/stage-card stage-been/g)).toHaveLength(1);
    expect(html.match(/stage-card stage-here/g)).toHaveLength(1);
  });

  test('is marked as such on the page of whoever asked, and says why nobody was asked', async () => {
    expect(wayIn(await run.statusPage())).toMatchObject({
      'Find the owner (done)': 'done',
      [`Manager (left out: ${BECAUSE})`]: 'skipped',
      'Owner of the system': 'current',
    });
  });

  test('stays marked once the run has gone on', async () => {
    const other = await asked('wiki');
    await other.act('wilma@example.com', { owner_decision: 'refuse', owner_decision_reason: 'Not now' });
    const way = wayIn(await other.statusPage());
    expect(way[`Manager (left out: ${BECAUSE})`]).toBe('skipped');
    expect(Object.values(way).filter((mark) => mark === 'skipped')).toHaveLength(1);
  });
});

test('a stage that somebody did is marked as done, as ever', async () => {
  const other = await asked('crm');
  await other.act('mia@example.com', { manager_decision: 'agree' });
  expect(wayIn(await other.statusPage())).toMatchObject({ 'Manager (done)': 'done' });
  expect((await owner.get(`/runs/${other.id}`)).html).not.toContain('stage-skipped');
});
