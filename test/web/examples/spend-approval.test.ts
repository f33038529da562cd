import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('spend-approval');
});

afterAll(() => stage.close());

const HEAD = 'head-of-finance@example.com';
const RITA = 'rita@example.com';

function asked(amount: string, more: Record<string, string> = {}): Promise<Run> {
  return stage.start({
    starter_email: RITA,
    cost_centre: '4711',
    amount,
    purpose: 'Desks',
    needed_on: '2030-02-01',
    ...more,
  });
}

describe('a purchase', () => {
  test('within the limit of the budget holder, whom the table knows, is granted by them', async () => {
    const run = await asked('1.000,00');
    expect((await run.page('anna@example.com')).html).toMatch(/1\.000,00\s€/);
    await run.act('anna@example.com', { holder_decision: 'grant' });
    expect(await run.where()).toBe('done');
    const mail = await run.mail(RITA);
    expect(mail.subject).toMatch(/^You may spend 1\.000,00\s€$/);
    expect(mail.text).toContain('1. Februar 2030');
  });

  test('one cent above it needs the head of finance, who may refuse it', async () => {
    const run = await asked('1000,01');
    await run.act('anna@example.com', { holder_decision: 'grant' });
    expect(await run.where()).toBe('finance_review');
    await run.refused(HEAD, { finance_decision: 'refuse' });
    await run.act(HEAD, { finance_decision: 'refuse', finance_decision_reason: 'Next year' });
    expect((await run.mail(RITA)).text).toContain('The head of finance says: Next year');
  });

  test('may be granted up to a lower amount, which counts from then on', async () => {
    const run = await asked('4000');
    const refused = await run.refused('anna@example.com', { holder_decision: 'less', lower_amount: '4.000,01' });
    expect(refused.html).toMatch(/This can be 4\.000,00\s€ at most\./);
    await run.act('anna@example.com', { holder_decision: 'less', lower_amount: '900' });
    expect(await run.where()).toBe('done');
    expect(await run.values('granted')).toEqual({ granted: '900.00' });
    expect((await run.mail(RITA)).text).toContain('the budget holder granted less');
  });

  test('that the holder refuses ends with the reason', async () => {
    const run = await asked('100');
    await run.act('anna@example.com', { holder_decision: 'refuse', holder_decision_reason: 'We have desks' });
    expect((await run.mail(RITA)).text).toContain('The budget holder says: We have desks');
  });

  test('for a cost centre that the table does not know goes to controlling, who names somebody', async () => {
    const run = await asked('100', { cost_centre: '9999' });
    expect(await run.where()).toBe('name_holder');
    await run.act('controlling@example.com', { holder_email: 'dora@example.com', holder_limit: '50' });
    await run.act('dora@example.com', { holder_decision: 'grant' });
    await run.act(HEAD, { finance_decision: 'grant' });
    expect(await run.where()).toBe('done');
  });

  test('is asked for with a cost centre of four digits, and an amount as people write it there', async () => {
    const page = await stage.startRefused({
      starter_email: RITA,
      cost_centre: '47',
      amount: 'viel',
      purpose: 'Desks',
      needed_on: '2030-02-01',
    });
    expect(page.html).toContain('Four digits, like 4711.');
    expect(page.html).toContain('Please give the amount in EUR');
  });

  test('waits for the holder, and goes to controlling when nobody answers', async () => {
    const run = await asked('100', { cost_centre: '4712' });
    await stage.world.advance('8d');
    await run.act('controlling@example.com', { holder_decision: 'grant' });
    expect(await run.where()).toBe('done');
  });
});

test('at New Year, in Berlin and not in London, the cost centre changes hands', async () => {
  await stage.moveTo('2029-12-31T22:59:00Z');
  const before = await asked('100');
  await stage.moveTo('2029-12-31T23:01:00Z');
  const after = await asked('2.400,00');
  expect(await before.values('holder_email')).toEqual({ holder_email: 'anna@example.com' });
  expect(await after.values('holder_email', 'holder_limit')).toEqual({
    holder_email: 'bruno@example.com',
    holder_limit: '2500.00',
  });
  await after.act('bruno@example.com', { holder_decision: 'grant' });
  expect(await after.where()).toBe('done');
});
