import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdf, type Run, type Stage, tell } from '../../world/story.ts';
import type { Answers } from '../../world/visitor.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('invoice-approval', 'BOOKING');
});

afterAll(() => stage.close());

const QUEUE = 'ap-exceptions@example.com';
const FINANCE = 'finance@example.com';
const DIRECTOR = 'finance-director@example.com';
let number = 0;

/** An invoice with these lines: what for, and how much. */
async function entered(lines: [string, string][], more: Answers = {}): Promise<{ run: Run; clerk: string }> {
  number += 1;
  const clerk = `clara${number}@example.com`;
  return { run: await stage.start({ ...invoice(lines), starter_email: clerk, ...more }), clerk };
}

function invoice(lines: [string, string][]): Answers {
  return {
    starter_email: 'clara@example.com',
    invoice_number: 'R-2029-17',
    supplier: 'Bolts & Co',
    order_number: 'PO-4711',
    invoice_date: '2029-12-01',
    due_on: '2029-12-31',
    scan: pdf('invoice.pdf'),
    ...cells(lines),
  };
}

function cells(lines: [string, string][]): Answers {
  return Object.fromEntries(
    lines.flatMap(([text, amount], at) => [
      [`lines.${at}.text`, text],
      [`lines.${at}.amount`, amount],
    ]),
  );
}

function verdicts(...all: string[]): Answers {
  return Object.fromEntries(all.map((verdict, at) => [`lines.${at}.verdict`, verdict]));
}

describe('an invoice', () => {
  test('of $500 that an order covers is booked by itself', async () => {
    const { run, clerk } = await entered([
      ['Bolts', '300'],
      ['Nuts', '200.00'],
    ]);
    expect(await run.where()).toBe('done');
    expect(await run.visits()).toEqual(['sort', 'match', 'book']);
    expect(stage.world.sink.calls.at(-1)?.json).toMatchObject({
      number: 'R-2029-17',
      total: '500.00',
      budget: 'Factory',
      lines: [
        { text: 'Bolts', amount: '300.00' },
        { text: 'Nuts', amount: '200.00' },
      ],
    });
    expect(await run.mails()).toEqual([`${clerk}: Booked: invoice R-2029-17`]);
  });

  test('above $500 is accepted line by line by finance; the clerk was never asked for verdicts', async () => {
    const form = await stage.world.visitor().get('/start/invoice-approval');
    expect(form.html).toContain('name="lines.0.amount"');
    expect(form.html).not.toContain('verdict');
    const { run } = await entered([
      ['Bolts', '300'],
      ['Nuts', '200.01'],
    ]);
    const page = await run.page(FINANCE);
    expect(page.html).toContain('name="lines.1.verdict"');
    expect(page.html).not.toContain('name="lines.1.amount"');
    const refused = await run.refused(FINANCE, verdicts('accept'));
    expect(refused.html).toContain('Please choose an answer');
    await run.act(FINANCE, verdicts('accept', 'accept'));
    expect(await run.where()).toBe('done');
  });

  test('above $5,000 needs the director as well', async () => {
    const { run } = await entered([['A machine', '5,000.01']]);
    await run.act(FINANCE, verdicts('accept'));
    expect(await run.where()).toBe('director_review');
    await run.act(DIRECTOR, { director_decision: 'pay' });
    expect(await run.where()).toBe('done');
    const { run: not, clerk } = await entered([['A machine', '5,000.01']]);
    await not.act(FINANCE, verdicts('accept'));
    await not.refused(DIRECTOR, { director_decision: 'return' });
    await not.act(DIRECTOR, { director_decision: 'return', director_decision_reason: 'We have one' });
    expect((await not.mail(clerk)).text).toContain('The finance director says: We have one');
  });

  test('with a disputed line goes back to the clerk, who enters what the supplier charges now', async () => {
    const { run, clerk } = await entered([
      ['Bolts', '900'],
      ['Freight', '120'],
    ]);
    await run.act(FINANCE, { ...verdicts('accept', 'dispute'), 'lines.1.remark': 'Freight was included' });
    const page = await run.page(clerk);
    expect(page.html).toContain('Freight was included');
    expect(page.html).toContain('value="120.00"');
    await run.goOn(page, { 'lines.0.amount': '900', 'lines.1.amount': '0', scan: pdf('corrected.pdf') });
    expect(await run.values('total')).toEqual({ total: '900.00' });
    await run.act(FINANCE, verdicts('accept', 'accept'));
    expect(await run.where()).toBe('done');
  });

  test('that is disputed a third time is sent back', async () => {
    const { run, clerk } = await entered([['Bolts', '900']]);
    for (const _ of [1, 2]) {
      await run.act(FINANCE, verdicts('dispute'));
      await run.act(clerk, { 'lines.0.amount': '900', scan: pdf('same.pdf') });
    }
    await run.act(FINANCE, verdicts('dispute'));
    expect((await run.visits()).at(-1)).toBe('returned');
    expect(await run.mails()).toEqual([`${clerk}: Not paid: invoice R-2029-17`]);
  });

  test('is not due before its date, and has a line at least', async () => {
    const early = await stage.startRefused({ ...invoice([['Bolts', '10']]), due_on: '2029-11-30' });
    expect(early.html).toContain('An invoice is not due before its date.');
    const empty = await stage.startRefused(invoice([]));
    expect(empty.html).toContain('Please fill in a row.');
    const half = await stage.startRefused(invoice([['Bolts', '']]));
    expect(half.html).toContain('Please fill this in.');
  });
});

