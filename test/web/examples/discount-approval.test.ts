import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('discount-approval', 'CRM');
});

afterAll(() => stage.close());

const VP = 'vp-sales@example.com';
const SELLER = 'sue@example.com';
let number = 0;

async function asked(discount: string, more: Record<string, string> = {}): Promise<{ run: Run; manager: string }> {
  number += 1;
  const manager = `mia${number}@example.com`;
  const run = await stage.start({
    starter_email: SELLER,
    customer: 'Acme',
    deal_number: 'D-10234',
    list_price: '1,999.99',
    discount,
    margin: '18.5',
    why: 'They open the north for us.',
    competitor: 'no',
    'manager.email': manager,
    ...more,
  });
  return { run, manager };
}

describe('a discount', () => {
  test('of ten percent is the seller’s own, and the CRM hears of it', async () => {
    const { run } = await asked('10');
    expect(await run.where()).toBe('done');
    expect(await run.visits()).toEqual(['manager_review', 'write_back']);
    expect(stage.world.sink.calls.at(-1)).toMatchObject({
      method: 'PATCH',
      json: { deal: 'D-10234', discount: 10, price: '1799.99' },
    });
    expect(await run.mails()).toEqual([`${SELLER}: Acme: 10.0 % granted`]);
  });

  test('just above ten percent goes to the manager, above twenty-five to the VP, too', async () => {
    const { run: ten, manager: one } = await asked('10.1');
    await ten.act(one, { manager_decision: 'grant' });
    expect(await ten.where()).toBe('done');
    const { run, manager } = await asked('25.1');
    await run.act(manager, { manager_decision: 'grant', manager_decision_reason: 'A good customer' });
    const page = await run.page(VP);
    for (const text of ['25.1', 'A good customer', '18.5']) expect(page.html).toContain(text);
    await run.act(VP, { vp_decision: 'grant' });
    expect(await run.where()).toBe('done');
    expect(await run.values('final_discount', 'final_price')).toEqual({ final_discount: 25.1, final_price: '1497.99' });
  });

  test('may be granted in part, never above what was asked for; the VP sees what the manager made of it', async () => {
    const { run, manager } = await asked('40');
    const refused = await run.refused(manager, { manager_decision: 'less', manager_discount: '41' });
    expect(refused.html).toContain('This can be 40.0 at most.');
    await run.act(manager, { manager_decision: 'less', manager_discount: '30' });
    await run.refused(VP, { vp_decision: 'less', vp_discount: '35' });
    await run.act(VP, { vp_decision: 'less', vp_discount: '27.5' });
    expect(await run.values('agreed', 'final_discount')).toEqual({ agreed: 30, final_discount: 27.5 });
    expect((await run.mail(SELLER)).text).toContain('27.5 %');
  });

  test('that the manager brings below twenty-six percent does not need the VP', async () => {
    const { run, manager } = await asked('40');
    await run.act(manager, { manager_decision: 'less', manager_discount: '25' });
    expect(await run.visits()).toEqual(['manager_review', 'write_back']);
  });

  test.each(['manager', 'vp'])('that the %s refuses ends with the reason', async (who) => {
    const { run, manager } = await asked('30');
    if (who === 'vp') await run.act(manager, { manager_decision: 'grant' });
    const decision = who === 'vp' ? 'vp_decision' : 'manager_decision';
    await run.refused(who === 'vp' ? VP : manager, { [decision]: 'refuse' });
    await run.act(who === 'vp' ? VP : manager, { [decision]: 'refuse', [`${decision}_reason`]: 'Too much' });
    expect((await run.mail(SELLER)).text).toContain(`${who === 'vp' ? 'The VP' : 'Your manager'} says: Too much`);
    expect(await run.visits()).not.toContain('write_back');
  });

  test('comes back for a better reason twice; who then asks for ten percent needs nobody', async () => {
    const { run, manager } = await asked('20');
    await run.act(manager, { manager_decision: 'better_reason', manager_decision_reason: 'Everybody says that' });
    expect((await run.page(SELLER)).html).toContain('Everybody says that');
    await run.act(SELLER, { discount: '9', margin: '30', why: 'They pay at once.', competitor: 'no' });
    expect(await run.where()).toBe('done');
    const { run: thrice, manager: strict } = await asked('20');
    for (const _ of [1, 2]) {
      await thrice.act(strict, { manager_decision: 'better_reason', manager_decision_reason: 'Why?' });
      await thrice.act(SELLER, { discount: '20', margin: '30', why: 'Because.', competitor: 'yes', competitor_name: 'Globex' });
    }
    expect((await thrice.page(strict)).html).toContain('Globex');
    await thrice.act(strict, { manager_decision: 'better_reason', manager_decision_reason: 'Why?' });
    expect((await thrice.visits()).at(-1)).toBe('refused');
  });

  test('goes to the VP when the manager does not answer within three working days', async () => {
    const { run } = await asked('12');
    await stage.world.advance('4d');
    await run.act(VP, { manager_decision: 'grant' });
    expect(await run.where()).toBe('done');
  });

  test('is read with a comma as well, and stops at sixty', async () => {
    const page = await stage.startRefused({ starter_email: SELLER, discount: '61', list_price: '0.5' });
    expect(page.html).toContain('This must be 60 or less.');
  });
});

test('the margin is for the manager and the VP; their pages show it, and no title or mail does', async () => {
  const { run, manager } = await asked('30', { margin: '13.4' });
  expect((await run.page(manager)).html).toContain('13.4');
  await run.act(manager, { manager_decision: 'grant' });
  expect((await run.page(VP)).html).toContain('13.4');
  await run.act(VP, { vp_decision: 'grant' });
  expect((await run.state()).title).toBe('30.0 % for Acme');
  expect((await run.mail(SELLER)).text).not.toContain('13.4');
});

test('the CRM may ask, and a CRM that is away is tried again', async () => {
  const { sink } = stage.world;
  const usual = sink.answer;
  sink.answer = () => ({ status: 503, json: {} });
  const run = await stage.startByApi(SELLER, {
    customer: 'Globex',
    deal_number: 'D-2000',
    list_price: 100,
    discount: 5,
    margin: 20,
    competitor: false,
    why: 'A small one.',
    manager: 'mia@example.com',
  });
  expect(await run.where()).toBe('write_back');
  sink.answer = usual;
  await stage.world.advance('2h');
  expect(await run.where()).toBe('done');
  const keys = sink.calls
    .filter(({ json }) => JSON.stringify(json).includes('D-2000'))
    .map(({ headers }) => headers['idempotency-key']);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
});
