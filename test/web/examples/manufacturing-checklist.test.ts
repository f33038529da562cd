import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { photo, type Run, type Stage, tell } from '../../world/story.ts';
import type { Answers, Page } from '../../world/visitor.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('manufacturing-checklist');
});

afterAll(() => stage.close());

const QUALITY = 'quality@example.com';
const SUPERVISOR = 'supervisor@example.com';
const PLANNING = 'planning@example.com';
let number = 0;

/** A work order; its set-up follows at once, without a letter, since the operator is there. */
async function begun(more: Answers = {}): Promise<{ run: Run; opening: Page; operator: string }> {
  number += 1;
  const operator = `otto${number}@example.com`;
  const run = await stage.start({
    starter_email: operator,
    starter_name: 'Otto',
    work_order: 'WO-20417',
    product: 'Bushing',
    quantity: '500',
    ...more,
  });
  return { run, opening: run.opening, operator };
}

const SET_UP = (more: Answers = {}): Answers => ({
  'setup.drawing.state': 'done',
  'setup.guards.state': 'done',
  'setup.guards.evidence': photo('guards.png'),
  'setup.tool.state': 'done',
  'setup.tool.measured': '0.2',
  'setup.coolant.state': 'not_applicable',
  'setup.coolant.note': 'Dry process',
  ...more,
});

const FIRST = (length: string, more: Answers = {}): Answers => ({
  'first.length.state': 'done',
  'first.length.measured': length,
  'first.bore.state': 'done',
  'first.bore.measured': '12.05',
  'first.surface.state': 'done',
  'first.surface.evidence': photo('surface.png'),
  ...more,
});

const FINAL = (): Answers => ({
  'final.cleaned.state': 'done',
  'final.labelled.state': 'done',
  'final.labelled.evidence': photo('labels.png'),
});

/** A work order whose set-up was signed. */
async function ready(): Promise<{ run: Run; operator: string }> {
  const { run, opening, operator } = await begun();
  await run.goOn(opening, SET_UP());
  await run.act(QUALITY, { setup_sign_off: 'accepted' });
  expect(await run.where()).toBe('first_piece');
  return { run, operator };
}

/** A work order whose first piece was signed, too. */
async function running(): Promise<{ run: Run; operator: string }> {
  const { run, operator } = await ready();
  await run.act(QUALITY, FIRST('100.1'));
  await run.act(SUPERVISOR, { first_sign_off: 'accepted' });
  expect(await run.where()).toBe('running');
  return { run, operator };
}

describe('a work order', () => {
  test('is set up, measured, made, checked and released with a document', async () => {
    const { run, operator } = await running();
    const final = await run.act(operator, { good: '495', scrap: '5', scrap_reason: 'tool' });
    await run.goOn(final, FINAL());
    const page = await run.page(QUALITY);
    expect(page.html).toContain('labels.png');
    await run.goOn(page, { final_sign_off: 'accepted' });
    expect(await run.where()).toBe('done');
    const mail = await run.mail(PLANNING);
    expect(mail.subject).toBe('Released: WO-20417, 495 pieces');
    expect(mail.attachments).toMatchObject([{ name: 'Release-WO-20417.pdf', type: 'application/pdf' }]);
  });

  test('shows what was measured and photographed to the second person', async () => {
    const { run, opening } = await begun();
    await run.goOn(opening, SET_UP());
    const page = await run.page(QUALITY);
    for (const text of ['0.2', 'guards.png', 'Dry process']) expect(page.html).toContain(text);
  });

  test('is told item by item what is missing', async () => {
    const { opening } = await begun();
    const refused = await stage.world.visitor().submit(opening, {
      'setup.drawing.state': 'not_applicable',
      'setup.guards.state': 'done',
      'setup.tool.state': 'done',
      'setup.coolant.state': 'failed',
    });
    expect(refused.status).toBe(422);
    for (const sentence of [
      'This item always applies.',
      'Please choose a file.',
      'Please give the measured value in mm.',
      'Please say what is wrong.',
    ])
      expect(refused.html).toContain(sentence);
  });

  test('cannot make more pieces than were ordered, and scrap has its reason', async () => {
    const { run, operator } = await running();
    expect((await run.refused(operator, { good: '499', scrap: '2', scrap_reason: 'tool' })).html).toContain(
      'These are more pieces than were ordered.',
    );
    expect((await run.refused(operator, { good: '499', scrap: '1' })).html).toContain('Please choose an answer.');
    await run.act(operator, { good: '500', scrap: '0' });
  });

  test('without one good piece is stopped', async () => {
    const { run, operator } = await running();
    const final = await run.act(operator, { good: '0', scrap: '500', scrap_reason: 'material' });
    await run.goOn(final, FINAL());
    await run.act(QUALITY, { final_sign_off: 'accepted' });
    expect(await run.mails()).toEqual([`${SUPERVISOR}: Stopped: WO-20417`]);
  });
});

