import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { linkIn } from './visitor.ts';
import type { World } from './world.ts';

/** Keeps a picture of a page, and expects that it has no serious fault of accessibility. */
export async function looksRight(page: Page, picture: string): Promise<void> {
  await page.screenshot({ path: picture, fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.html]),
  ).toEqual([]);
}

/** The owner of the shipped workflows signs in, by the link in the mail. */
export async function signInByMail(page: Page, world: World): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel(/email/i).fill('ops@example.com');
  await page.getByRole('button').last().click();
  const letter = (await world.letters({ to: 'ops@example.com', kind: 'sign_in' })).at(-1);
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  await page.goto(linkIn(letter));
  await page.getByRole('button', { name: /sign in/i }).click();
  await page.waitForURL('**/workflows');
}
