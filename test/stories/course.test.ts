import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../world/browser.ts';
import { looksRight, signInByMail } from '../world/looking.ts';
import { openWorld, type World } from '../world/world.ts';

const ARTEFACTS = '.artefacts/screenshots';

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

async function start(manager: string): Promise<void> {
  const visitor = world.visitor();
  const values = {
    starter_email: 'emma@example.com',
    starter_name: '',
    amount: '7500',
    purpose: 'Train',
    manager_email: manager,
  };
  expect((await visitor.submit(await visitor.get('/start/expense-approval'), values)).status).toBe(200);
}

async function seen(page: Page, name: string): Promise<void> {
  await looksRight(page, `${ARTEFACTS}/course-${name}.png`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider, 'the page scrolls sideways').toBeLessThanOrEqual(0);
}

test.each([
  { screen: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const },
  { screen: 'desk', viewport: { width: 1280, height: 800 }, colorScheme: 'light' as const },
])('an owner finds what needs somebody and sets it right on the $screen', async ({ screen, viewport, colorScheme }) => {
  await start(`mara-${screen}@example.com`);
  await start(`mel-${screen}@example.com`);
  await world.advance('3d');
  const context = await browser.newContext({ viewport, colorScheme, baseURL: world.url });
  const page = await context.newPage();
  await signInByMail(page, world);

  await page.getByRole('link', { name: 'Attention' }).click();
  const card = page.getByRole('listitem').filter({ hasText: `mara-${screen}@example.com has had it` });
  await card.waitFor();
  await seen(page, `${screen}-1-attention`);
  await card.getByRole('link', { name: 'Go on without it' }).click();
  await page.getByText('it needs what has not been gathered yet').waitFor();
  await seen(page, `${screen}-2-lacks`);
  await page.getByLabel('Approve', { exact: true }).check();
  await page.getByRole('button', { name: 'See what will happen' }).click();
  await page.getByText('finance@example.com: hand-off').waitFor();
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.getByText('Please give a reason.').waitFor();
  await seen(page, `${screen}-3-foreseen`);
  await page.getByLabel(/^Reason/).fill('She is away until Monday');
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.getByText('let Manager review go on without waiting').waitFor();
  await seen(page, `${screen}-4-run`);

  await page.goto(`/runs?q=mel-${screen}@example.com`);
  await page.getByRole('checkbox').first().check();
  await page.getByText('With the runs that you tick').click();
  await page.getByLabel('What to do').selectOption('cancel');
  await page.getByLabel(/^Reason/).fill('Entered twice');
  await seen(page, `${screen}-5-ticked`);
  await page.getByRole('button', { name: 'See what would happen' }).click();
  await page.getByText('This is what will happen to 1 run.').waitFor();
  await seen(page, `${screen}-6-acts`);
  await page.getByRole('button', { name: 'Do it' }).click();
  await page.getByText('1 run done.').waitFor();
  await seen(page, `${screen}-7-done`);

  await page.goto('/workflows/expense-approval/start-link');
  await page.getByLabel('Amount').fill('45.50');
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = page.getByLabel(/^The link/);
  await link.waitFor();
  await seen(page, `${screen}-8-link`);
  await page.goto(await link.inputValue());
  await page.getByText('$45.50').first().waitFor();
  await seen(page, `${screen}-9-given`);
  await context.close();
});