describe('a value outside its limits', () => {
  test('is kept with its reason and counts as failed, whatever was ticked; it is repaired and gone through again', async () => {
    const { run, opening, operator } = await begun();
    const worn = SET_UP({ 'setup.tool.measured': '0.21' });
    const refused = await stage.world.visitor().submit(opening, worn);
    expect(refused.html).toContain('The value is outside its limits');
    await run.goOn(opening, { ...worn, 'setup.tool.note': 'Worn' });
    await run.act(QUALITY, { setup_sign_off: 'accepted' });
    expect(await run.values('setup_failed')).toEqual({ setup_failed: 1 });
    expect((await run.page(operator)).html).toContain('Put right what failed in the set-up.');
    const again = await run.act(operator, { repair: 'A new tool' });
    expect(again.html).toContain('The tool is sharp');
    await run.goOn(again, SET_UP());
    await run.act(QUALITY, { setup_sign_off: 'accepted' });
    expect(await run.where()).toBe('first_piece');
  });

  test('of the first piece has the machine adjusted twice at most', async () => {
    const { run, operator } = await ready();
    for (const round of [1, 2, 3]) {
      await run.act(QUALITY, FIRST('100.11', { 'first.length.note': `Too long (${round})` }));
      await run.act(SUPERVISOR, { first_sign_off: 'accepted' });
      if (round < 3) await run.act(operator, { adjustment: 'Moved the stop' });
    }
    expect((await run.visits()).at(-1)).toBe('stopped');
    expect((await run.mail(SUPERVISOR)).text).toContain('Too long (3)');
  });
});

describe('the second person', () => {
  test('may give the list back with a reason, and it is filled in again', async () => {
    const { run, opening, operator } = await begun();
    await run.goOn(opening, SET_UP());
    await run.refused(QUALITY, { setup_sign_off: 'returned' });
    await run.act(QUALITY, { setup_sign_off: 'returned', setup_sign_off_reason: 'The photo is dark' });
    await run.act(operator, SET_UP());
    await run.act(QUALITY, { setup_sign_off: 'accepted' });
    expect(await run.where()).toBe('first_piece');
  });

  test('is never the first: when quality itself sets up, somebody else signs', async () => {
    const { run, opening } = await begun({ starter_email: QUALITY });
    await run.goOn(opening, SET_UP());
    await run.act('production@example.com', { setup_sign_off: 'accepted' });
    expect(await run.where()).toBe('first_piece');
  });

  test('who leaves the list lying hands over to the supervisor', async () => {
    const { run, opening } = await begun();
    await run.goOn(opening, SET_UP());
    await stage.world.advance('9h');
    await run.act(SUPERVISOR, { setup_sign_off: 'accepted' });
    expect(await run.where()).toBe('first_piece');
  });
});

test('a work order has a number that is one', async () => {
  const page = await stage.startRefused({
    starter_email: 'otto@example.com',
    work_order: '20417',
    product: 'X',
    quantity: '1.5',
  });
  expect(page.html).toContain('WO, a hyphen, and five digits');
  expect(page.html).toContain('This must be a whole number.');
});
