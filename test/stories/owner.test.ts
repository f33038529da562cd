import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../world/browser.ts';
import { looksRight, signInByMail } from '../world/looking.ts';
import { linkIn } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

const ARTEFACTS = '.artefacts/screenshots';
const OLD = 'Ordinary travel and meals within policy are fine.';
const NEW = 'Travel by train is always fine.\n\nEscalate if the amount exceeds **$5,000**.';

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
  const form = await visitor.get('/start/expense-approval');
  const page = await visitor.submit(form, {
    starter_email: 'emma@example.com',
    starter_name: 'Emma',
    amount: '7500',
    purpose: 'Train',
    manager_email: manager,
  });
  expect(page.status).toBe(200);
}

async function seen(page: Page, name: string): Promise<void> {
  await looksRight(page, `${ARTEFACTS}/owner-${name}.png`);
}

test.each([
  { screen: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'light' as const },
  { screen: 'desk', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' as const },
])('an owner signs in by email and finds workflows, the diagram, runs and a run on the $screen', async (look) => {
  const { screen, viewport, colorScheme } = look;
  await start('mara@example.com');
  const context = await browser.newContext({ viewport, colorScheme, baseURL: world.url });
  const page = await context.newPage();
  await signInByMail(page, world);
  await seen(page, `${screen}-1-workflows`);
  await page.getByRole('link', { name: 'Expense approval' }).first().click();
  await page.getByRole('img').first().waitFor();
  await seen(page, `${screen}-2-workflow`);
  await page.goto('/runs');
  await seen(page, `${screen}-3-runs`);
  await page.getByLabel('Title, person or any value').fill('nothing like it');
  await page.getByLabel('Title, person or any value').press('Enter');
  await page.getByText('No runs here fit all of this').waitFor();
  await seen(page, `${screen}-3-runs-none`);
  await page.getByRole('link', { name: 'Show all runs' }).click();
  await page
    .getByRole('link', { name: /Expense of/ })
    .first()
    .click();
  await page.getByText('mara@example.com').first().waitFor();
  await seen(page, `${screen}-4-run`);
  await context.close();
});

test('guidance that an owner changes while a run is under way reaches the next person, not the one who has it', async () => {
  await start('before@example.com');
  const before = await world.linkFor('before@example.com');

  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: world.url });
  const page = await context.newPage();
  await signInByMail(page, world);
  for (const [stage, text] of [
    ['review', NEW],
    ['second_approval', 'The budget of the quarter decides.'],
  ] as const) {
    await page.goto(`/workflows/expense-approval/stages/${stage}/guidance`);
    await page.locator('textarea').fill(text);
    await page.getByText('of the quarter').or(page.getByText('by train is always')).first().waitFor();
    await seen(page, `5-guidance-${stage}`);
    await page
      .getByRole('button', { name: /publish|save/i })
      .first()
      .click();
    await page.waitForLoadState('networkidle');
  }
  await page.goto('/workflows/expense-approval/stages/review/guidance');
  expect(await page.locator('textarea').inputValue()).toContain('Travel by train is always fine.');
  await page.getByText('ops@example.com').first().waitFor();
  await seen(page, '6-guidance-history');
  await context.close();

  // The one who has it keeps what they were shown.
  const manager = world.visitor();
  const open = await manager.get(before);
  expect(open.html).toContain(OLD);
  expect(open.html).not.toContain('by train is always fine');

  // Their run goes on, and the stage it enters now has the new wording, on the page and in the mail.
  await manager.submit(open, { decision: 'approve' });
  const letter = (await world.letters({ to: 'finance@example.com' })).at(-1);
  if (letter === undefined) throw new Error('Finance got no letter.');
  expect(letter.text).toContain('The budget of the quarter decides.');
  expect((await world.visitor().get(linkIn(letter))).html).toContain('The budget of the quarter decides.');

  // A new run has the new wording from its first stage.
  await start('after@example.com');
  expect((await world.visitor().get(await world.linkFor('after@example.com'))).html).toContain('Travel by train is always fine.');
});
