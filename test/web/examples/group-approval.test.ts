import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('group-approval', null, ['approver-review']);
});

afterAll(() => stage.close());

const ADA = 'ada@example.com';
const DORA = 'dora@example.com';

function asked(...names: string[]): Promise<Run> {
  return stage.start({
    starter_email: ADA,
    subject: 'New logo',
    details: 'The old one is from 1998.',
    decider_email: DORA,
    'approvers.count': String(names.length),
    ...Object.fromEntries(
      names.flatMap((name, row) => [
        [`approvers.${row}.name`, name],
        [`approvers.${row}.email`, `${name.toLowerCase()}@example.com`],
      ]),
    ),
  });
}

async function says(run: Run, name: string, answer: string, reason = ''): Promise<void> {
  await (await run.child(name)).act(`${name.toLowerCase()}@example.com`, { answer, answer_reason: reason });
}

describe('an approval by several people', () => {
  test('asks all of them at once, and none sees what the others say', async () => {
    const run = await asked('Bea', 'Carl', 'Dan', 'Elin');
    expect(await run.children()).toEqual(['Bea: open', 'Carl: open', 'Dan: open', 'Elin: open']);
    await says(run, 'Carl', 'reject', 'Too dark');
    expect((await (await run.child('Dan')).page('dan@example.com')).html).not.toContain('Too dark');
    expect(await run.statusPage()).toContain('1 of 4 have answered');
  });

  test('ends with a summary in the order of the list, for whoever owns the matter', async () => {
    const run = await asked('Bea', 'Carl');
    await says(run, 'Carl', 'reject', 'Too dark');
    await says(run, 'Bea', 'approve');
    expect(await run.where()).toBe('summary');
    expect((await run.page(DORA)).html).toMatch(/Bea[\s\S]*Carl[\s\S]*Too dark/);
    await run.act(DORA, { outcome: 'stop', outcome_reason: 'Carl is right' });
    const mail = await run.mail(ADA);
    expect(mail.text).toContain('1 of 2 approved, 1 did not, 0 did not answer.');
    expect(mail.text).toContain('Carl is right');
  });

  test('does not wait longer than five working days, and counts silence as silence', async () => {
    const run = await asked('Bea', 'Carl');
    await says(run, 'Bea', 'approve');
    await stage.world.advance('6d');
    expect(await run.where()).toBe('ask');
    await stage.world.advance('1d');
    expect(await run.where()).toBe('summary');
    expect(await run.values('review_missing', 'review_approved')).toEqual({ review_missing: 1, review_approved: 1 });
    const carl = await run.child('Carl');
    const letters = await stage.world.letters({ to: 'carl@example.com', run: carl.id });
    expect(letters.map(({ kind }) => kind)).toEqual(['hand_off', 'reminder', 'withdrawn']);
    expect((await carl.page('carl@example.com')).status).toBe(410);
  });

  test('needs a reason for a no', async () => {
    const run = await asked('Bea');
    const child = await run.child('Bea');
    await child.refused('bea@example.com', { answer: 'reject', answer_reason: '' });
    expect(await run.where()).toBe('ask');
  });
});
