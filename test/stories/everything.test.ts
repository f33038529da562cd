import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../world/browser.ts';
import { EVERYTHING } from '../world/everything.ts';
import { publish } from '../world/publish.ts';
import { openWorld, type World } from '../world/world.ts';

const ARTEFACTS = '.artefacts/screenshots';
const SCREENS = [
  { name: 'phone', viewport: { width: 390, height: 844 }, javaScriptEnabled: true },
  { name: 'desk', viewport: { width: 1280, height: 800 }, javaScriptEnabled: true },
  { name: 'without-scripts', viewport: { width: 390, height: 844 }, javaScriptEnabled: false },
];
const PDF = {
  name: 'quote.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'),
};
const PHOTO = {
  name: 'box.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64'),
};

let browser: Browser;
let world: World;

beforeAll(async () => {
  mkdirSync(ARTEFACTS, { recursive: true });
  [browser, world] = await Promise.all([openBrowser(), openWorld()]);
  await publish(world, EVERYTHING);
});

afterAll(async () => {
  await browser?.close();
  await world?.close();
});

describe.each(SCREENS)('every kind of question on the screen "$name"', ({ name, viewport, javaScriptEnabled }) => {
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    context = await browser.newContext({ viewport, javaScriptEnabled, baseURL: world.url });
    page = await context.newPage();
  });

  afterAll(() => context.close());

  async function seen(step: string): Promise<void> {
    await page.screenshot({ path: `${ARTEFACTS}/everything-${name}-${step}.png`, fullPage: true });
    const wide = await page
      .locator('body')
      .evaluate((body) => body.scrollWidth)
      .catch(() => 0);
    expect(wide, `${step} scrolls sideways`).toBeLessThanOrEqual(viewport.width);
    if (!javaScriptEnabled) return;
    const { violations } = await new AxeBuilder({ page }).analyze();
    const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(bad.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  }

  test('the start form grows by rows and follows the answers', async () => {
    await page.goto('/start/everything');
    await page.getByLabel('Your email').fill(`emma.${name}@example.com`);
    await page.locator('[name="lines.0.item"]').fill('Chair');
    await page.locator('[name="lines.0.cost"]').fill('1.234,50');
    await page.getByRole('button', { name: 'Add a line' }).click();
    await page.locator('[name="lines.1.item"]').fill('Cushion');
    expect(await page.locator('[name="lines.0.item"]').inputValue()).toBe('Chair');
    await page.locator('[name="lines.1.cost"]').fill('20');
    await page.locator('[name="needed"]').fill('2026-05-04T09:30');
    await page.locator('input[name="urgent"][value="yes"]').check();
    await page.locator('[name="why"]').fill('The old one broke.');
    await page.locator('[name="team"]').fill('Ana Ruiz <ana@example.com>');
    await page.locator('[name="boss.email"]').fill('boss@example.com');
    await page.locator('[name="from_day"]').fill('2026-05-01');
    await page.locator('[name="until_day"]').fill('2026-04-01');
    await seen('start');
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByRole('link', { name: 'Until' }).waitFor();
    await seen('start-refused');
    await page.locator('[name="until_day"]').fill('2026-05-31');
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByRole('heading', { name: 'The way of your request' }).waitFor();
    await seen('status');
  });

  test('the buyer sends files in parts, judges each row, and decides', async () => {
    await page.goto(await world.linkFor('buyer@example.com'));
    await page.locator('[name="quote"]').setInputFiles(PDF);
    await page.getByRole('button', { name: 'Send the files' }).click();
    await page.getByText('This has arrived').waitFor();
    await seen('files-in-parts');
    await page.locator('[name="terms"]').setInputFiles(PDF);
    await page.getByRole('button', { name: 'Send the files' }).click();
    await page.locator('[name="budget"]').fill('5000');
    await page.locator('[name="lines.0.verdict"][value="yes"]').check();
    await seen('rows');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('radio', { name: /Reject/ }).waitFor();
    await page.getByRole('radio', { name: /Reject/ }).check();
    await page.locator('[name="decision_signed.reject"]').waitFor();
    await seen('decision-reject');
    await page.getByRole('radio', { name: 'Approve Then' }).check();
    await seen('decision');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('that is recorded').waitFor();
  });

  test('the checker fills in the list, a second person signs it', async () => {
    await page.goto(await world.linkFor('checker@example.com'));
    await page.locator('[name="arrival.box.state"][value="done"]').check();
    await page.locator('[name="arrival.gap.state"][value="done"]').check();
    await page.locator('[name="arrival.gap.measured"]').fill('3');
    await page.locator('[name="arrival.paper.state"][value="done"]').check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('link', { name: /The box is whole, evidence/ }).waitFor();
    await seen('checklist');
    await page.locator('[name="arrival.box.evidence"]').setInputFiles(PHOTO);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('that is recorded').waitFor();
    await page.goto(await world.linkFor('second@example.com'));
    await seen('sign-off');
    await page.getByRole('radio', { name: /Accept and sign/ }).check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('that is recorded').waitFor();
  });

  test('where guidance decides, the person chooses the way', async () => {
    await page.goto(await world.linkFor('checker@example.com'));
    await page.locator('[name="ticket"]').fill('T-1');
    await seen('task');
    await page.getByRole('button', { name: 'Mark as done' }).click();
    await page.locator('[name="article"]').fill('AB1234');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('radio', { name: /to the office/ }).check();
    await seen('choose');
    await page.getByRole('button', { name: 'Choose this way' }).click();
    await page.getByText('that is recorded').waitFor();
    const [letter] = await world.letters({ to: `emma.${name}@example.com`, kind: 'outcome' });
    expect(letter?.text).toContain('AB1234');
  });
});
