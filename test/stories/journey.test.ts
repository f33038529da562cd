import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../world/browser.ts';
import { openWorld, type World } from '../world/world.ts';

const ARTEFACTS = '.artefacts/screenshots';
const SCREENS = [
  { name: 'phone', viewport: { width: 390, height: 844 }, javaScriptEnabled: true },
  { name: 'desk', viewport: { width: 1280, height: 800 }, javaScriptEnabled: true },
  { name: 'without-scripts', viewport: { width: 390, height: 844 }, javaScriptEnabled: false },
];
// The smallest real PNG: one grey pixel.
const RECEIPT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

let browser: Browser;
let world: World;

beforeAll(async () => {
  mkdirSync(ARTEFACTS, { recursive: true });
  [browser, world] = await Promise.all([openBrowser(), openWorld()]);
});

afterAll(async () => {
  await browser?.close();
  await world?.close();
});

describe.each(SCREENS)('on the screen "$name"', ({ name, viewport, javaScriptEnabled }) => {
  const employee = `emma.${name}@example.com`;
  const manager = `mara.${name}@example.com`;

  async function onPage(story: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport, javaScriptEnabled, baseURL: world.url });
    try {
      await story(await context.newPage());
    } finally {
      await context.close();
    }
  }

  async function seen(page: Page, step: string): Promise<void> {
    await page.screenshot({ path: `${ARTEFACTS}/${name}-${step}.png`, fullPage: true });
    const wide = await page
      .locator('body')
      .evaluate((body) => body.scrollWidth)
      .catch(() => 0);
    expect(wide, `${step} scrolls sideways`).toBeLessThanOrEqual(viewport.width);
    if (!javaScriptEnabled) return;
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, nodes[0]?.html]),
    ).toEqual([]);
  }

  test('an expense of 7,500 travels from the employee over manager and finance to the payment', async () => {
    await onPage(async (page) => {
      await page.goto('/');
      await seen(page, '01-home');
      await page.goto('/start/expense-approval');
      await seen(page, '02-form');

      // A mistake first: it is shown beside its field, and nothing that was typed is lost.
      await page.getByLabel('Your name').fill('Emma');
      await page.getByLabel('Your email').fill(employee);
      await page.getByLabel('Amount').fill('a lot');
      await page.getByLabel('What was it for?').fill('Train to the customer in Berlin');
      await page.getByLabel('Receipt').setInputFiles({ name: 'receipt.png', mimeType: 'image/png', buffer: RECEIPT });
      await page.getByRole('button', { name: 'Send the request' }).click();
      await page.getByRole('alert').waitFor();
      await seen(page, '03-form-with-problems');
      expect(await page.getByLabel('Amount').getAttribute('aria-invalid')).toBe('true');
      expect(await page.getByLabel('Amount').inputValue()).toBe('a lot');
      expect(await page.getByLabel('What was it for?').inputValue()).toBe('Train to the customer in Berlin');
      expect(await page.getByText('receipt.png').count()).toBe(1);

      await page.getByLabel('Amount').fill('7,500.00');
      await page.getByLabel("Your manager's email").fill(manager);
      await page.getByRole('button', { name: 'Send the request' }).click();
      await page.waitForURL('**/s/*');
      await page.getByText('has it: Manager review').waitFor();
      await seen(page, '04-status');
    });

    await decide(manager, '05-manager', 'Approve');
    expect(await world.letters({ to: manager, kind: 'hand_off' })).toHaveLength(1);
    await decide('finance@example.com', '06-finance', 'Approve');

    const [outcome] = await world.letters({ to: employee, kind: 'outcome' });
    expect(outcome?.subject).toBe('Approved: $7,500.00');
    const payment = world.sink.calls.at(-1);
    expect(payment).toMatchObject({
      method: 'POST',
      path: '/payments',
      headers: { authorization: 'Bearer tok_canary' },
      json: { amount: '7500.00', currency: 'USD' },
    });
    expect(outcome?.text).toContain(`pay_${payment?.headers['idempotency-key']}`);

    await onPage(async (page) => {
      await page.goto(await world.linkFor(employee, 'receipt'));
      await page.getByText('Finished on').waitFor();
      await seen(page, '07-finished');
      await page.goto('/mailbox');
      await seen(page, '08-mailbox');
      await page
        .getByRole('link', { name: /Please decide/ })
        .first()
        .click();
      await page.getByText('Plain text').waitFor();
      await page.screenshot({ path: `${ARTEFACTS}/${name}-09-mail.png` });
      await page.frameLocator('iframe').getByRole('link', { name: 'Open the request' }).click();
      await page.waitForURL('**/h/*');
      await page.getByText('that is recorded').waitFor();
    });
  });

  async function decide(person: string, step: string, choice: string, reason = ''): Promise<void> {
    await onPage(async (page) => {
      await page.goto(await world.linkFor(person));
      await seen(page, step);
      await page.getByLabel(choice, { exact: true }).check();
      if (reason !== '') await page.getByLabel('Reason').fill(reason);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('that is recorded').waitFor();
      await seen(page, `${step}-decided`);
    });
  }

  test('an expense that is sent back comes with the earlier answers filled in, and can be rejected', async () => {
    await onPage(async (page) => {
      await page.goto('/start/expense-approval');
      await page.getByLabel('Your email').fill(`back.${employee}`);
      await page.getByLabel('Amount').fill('120');
      await page.getByLabel('What was it for?').fill('Lunch');
      await page.getByLabel('Receipt').setInputFiles({ name: 'lunch.png', mimeType: 'image/png', buffer: RECEIPT });
      await page.getByLabel("Your manager's email").fill(`back.${manager}`);
      await page.getByRole('button', { name: 'Send the request' }).click();
      await page.waitForURL('**/s/*');
    });
    await decide(`back.${manager}`, '10-send-back', 'Send back', 'With whom?');
    await onPage(async (page) => {
      await page.goto(await world.linkFor(`back.${employee}`, 'hand_off'));
      await page.getByText('With whom?').waitFor();
      expect(await page.getByLabel('Amount').inputValue()).toBe('120.00');
      expect(await page.getByLabel('What was it for?').inputValue()).toBe('Lunch');
      expect(await page.getByText('lunch.png').count()).toBe(1);
      await seen(page, '11-revise');
      await page.getByLabel('What was it for?').fill('Lunch with the customer');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('that is recorded').waitFor();
    });
    await decide(`back.${manager}`, '12-second-round', 'Reject', 'Not a business lunch');
    const [letter] = await world.letters({ to: `back.${employee}`, kind: 'outcome' });
    expect(letter?.text).toContain('Not a business lunch');
  });
});
