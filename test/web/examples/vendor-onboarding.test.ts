import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdf, type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('vendor-onboarding', 'ACCOUNTING');
});

afterAll(() => stage.close());

const BUYER = 'ben@example.com';
const LEGAL = 'legal@example.com';
const FINANCE = 'finance@example.com';

const COMPANY = {
  legal_name: 'Vogt GmbH',
  country: 'de',
  tax_id: 'DE123456789',
  phone: '+49 30 1234567',
  iban: 'DE89370400440532013000',
};

let number = 0;

/** A vendor with an address of its own, so that its letters can be told apart. */
async function proposed(more: Record<string, string> = {}): Promise<{ run: Run; vendor: string }> {
  number += 1;
  const vendor = `vera${number}@vendor.example`;
  const run = await stage.start({
    starter_email: BUYER,
    vendor_name: 'Vogt',
    'contact.email': vendor,
    'contact.name': 'Vera Vogt',
    supplies: 'Steel bolts',
    yearly_value: '20,000',
    personal_data: 'no',
    ...more,
  });
  return { run, vendor };
}

const PAPERS = () => ({ register_extract: pdf('register.pdf'), signed_contract: pdf('contract.pdf') });

async function withDetails(more: Record<string, string> = {}): Promise<{ run: Run; vendor: string }> {
  const { run, vendor } = await proposed(more);
  const papers = await run.act(vendor, COMPANY);
  await run.goOn(papers, PAPERS());
  return { run, vendor };
}

describe('a vendor', () => {
  test('gives details without an account, passes legal and finance, and is welcomed', async () => {
    const { run, vendor } = await proposed();
    expect((await run.page(vendor)).html).toContain('Steel bolts');
    const papers = await run.act(vendor, COMPANY);
    expect(papers.html).toContain('Extract from the trade register');
    await run.goOn(papers, PAPERS());
    expect(await run.where()).toBe('legal_review');
    await run.act(LEGAL, { legal_decision: 'approve' });
    await run.act(FINANCE, { finance_decision: 'approve', 'finance_decision_signed.approve': 'Fred Fein' });
    expect(await run.where()).toBe('done');
    expect(await run.mails()).toEqual([`${vendor}: Welcome, Vogt GmbH`, `${BUYER}: Vogt can be ordered from`]);
    const [call] = stage.world.sink.calls.slice(-1);
    expect(call).toMatchObject({ path: '/accounting', headers: { authorization: 'Bearer tok_accounting' } });
    expect(call?.json).toEqual({ name: 'Vogt GmbH', country: 'de', tax_id: 'DE123456789', iban: COMPANY.iban });
    const { vendor_number } = await run.values('vendor_number');
    expect((await run.mail(vendor)).text).toContain(String(vendor_number));
    expect((await run.mail(BUYER)).attachments).toMatchObject([{ type: 'text/markdown' }]);
    expect(await run.statusPage()).toContain('Create and welcome');
  });

  test('may send the papers one after the other', async () => {
    const { run, vendor } = await proposed();
    const papers = await run.act(vendor, COMPANY);
    await run.goOn(papers, { register_extract: pdf('register.pdf') });
    expect(await run.where()).toBe('details');
    const rest = await run.page(vendor);
    expect(rest.html).toContain('register.pdf');
    await run.goOn(rest, { signed_contract: pdf('contract.pdf') });
    expect(await run.where()).toBe('legal_review');
  });

  test('who will see personal data has to send the agreement on it as well', async () => {
    const { run, vendor } = await proposed({ personal_data: 'yes' });
    const papers = await run.act(vendor, COMPANY);
    await run.goOn(papers, PAPERS());
    expect(await run.where()).toBe('details');
    await run.act(vendor, { data_agreement: pdf('agreement.pdf') });
    expect((await run.page(LEGAL)).html).toContain('agreement.pdf');
  });

  test('is told what is wrong with a tax number or an account', async () => {
    const { run, vendor } = await proposed();
    const refused = await run.refused(vendor, { ...COMPANY, tax_id: '123', iban: 'mine' });
    expect(refused.html).toContain('Two capital letters and eight to twelve digits');
    expect(refused.html).toContain('without spaces');
  });

  test('of little value and without personal data does not trouble legal', async () => {
    const { run } = await withDetails({ yearly_value: '999.99' });
    expect(await run.visits()).toEqual(['details', 'legal_review', 'finance_review']);
    expect(await stage.world.letters({ to: LEGAL, run: run.id })).toEqual([]);
  });

  test('who does not answer is reminded, then the buyer takes over', async () => {
    const { run, vendor } = await proposed();
    await stage.world.advance('3d');
    expect((await stage.world.letters({ to: vendor, run: run.id })).map(({ kind }) => kind)).toEqual(['hand_off', 'reminder']);
    await stage.world.advance('14d');
    expect((await run.page(BUYER)).html).toContain('Steel bolts');
  });
});