describe('the exception queue', () => {
  test('gets what mentions a gift, whatever it costs; a word inside another does not count', async () => {
    const { run } = await entered([['Gift cards for customers', '20']]);
    expect((await run.page(QUEUE)).html).toContain('A line mentions something that needs a second look.');
    const { run: harmless } = await entered([['Cashew nuts', '20']]);
    expect(await harmless.where()).toBe('done');
  });

  test.each([
    ['without an order', { order_number: '' }, '20'],
    ['with an order that nobody knows', { order_number: 'PO-9999' }, '20'],
    ['above what the order leaves open', { order_number: 'PO-4712' }, '750.01'],
  ])('gets what comes %s', async (_, more, amount) => {
    const { run } = await entered([['Paper', amount]], more);
    expect((await run.page(QUEUE)).html).toContain('No open order covers this invoice.');
  });

  test('lets it pass with a reason and a budget, and finance looks at it', async () => {
    const { run } = await entered([['Paper', '20']], { order_number: '' });
    await run.refused(QUEUE, { exception_decision: 'accept', exception_decision_reason: 'Ordered by telephone' });
    await run.act(QUEUE, { exception_decision: 'accept', exception_decision_reason: 'By telephone', budget: 'Office' });
    expect((await run.page(FINANCE)).html).toContain('Office');
    await run.act(FINANCE, verdicts('accept'));
    expect(stage.world.sink.calls.at(-1)?.json).toMatchObject({ budget: 'Office' });
  });

  test('has it corrected: with the right order it goes its way', async () => {
    const { run, clerk } = await entered([['Paper', '20']], { order_number: 'PO-9999' });
    await run.act(QUEUE, { exception_decision: 'correct', exception_decision_reason: 'A typing error?' });
    expect((await run.page(clerk)).html).toContain('A typing error?');
    await run.act(clerk, { order_number: 'PO-4712', ...cells([['Paper', '20']]) });
    expect(await run.where()).toBe('done');
  });

  test('has it corrected three times at most, and sends it back', async () => {
    const { run, clerk } = await entered([['Paper', '20']], { order_number: '' });
    for (const _ of [1, 2, 3]) {
      await run.act(QUEUE, { exception_decision: 'correct', exception_decision_reason: 'Which order?' });
      await run.act(clerk, { order_number: '', ...cells([['Paper', '20']]) });
    }
    await run.act(QUEUE, { exception_decision: 'correct', exception_decision_reason: 'Which order?' });
    expect((await run.visits()).at(-1)).toBe('returned');
    const { run: other, clerk: who } = await entered([['A donation', '20']]);
    await other.act(QUEUE, { exception_decision: 'return', exception_decision_reason: 'Not ours' });
    expect((await other.mail(who)).text).toContain('The exception queue says: Not ours');
  });

  test('that leaves it lying sees it go to the director', async () => {
    const { run } = await entered([['A donation', '20']]);
    await stage.world.advance('6d');
    expect((await run.page(DIRECTOR)).html).toContain('A donation');
  });
});

test('a booking that fails stops the run where it is, and goes on when it is tried again', async () => {
  const { sink, portal } = stage.world;
  const usual = sink.answer;
  sink.answer = () => ({ status: 200, json: { wrong: 'shape' } });
  const { run } = await entered([['Bolts', '20']]);
  expect(await run.where()).toBe('attention');
  sink.answer = usual;
  await portal.actors.tell(run.id, { type: 'retried', by: 'finance-ops@example.com' });
  expect(await run.where()).toBe('done');
});
