import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdf, type Run, type Stage, tell } from '../../world/story.ts';
import type { Answers } from '../../world/visitor.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('dual-approval', 'ORDERS');
});

afterAll(() => stage.close());

const RITA = 'rita@example.com';
const BUYER = 'buyer@example.com';
const [PAUL, FIONA, INGO] = ['paul@example.com', 'fiona@example.com', 'ingo@example.com'];

function needed(department: string): Promise<Run> {
  return stage.start({
    starter_email: RITA,
    item: 'A lathe',
    why: 'The old one is worn.',
    department,
    needed_by: '2030-03-31',
  });
}

function quotes(price: string): Answers {
  return {
    'quotes.0.supplier': 'Globex',
    'quotes.0.price': price,
    'quotes.0.offer': pdf('globex.pdf'),
    'quotes.1.supplier': 'Initech',
    'quotes.1.price': '9,000',
    supplier: 'globex',
    price,
  };
}

/** A purchase at a price, with quotes from the buyer. */
async function quoted(department: string, price: string): Promise<Run> {
  const run = await needed(department);
  await run.act(BUYER, quotes(price));
  return run;
}

describe('a purchase', () => {
  test('of up to $10,000 needs the head of the department, and is ordered', async () => {
    const run = await quoted('production', '10,000');
    const page = await run.page(PAUL);
    for (const text of ['Globex', 'Initech', 'Quotes that are cheaper']) expect(page.html).toContain(text);
    await run.act(PAUL, { first_decision: 'approve' });
    expect(await run.where()).toBe('done');
    expect(stage.world.sink.calls.at(-1)?.json).toEqual({
      item: 'A lathe',
      supplier: 'globex',
      price: '10000.00',
      needed_by: '2030-03-31',
    });
    expect(await run.mails()).toEqual([`${RITA}: Ordered: A lathe`, `${BUYER}: Ordered: A lathe`]);
  });

  test('above that needs two people, one after the other', async () => {
    const run = await quoted('production', '10,000.01');
    expect(await stage.world.letters({ to: FIONA, run: run.id })).toEqual([]);
    await run.act(PAUL, { first_decision: 'approve', first_decision_reason: 'We need it' });
    expect((await run.page(FIONA)).html).toContain('We need it');
    await run.act(FIONA, { second_decision: 'approve' });
    expect(await run.visits()).toEqual(['quotes', 'first_approval', 'second_signature', 'second_approval', 'order']);
  });

  test('above $100,000 goes to another second person', async () => {
    const run = await quoted('production', '100,000.01');
    await run.act(PAUL, { first_decision: 'approve' });
    await run.act('ceo@example.com', { second_decision: 'reject', second_decision_reason: 'Not this year' });
    expect((await run.mail(RITA)).text).toContain('The reason given: Not this year');
  });

  test('is chosen among the quotes that there are', async () => {
    const run = await needed('production');
    const refused = await run.refused(BUYER, { ...quotes('500'), supplier: 'Hooli' });
    expect(refused.html).toContain('There is no quote of this supplier.');
  });

  test('comes back for other quotes twice, and is rejected then', async () => {
    const run = await quoted('production', '500');
    for (const price of ['400', '300']) {
      await run.act(PAUL, { first_decision: 'other_quotes', first_decision_reason: 'Too dear' });
      expect((await run.page(BUYER)).html).toContain('Too dear');
      await run.act(BUYER, quotes(price));
    }
    await run.act(PAUL, { first_decision: 'other_quotes', first_decision_reason: 'Still too dear' });
    expect((await run.visits()).at(-1)).toBe('rejected');
    expect((await run.mail(RITA)).text).toContain('Still too dear');
  });

  test('that the first approver rejects is not ordered', async () => {
    const run = await quoted('it', '500');
    await run.refused(INGO, { first_decision: 'reject' });
    await run.act(INGO, { first_decision: 'reject', first_decision_reason: 'We have one' });
    expect(await run.mails()).toEqual([`${RITA}: Not ordered: A lathe`]);
  });
});

describe('nobody signs twice', () => {
  test('whoever is the first approver already has the stand-in sign second', async () => {
    const run = await quoted('finance', '20,000');
    await run.act(FIONA, { first_decision: 'approve' });
    expect(await run.where()).toBe('stand_in_approval');
    expect(await stage.world.letters({ to: FIONA, run: run.id, kind: 'hand_off' })).toHaveLength(1);
    await run.act(INGO, { stand_in_decision: 'approve' });
    expect(await run.where()).toBe('done');
  });

  test('where the tables know nobody else, the buyer names somebody, who cannot be the first approver', async () => {
    await revise('second_signatures', [{ above: 10_000, approver: PAUL, stand_in: PAUL }]);
    const run = await quoted('production', '20,000');
    await run.act(PAUL, { first_decision: 'approve' });
    expect(await run.where()).toBe('nobody');
    const refused = await run.refused(BUYER, { named_email: 'Paul@Example.com' });
    expect(refused.html).toContain('This person has approved already. Please name somebody else.');
    await run.act(BUYER, { named_email: INGO });
    await run.act(INGO, { named_decision: 'reject', named_decision_reason: 'No' });
    expect((await run.mail(RITA)).text).toContain('The reason given: No');
  });
});

test('a department without a head goes to the buyer first, and still two people sign', async () => {
  await revise('second_signatures', [{ above: 10_000, approver: FIONA, stand_in: INGO }]);
  await revise('departments', []);
  const run = await quoted('production', '20,000');
  expect(await run.where()).toBe('name_head');
  await run.act(BUYER, { first_email: PAUL });
  await run.act(PAUL, { first_decision: 'approve' });
  await run.act(FIONA, { second_decision: 'approve' });
  expect(await run.where()).toBe('done');
});

/** An owner changes a table. */
async function revise(table: string, rows: Record<string, unknown>[]): Promise<void> {
  const { library } = stage.world.portal;
  const { definition } = await library.newest('dual-approval');
  const place = { workflow: 'dual-approval', definition, table };
  const { revision } = await library.tables.newest(place);
  await library.tables.revise({ ...place, basedOn: revision, rows, by: 'procurement@example.com', note: '' });
}
