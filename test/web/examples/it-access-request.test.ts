import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('it-access-request');
});

afterAll(() => stage.close());

const IT = 'it@example.com';
let number = 0;

/** A request by Rita, to a manager of its own so that letters can be told apart. */
async function asked(more: Record<string, string | string[]> = {}): Promise<{ run: Run; manager: string; rita: string }> {
  number += 1;
  const [manager, rita] = [`mia${number}@example.com`, `rita${number}@example.com`];
  const run = await stage.start({
    starter_email: rita,
    starter_name: 'Rita',
    system_name: 'crm',
    rights: ['read', 'write'],
    reason: 'I look after the customers in the north.',
    needed_until: '2030-06-30',
    'manager.email': manager,
    ...more,
  });
  return { run, manager, rita };
}

/** Access that was granted and set up. */
async function provided(more: Record<string, string | string[]> = {}) {
  const { run, manager, rita } = await asked(more);
  await run.act(manager, { manager_decision: 'agree' });
  await run.act('carl@example.com', { owner_decision: 'grant' });
  await run.act(IT, { ticket: 'IT-77', set_up_on: '2029-12-05' });
  return { run, manager, rita };
}

describe('access', () => {
  test('goes from the manager to the owner of the system, whom the table knows, and to IT, who proves it', async () => {
    const { run, manager, rita } = await asked();
    expect(await run.values('owner_email', 'risk')).toEqual({ owner_email: 'carl@example.com', risk: 'high' });
    await run.act(manager, { manager_decision: 'agree' });
    await run.act('carl@example.com', { owner_decision: 'grant' });
    const page = await run.page(IT);
    for (const text of ['its number is the proof', 'try it out together', 'Read, Change']) expect(page.html).toContain(text);
    await run.refused(IT, { ticket: 'done', set_up_on: '2029-12-05' });
    await run.act(IT, { ticket: 'IT-77', set_up_on: '2029-12-05' });
    expect(await run.where()).toBe('until_review');
    const mail = await run.mail(rita);
    expect(mail.subject).toBe('Your access to Customer database is ready');
    for (const text of ['5 December 2029', '30 June 2030', 'IT-77']) expect(mail.text).toContain(text);
  });

  test('of low risk needs no manager, unless somebody wants to administer', async () => {
    const { run } = await asked({ system_name: 'wiki', rights: ['read'] });
    expect(await run.where()).toBe('owner_review');
    expect(await run.history()).toContainEqual(
      expect.objectContaining({ what: 'skipped', stage: 'manager_review', because: 'Access of low risk needs no manager.' }),
    );
    const { run: admin } = await asked({ system_name: 'wiki', rights: ['read', 'admin'] });
    expect(await admin.where()).toBe('manager_review');
  });

  test('to a system that the table does not know goes to IT first, who names its owner', async () => {
    const { run, manager } = await asked({ system_name: 'other', other_system: 'Time clock' });
    expect((await run.page(IT)).html).toContain('Time clock');
    await run.act(IT, { owner_email: 'tom@example.com', risk: 'high' });
    await run.act(manager, { manager_decision: 'agree' });
    expect((await run.page('tom@example.com')).html).toContain('Time clock');
  });

  test('is asked for until a day that is still to come', async () => {
    const refused = await stage.startRefused({
      starter_email: 'rita@example.com',
      system_name: 'crm',
      rights: 'read',
      reason: 'Work',
      needed_until: '2029-12-03',
      'manager.email': 'mia@example.com',
    });
    expect(refused.html).toContain('Please give a day that is still to come.');
  });

  test.each([
    ['manager', 'Your manager says: Not your customers'],
    ['owner', 'The owner of the system says: Not your customers'],
  ])('that the %s refuses ends with the reason', async (who, sentence) => {
    const { run, manager, rita } = await asked();
    if (who === 'manager') {
      await run.refused(manager, { manager_decision: 'refuse' });
      await run.act(manager, { manager_decision: 'refuse', manager_decision_reason: 'Not your customers' });
    } else {
      await run.act(manager, { manager_decision: 'agree', manager_decision_reason: 'Fine' });
      await run.act('carl@example.com', { owner_decision: 'refuse', owner_decision_reason: 'Not your customers' });
    }
    expect(await run.where()).toBe('done');
    expect((await run.mail(rita)).text).toContain(sentence);
  });

  test('for which the manager does not answer goes to IT', async () => {
    const { run, manager } = await asked();
    await stage.world.advance('8d');
    expect((await run.page(manager)).html).toContain('Somebody else has this now');
    await run.act(IT, { manager_decision: 'agree' });
    expect(await run.where()).toBe('owner_review');
  });
});

describe('the review', () => {
  test('comes two weeks before the end, at nine; what is not needed is taken away', async () => {
    const { run, manager, rita } = await provided({ needed_until: '2030-02-28' });
    await stage.moveTo('2030-02-14T07:59:00Z');
    expect(await run.where()).toBe('until_review');
    await stage.moveTo('2030-02-14T08:01:00Z'); // 9:01 in Berlin
    expect(await run.where()).toBe('review');
    await run.act(manager, { review_decision: 'end' });
    await run.act(IT, { removal_ticket: 'IT-99' });
    expect(await run.where()).toBe('done');
    expect((await run.mail(rita)).text).toContain('IT-99');
  });

  test('that finds it needed begins the wait anew, three times at most', async () => {
    const { run, manager } = await provided({ needed_until: '2030-06-01' });
    for (const [month, day] of [
      ['05', '2030-07-01'],
      ['06', '2030-08-01'],
      ['07', '2030-09-01'],
    ] as const) {
      await stage.moveTo(`2030-${month}-19T12:00:00Z`);
      await run.act(manager, { review_decision: 'keep', needed_until: day });
      expect(await run.values('needed_until')).toEqual({ needed_until: day });
      expect(await run.where()).toBe('until_review');
    }
    await stage.moveTo('2030-08-19T12:00:00Z');
    await run.act(manager, { review_decision: 'keep', needed_until: '2030-12-31' });
    expect(await run.where()).toBe('remove');
  });
});

test('the owner may grant it for a shorter time, and a plain yes leaves the day as it was', async () => {
  const { run, manager } = await asked({ needed_until: '2031-12-31' });
  await run.act(manager, { manager_decision: 'agree' });
  await run.refused('carl@example.com', { owner_decision: 'shorter' });
  await run.act('carl@example.com', { owner_decision: 'shorter', needed_until: '2031-06-30' });
  expect(await run.values('needed_until')).toEqual({ needed_until: '2031-06-30' });
  const { run: plain } = await provided({ needed_until: '2031-12-31' });
  expect(await plain.values('needed_until')).toEqual({ needed_until: '2031-12-31' });
});

test('a program that asks is held to the same rules as the form', async () => {
  const data = { system_name: 'wiki', rights: ['read'], reason: 'Work', manager: 'mia@example.com' };
  await expect(stage.startByApi('rita@example.com', { ...data, needed_until: '2029-01-01' })).rejects.toThrow('still to come');
  await expect(
    stage.startByApi('rita@example.com', { ...data, system_name: 'other', needed_until: '2040-01-01' }),
  ).rejects.toThrow('data.other_system');
  const run = await stage.startByApi('rita@example.com', { ...data, needed_until: '2040-01-01' });
  expect(await run.where()).toBe('owner_review');
});
