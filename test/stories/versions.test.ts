import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
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

async function seen(page: Page, name: string): Promise<void> {
  await looksRight(page, `${ARTEFACTS}/versions-${name}.png`);
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
}

async function start(manager: string): Promise<void> {
  const visitor = world.visitor();
  const form = await visitor.get('/start/expense-approval');
  await visitor.submit(form, {
    starter_email: 'emma@example.com',
    amount: '7500',
    purpose: 'Train',
    manager_email: manager,
  });
}

async function publish(from: string, to: string): Promise<void> {
  const newest = await world.portal.library.newest('expense-approval');
  const source = newest.source.replace(from, to);
  const { definition } = readDefinition(source, 'test');
  if (definition === null) throw new Error('The new version has faults.');
  await world.portal.library.publish({ source, definition, origin: 'command', by: 'command line', note: 'A higher limit' });
}

test('an owner on a phone sees what a version changed, moves a run to it without its link changing, and brings one back', async () => {
  await start('mara@example.com');
  await start('max@example.com');
  const link = await world.linkFor('mara@example.com');
  await publish('amount > 5000, label', 'amount > 9000, label');
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    baseURL: world.url,
  });
  const page = await context.newPage();
  await signInByMail(page, world);

  await page.goto('/workflows/expense-approval');
  await page.getByRole('link', { name: 'All versions' }).click();
  await page.getByText('2 runs under way are on earlier versions.').waitFor();
  await seen(page, '1-list');
  await page.getByRole('link', { name: 'Version 2' }).click();
  await page.getByText('amount > 9000; before').waitFor();
  await seen(page, '2-what-changed');

  await page.goto('/workflows/expense-approval/move');
  await page.getByText('2 runs can move, 0 cannot.').waitFor();
  await page.getByRole('checkbox').last().uncheck();
  await page.getByLabel(/Reason/).fill('A higher limit from now on');
  await seen(page, '3-move');
  await page.getByRole('button', { name: /Move the ticked runs/ }).click();
  await page.getByRole('heading', { name: '1 run moved to version 2' }).waitFor();
  await seen(page, '4-moved');

  await page.goto('/runs');
  expect(await page.getByText('version 1, the live one is 2').count()).toBe(1);
  await seen(page, '5-runs');
  const manager = world.visitor();
  const open = await manager.get(link);
  expect(open.html).toContain('Version 2 of Expense approval');
  await manager.submit(open, { decision: 'approve' });
  await world.letters();
  expect((await world.letters({ to: 'finance@example.com' })).length).toBe(0);

  await page.goto('/workflows/expense-approval/versions/1');
  await page.getByRole('link', { name: 'Bring version 1 back' }).click();
  await seen(page, '6-bring-back');
  await page.getByRole('button', { name: 'Publish it again' }).click();
  await page.getByText('it says what version 1 said').waitFor();
  await seen(page, '7-brought-back');
  await context.close();
});
