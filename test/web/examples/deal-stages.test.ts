import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdf, type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('deal-stages');
});

afterAll(() => stage.close());

const LEAD = 'sales-lead@example.com';
let number = 0;

async function opened(): Promise<{ run: Run; seller: string }> {
  number += 1;
  const seller = `sam${number}@example.com`;
  const run = await stage.start({
    starter_email: 'sales@example.com',
    customer: 'Acme',
    'seller.email': seller,
    team: 'Tom <tom@example.com>\nUte <ute@example.com>',
    source: 'https://crm.example.com/acme',
    deal_value: '50,000',
    needs: 'Bolts',
  });
  return { run, seller };
}

const PROPOSE = (meeting_at: string) => ({
  prospecting_move: 'propose',
  needs: 'Bolts',
  deal_value: '50,000',
  proposal: pdf('proposal.pdf'),
  meeting_at,
});

/** A deal under negotiation: the proposal was presented on a day that is past. */
async function negotiating(): Promise<{ run: Run; seller: string }> {
  const { run, seller } = await opened();
  await run.act(seller, PROPOSE('2029-12-03T08:30'));
  await run.act(seller, { proposal_move: 'negotiate' });
  expect(await run.where()).toBe('negotiation');
  return { run, seller };
}

describe('a deal', () => {
  test('goes from prospecting to the signature, of which the contract system tells', async () => {
    const { run, seller } = await opened();
    expect((await run.page(seller)).html).toContain('Ute &lt;ute@example.com&gt;');
    await run.act(seller, PROPOSE('2029-12-10T10:00'));
    expect(await run.where()).toBe('proposal_sent');
    expect(await stage.world.letters({ to: seller, run: run.id })).toHaveLength(1);
    await stage.moveTo('2029-12-10T09:01:00Z'); // 10:01 in Berlin
    await run.act(seller, { proposal_move: 'negotiate' });
    await run.act(seller, { negotiation_move: 'agreed', deal_value: '48,000' });
    expect(await run.where()).toBe('signature');
    expect(await run.hears('contract_signed', { signed_on: '2029-12-12' })).toBeLessThan(300);
    expect(await run.where()).toBe('done');
    const mail = await run.mail(LEAD);
    expect(mail.subject).toBe('Won: Acme, €48,000.00');
    for (const text of ['12 December 2029', 'tom@example.com']) expect(mail.text).toContain(text);
  });

  test('may be opened by the CRM', async () => {
    const data = { customer: 'Globex', seller: { email: 'sid@example.com' }, deal_value: 1000, needs: 'Nuts' };
    const run = await stage.startByApi('crm@example.com', data);
    expect((await run.page('sid@example.com')).html).toContain('Nuts');
  });

  test('whose contract is not signed within thirty days is under negotiation again', async () => {
    const { run, seller } = await negotiating();
    await run.act(seller, { negotiation_move: 'agreed', deal_value: '48,000' });
    await stage.world.advance('31d');
    expect(await run.where()).toBe('negotiation');
  });

  test('keeps its value when it is lost, and the reason is asked for', async () => {
    const { run, seller } = await negotiating();
    await run.refused(seller, { negotiation_move: 'lost' });
    await run.act(seller, { negotiation_move: 'lost', negotiation_move_reason: 'Too dear' });
    expect(await run.values('deal_value')).toEqual({ deal_value: '50000.00' });
    expect((await run.state()).title).toBe('Acme: €50,000.00');
    await run.act(LEAD, { lost_move: 'leave' });
    expect(await run.where()).toBe('done');
    expect(await run.mails()).toEqual([]);
  });
});

describe('a way back', () => {
  test('leads from the negotiation to a new proposal three times; the fourth time it is lost', async () => {
    const { run, seller } = await negotiating();
    for (const value of ['45,000', '40,000', '35,000']) {
      await run.act(seller, {
        negotiation_move: 'new_proposal',
        deal_value: value,
        proposal: pdf('again.pdf'),
        meeting_at: '2029-12-03T08:30',
      });
      await run.act(seller, { proposal_move: 'negotiate' });
    }
    await run.act(seller, {
      negotiation_move: 'new_proposal',
      deal_value: '30,000',
      proposal: pdf('again.pdf'),
      meeting_at: '2029-12-03T08:30',
    });
    expect(await run.where()).toBe('lost');
  });

  test('reopens what was lost, with a reason, twice at most', async () => {
    const { run, seller } = await opened();
    for (const reason of ['A new budget', 'A new boss']) {
      await run.act(seller, { prospecting_move: 'lost', prospecting_move_reason: 'No', needs: 'Bolts', deal_value: '50,000' });
      await run.refused(LEAD, { lost_move: 'reopen' });
      await run.act(LEAD, { lost_move: 'reopen', lost_move_reason: reason });
      expect((await run.mail(seller)).text).toContain(reason);
      expect(await run.where()).toBe('prospecting');
    }
    await run.act(seller, { prospecting_move: 'lost', prospecting_move_reason: 'No', needs: 'Bolts', deal_value: '50,000' });
    await run.act(LEAD, { lost_move: 'reopen', lost_move_reason: 'Once more' });
    expect(await run.where()).toBe('done');
  });

  test('is not there from prospecting to the signature', async () => {
    const { run, seller } = await opened();
    const refused = await run.refused(seller, { prospecting_move: 'agreed', needs: 'Bolts', deal_value: '50,000' });
    expect(refused.html).toContain('Please choose one of the options.');
  });
});

test('a seller who is silent after the meeting hands over to the head of sales', async () => {
  const { run, seller } = await opened();
  await run.act(seller, PROPOSE('2029-12-03T08:30'));
  await stage.world.advance('22d');
  expect((await run.page(LEAD)).html).toContain('proposal.pdf');
});
