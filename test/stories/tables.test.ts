import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishApprovals } from '../world/approvals.ts';
import { openBrowser } from '../world/browser.ts';
import { looksRight } from '../world/looking.ts';
import { linkIn } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

const ARTEFACTS = '.artefacts/screenshots';

let browser: Browser;
let world: World;

beforeAll(async () => {
  mkdirSync(ARTEFACTS, { recursive: true });
  [browser, world] = await Promise.all([openBrowser(), openWorld()]);
  await publishApprovals(world);
});

afterAll(async () => {
  await browser?.close();
  await world?.close();
});

async function seen(page: Page, name: string): Promise<void> {
  await looksRight(page, `${ARTEFACTS}/table-${name}.png`);
}

test.each([
  { screen: 'phone', viewport: { width: 390, height: 844 }, limit: '1,500' },
  { screen: 'desk', viewport: { width: 1280, height: 800 }, limit: '1,750' },
])('an owner edits a lookup table on a $screen, without scripts', async ({ screen, viewport, limit }) => {
  const context = await browser.newContext({ baseURL: world.url, viewport, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel(/email/i).fill('ops@example.com');
  await page.getByRole('button').last().click();
  const letter = (await world.letters({ to: 'ops@example.com', kind: 'sign_in' })).at(-1);
  await page.goto(letter === undefined ? '/' : linkIn(letter));
  await page.getByRole('button', { name: /sign in/i }).click();
  await page.goto('/workflows/approvals');
  await page.getByRole('link', { name: 'Who approves what' }).click();
  await page.getByLabel('Limit (EUR), row 1').fill('a lot');
  await page.getByLabel('Counts from, row 1').fill('2999-01-01');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').waitFor();
  await page.screenshot({ path: `${ARTEFACTS}/table-wrong-${screen}.png`, fullPage: true });
  await page.getByLabel('Limit (EUR), row 1').fill(limit);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/Saved as revision/).waitFor();
  expect(await page.getByLabel('Limit (EUR), row 1').inputValue()).toBe(`${limit}.00`);
  const scripted = await browser.newContext({ baseURL: world.url, viewport, storageState: await context.storageState() });
  const again = await scripted.newPage();
  await again.goto('/workflows/approvals/tables/approvers');
  expect(await again.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await seen(again, screen);
  await Promise.all([context.close(), scripted.close()]);
});