describe('the bank account', () => {
  test('is shown to finance and to nobody else', async () => {
    const { run } = await withDetails();
    expect((await run.page(LEGAL)).html).not.toContain(COMPANY.iban);
    expect(await run.statusPage()).not.toContain(COMPANY.iban);
    await run.act(LEGAL, { legal_decision: 'approve' });
    expect((await run.page(FINANCE)).html).toContain(COMPANY.iban);
  });

  test('that is wrong goes back to the vendor, twice at most', async () => {
    const { run, vendor } = await withDetails({ yearly_value: '500' });
    for (const iban of ['DE02120300000000202051', 'DE02500105170137075030']) {
      await run.act(FINANCE, { finance_decision: 'wrong', finance_decision_reason: 'Nobody knows it there' });
      expect((await run.page(vendor)).html).toContain('Nobody knows it there');
      await run.act(vendor, { iban, phone: '' });
    }
    await run.act(FINANCE, { finance_decision: 'wrong', finance_decision_reason: 'Still not' });
    expect(await run.where()).toBe('done');
    expect((await run.mail(BUYER)).text).toContain('Finance says: Still not');
  });

  test('cannot be approved without the name of who checked it', async () => {
    const { run } = await withDetails({ yearly_value: '500' });
    const refused = await run.refused(FINANCE, { finance_decision: 'approve' });
    expect(refused.html).toContain('I have checked the bank account by telephone.');
  });
});

describe('legal', () => {
  test('asks for what is missing twice; after that the vendor is declined', async () => {
    const { run, vendor } = await withDetails();
    for (const round of [1, 2]) {
      await run.act(LEGAL, { legal_decision: 'missing', legal_decision_reason: `Page 4 is missing (${round})` });
      const page = await run.page(vendor);
      expect(page.html).toContain(`Page 4 is missing (${round})`);
      const { legal_name, country, tax_id } = COMPANY;
      await run.goOn(page, { legal_name, country, tax_id, ...PAPERS() });
      expect(await run.where()).toBe('legal_review');
    }
    await run.act(LEGAL, { legal_decision: 'missing', legal_decision_reason: 'Page 5 is missing' });
    expect((await run.visits()).at(-1)).toBe('declined');
    expect((await run.mail(BUYER)).text).toContain('Legal says: Page 5 is missing');
  });

  test('has to give a reason for a no, which the buyer reads and the vendor does not', async () => {
    const { run, vendor } = await withDetails();
    await run.refused(LEGAL, { legal_decision: 'reject' });
    await run.act(LEGAL, { legal_decision: 'reject', legal_decision_reason: 'On the list of sanctions' });
    expect((await run.mail(BUYER)).text).toContain('On the list of sanctions');
    expect((await run.mail(vendor)).text).not.toContain('sanctions');
  });
});

test('an accounting system that refuses is an operator’s matter, and nothing is lost', async () => {
  const { run, vendor } = await withDetails({ yearly_value: '500' });
  const { sink } = stage.world;
  const usual = sink.answer;
  sink.answer = () => ({ status: 422, json: { error: 'no' } });
  await run.act(FINANCE, { finance_decision: 'approve', 'finance_decision_signed.approve': 'Fred Fein' });
  expect(await run.where()).toBe('attention');
  expect((await run.state()).attention).toContain('422');
  sink.answer = usual;
  await stage.world.portal.actors.tell(run.id, { type: 'retried', by: 'ops@example.com' });
  expect(await run.where()).toBe('done');
  expect(await run.mails()).toContain(`${vendor}: Welcome, Vogt GmbH`);
});
