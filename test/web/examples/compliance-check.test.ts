import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdf, type Run, type Stage, tell } from '../../world/story.ts';
import type { Answers } from '../../world/visitor.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('compliance-check');
});

afterAll(() => stage.close());

const OFFICER = 'officer@example.com';
const REVIEWER = 'reviewer@example.com';
const SECOND = 'second-person@example.com';
const BOARD = 'board@example.com';

const SCOPE: Answers = {
  area: ['payments', 'access'],
  period_from: '2029-07-01',
  period_until: '2029-09-30',
  remarks: 'The auditor comes in March.',
};

const CONTROLS = (training = '95', more: Answers = {}): Answers => ({
  'controls.four_eyes.state': 'done',
  'controls.four_eyes.evidence': pdf('payments.pdf'),
  'controls.leavers.state': 'done',
  'controls.leavers.note': 'Three samples, all within a day',
  'controls.backups.state': 'done',
  'controls.backups.note': 'Restored on 3 September',
  'controls.training.state': 'done',
  'controls.training.measured': training,
  ...more,
});

/** A check that somebody asked for, up to where its controls are signed. */
async function signed(training = '95', more: Answers = {}): Promise<Run> {
  const run = await stage.start({ starter_email: 'rita@example.com', occasion: 'A new customer asks for it' });
  const controls = await run.act(OFFICER, SCOPE);
  await run.goOn(controls, CONTROLS(training, more));
  await run.act(REVIEWER, { controls_sign_off: 'accepted' });
  return run;
}

describe('a compliance check', () => {
  test('ends with a certificate that names who confirmed it', async () => {
    const run = await signed();
    const page = await run.page(SECOND);
    for (const text of ['It stands on the certificate.', 'Payments, Access to systems', 'Restored on 3 September']) {
      expect(page.html).toContain(text);
    }
    await run.refused(SECOND, { confirmation: 'confirm' });
    await run.act(SECOND, { confirmation: 'confirm', 'confirmation_signed.confirm': 'Sefa Second' });
    expect(await run.where()).toBe('done');
    expect(await run.values('confirmation_signed')).toEqual({ confirmation_signed: 'Sefa Second' });
    const mail = await run.mail(OFFICER);
    expect(mail.attachments).toMatchObject([{ name: 'Certificate-1-July-2029-to-30-September-2029.pdf' }]);
  });

  test('shows its remarks to those who look at it, and not to whoever asked for it', async () => {
    const run = await signed();
    expect((await run.page(SECOND)).html).toContain('The auditor comes in March.');
    expect(await run.statusPage()).not.toContain('The auditor comes in March.');
  });

  test('does not end before it begins, and every control has its proof', async () => {
    const run = await stage.start({ starter_email: 'rita@example.com', occasion: 'Why not' });
    const early = await run.refused(OFFICER, { ...SCOPE, period_until: '2029-06-30' });
    expect(early.html).toContain('The period ends before it begins.');
    const controls = await run.act(OFFICER, SCOPE);
    const { 'controls.leavers.note': _, 'controls.four_eyes.evidence': __, ...bare } = CONTROLS();
    const refused = await stage.world.visitor().submit(controls, bare);
    expect(refused.status).toBe(422);
    expect(refused.html).toContain('Please say what proves it.');
    expect(refused.html).toContain('Please choose a file.');
  });
});

describe('a control that failed', () => {
  test('is put right by a day that is named, and then all are gone through again', async () => {
    const run = await signed('94.9', { 'controls.training.note': 'Two are missing' });
    expect(await run.where()).toBe('remedy');
    expect((await run.page(OFFICER)).html).toContain('Two are missing');
    await run.act(OFFICER, { remedy: 'A course', remedied_by: '2029-12-17' });
    await stage.moveTo('2029-12-17T07:59:00Z');
    expect(await run.where()).toBe('until_remedied');
    await stage.moveTo('2029-12-17T08:01:00Z'); // 9:01 in Paris
    await run.act(OFFICER, CONTROLS('100'));
    await run.act(REVIEWER, { controls_sign_off: 'accepted' });
    expect(await run.where()).toBe('second_look');
  });

  test('for the third time ends without a certificate, and the board hears of it', async () => {
    const run = await signed('90', { 'controls.training.note': 'Many are missing' });
    for (const _ of [1, 2]) {
      await run.act(OFFICER, { remedy: 'A course', remedied_by: '2029-12-01' });
      await run.act(OFFICER, CONTROLS('90', { 'controls.training.note': 'Still' }));
      await run.act(REVIEWER, { controls_sign_off: 'accepted' });
    }
    expect(await run.mails()).toEqual([`${BOARD}: No certificate: Payments, Access to systems`]);
  });
});

describe('those who look at it', () => {
  test('the reviewer may give the list back', async () => {
    const run = await stage.start({ starter_email: 'rita@example.com', occasion: 'Why not' });
    const controls = await run.act(OFFICER, SCOPE);
    await run.goOn(controls, CONTROLS());
    await run.act(REVIEWER, { controls_sign_off: 'returned', controls_sign_off_reason: 'Only two samples' });
    await run.act(OFFICER, CONTROLS());
    await run.act(REVIEWER, { controls_sign_off: 'accepted' });
    expect(await run.where()).toBe('second_look');
  });

  test('the second person may have it checked again, once', async () => {
    const run = await signed();
    await run.act(SECOND, { confirmation: 'again', confirmation_reason: 'My sample differs' });
    await run.act(OFFICER, CONTROLS());
    await run.act(REVIEWER, { controls_sign_off: 'accepted' });
    await run.act(SECOND, { confirmation: 'again', confirmation_reason: 'It still differs' });
    expect((await run.mail(BOARD)).text).toContain('The second person says: It still differs');
  });

  test('an officer who lets it lie hands over to the board', async () => {
    const run = await stage.start({ starter_email: 'rita@example.com', occasion: 'Why not' });
    await run.act(OFFICER, SCOPE);
    await stage.world.advance('14d');
    expect((await run.page(BOARD)).html).toContain('Share of people with training');
  });
});

test('each quarter begins with a check by itself, at nine in Paris', async () => {
  await stage.moveTo('2030-04-01T06:59:00Z');
  const before = await stage.newest();
  await stage.moveTo('2030-04-01T07:01:00Z');
  const run = await stage.newest();
  expect(run.id).not.toBe(before.id);
  expect(await run.where()).toBe('scope');
  const controls = await run.act(OFFICER, SCOPE);
  await run.goOn(controls, CONTROLS());
  await run.act(REVIEWER, { controls_sign_off: 'accepted' });
  await run.act(SECOND, { confirmation: 'confirm', 'confirmation_signed.confirm': 'Sefa Second' });
  expect(await run.where()).toBe('done');
});
