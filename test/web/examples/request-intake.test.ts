import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photo, type Run, type Stage, tell } from '../../world/story.ts';
import type { Answers } from '../../world/visitor.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('request-intake');
});

afterAll(() => stage.close());

const DISPATCHER = 'dispatch@example.com';
const IT = 'it-desk@example.com';
let number = 0;

async function asked(details: string, more: Answers = {}): Promise<{ run: Run; rita: string }> {
  number += 1;
  const rita = `rita${number}@example.com`;
  return { run: await stage.start({ starter_email: rita, subject: 'Help', details, blocked: 'no', ...more }), rita };
}

describe('a request', () => {
  test.each([
    ['My PASSWORD, please', 'it', IT],
    ['Where is the invoice of last week?', 'money', 'finance-desk@example.com'],
    ['I take parental leave in May', 'people', 'people-desk@example.com'],
  ])('with a word that a rule knows finds its team: %s', async (details, kind, team) => {
    const { run } = await asked(details);
    expect(await run.values('kind', 'team_email', 'status')).toEqual({ kind, team_email: team, status: 'with_team' });
    expect((await run.page(team)).html).toContain(details);
  });

  test('is urgent when somebody cannot work, or when it is wanted within two days', async () => {
    const cases: [Answers, string][] = [
      [{ blocked: 'yes' }, 'high'],
      [{ wanted_by: '2029-12-05' }, 'high'],
      [{ wanted_by: '2029-12-06' }, 'normal'],
      [{}, 'normal'],
    ];
    for (const [more, priority] of cases) {
      const { run } = await asked('My laptop is slow', more);
      expect(await run.values('priority')).toEqual({ priority });
    }
  });

  test('is done with an answer to whoever asked', async () => {
    const { run, rita } = await asked('My laptop is slow', { attachments: [photo('one.png'), photo('two.png')] });
    const page = await run.page(IT);
    for (const text of ['one.png', 'two.png']) expect(page.html).toContain(text);
    await run.refused(IT, { outcome: 'done' });
    await run.act(IT, { outcome: 'done', answer: 'You have a faster one now.' });
    expect(await run.where()).toBe('done');
    expect((await run.mail(rita)).text).toContain('You have a faster one now.');
    expect(await run.values('status')).toEqual({ status: 'done' });
  });

  test('that no rule knows is sorted by the dispatcher, with a reason that everybody can read', async () => {
    const { run } = await asked('The big plant in the hall is dying');
    expect(await run.where()).toBe('sort');
    const page = await run.page(DISPATCHER);
    expect(page.html).toContain('It is about people: contracts, holidays, pay or training.');
    await run.refused(DISPATCHER, {});
    await run.act(DISPATCHER, { route: 'for_people', route_reason: 'They water the plants' });
    expect(await run.values('kind')).toEqual({ kind: 'people' });
    expect(await run.history()).toContainEqual(
      expect.objectContaining({ what: 'routed', to: 'for_people', how: 'person', why: `${DISPATCHER}: They water the plants` }),
    );
  });

  test('that is not for the team goes elsewhere', async () => {
    const { run } = await asked('The printer is out of paper');
    await run.refused(IT, { outcome: 'elsewhere' });
    await run.act(IT, { outcome: 'elsewhere', outcome_reason: 'Paper is with the office' });
    await run.act(DISPATCHER, { team_email: 'office@example.com' });
    await run.act('office@example.com', { outcome: 'done', answer: 'There is paper.' });
    expect(await run.where()).toBe('done');
  });

  test('that nobody answers goes to the dispatcher after five working days', async () => {
    const { run } = await asked('My login does not work');
    await stage.world.advance('8d');
    expect((await run.page(DISPATCHER)).html).toContain('My login does not work');
  });
});

describe('something that is missing', () => {
  test('is asked of whoever asked, and the answer is sorted anew', async () => {
    const { run, rita } = await asked('My laptop is slow');
    await run.act(IT, { outcome: 'ask', question: 'Which of your two?' });
    expect(await run.values('status')).toEqual({ status: 'with_you' });
    expect((await run.page(rita)).html).toContain('Which of your two?');
    await run.act(rita, { details: 'Where is my invoice?', blocked: 'no' });
    expect(await run.values('kind')).toEqual({ kind: 'money' });
  });

  test('is asked three times at most; then the request is closed', async () => {
    const { run, rita } = await asked('Hm');
    await run.act(DISPATCHER, { route: 'unclear' });
    expect((await run.page(rita)).html).toContain('We could not see what you need.');
    await run.act(rita, { details: 'The laptop', blocked: 'no' });
    for (const question of ['Which one?', 'The black one?']) {
      await run.act(IT, { outcome: 'ask', question });
      await run.act(rita, { details: 'The laptop, I said', blocked: 'no' });
    }
    await run.act(IT, { outcome: 'ask', question: 'Hello?' });
    expect(await run.where()).toBe('done');
    expect((await run.visits()).at(-1)).toBe('closed');
    const mail = await run.mail(rita);
    expect(mail.text).toContain('The last question was: Hello?');
    expect(await run.values('status')).toEqual({ status: 'closed' });
  });
});
