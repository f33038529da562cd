import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pdf, type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('content-approval', null, ['content-review']);
});

afterAll(() => stage.close());

const AUTHOR = 'ada@example.com';
const EDITOR = 'editor@example.com';

async function written(): Promise<Run> {
  return stage.start({ starter_email: AUTHOR, headline: 'Spring sale', channel: 'newsletter', content: pdf('sale.pdf') });
}

async function says(run: Run, area: 'Legal' | 'Brand' | 'Compliance', verdict: string, comments = ''): Promise<void> {
  const child = await run.child(area);
  await child.act(`${area.toLowerCase()}@example.com`, { verdict, comments });
}

describe('a text', () => {
  test('goes to three reviewers at once, each with a link and guidance of their own', async () => {
    const run = await written();
    expect(await run.children()).toEqual(['Legal: open', 'Brand: open', 'Compliance: open']);
    const page = await (await run.child('Brand')).page('brand@example.com');
    expect(page.html).toContain('whether a stranger understands it');
    expect(page.html).not.toContain('rights to pictures');
    expect(page.html).toContain('sale.pdf');
  });

  test('that all approve is published without anybody else, with a record of who said what', async () => {
    const run = await written();
    for (const area of ['Compliance', 'Legal', 'Brand'] as const) await says(run, area, 'approve');
    expect(await run.where()).toBe('done');
    expect(await run.visits()).toEqual(['reviews', 'publish']);
    const mail = await run.mail(AUTHOR);
    expect(mail.subject).toBe('Approved: Spring sale');
    // In the order of the areas, whoever answered first.
    expect(mail.text).toMatch(/Legal[\s\S]*legal@example\.com[\s\S]*Brand[\s\S]*Compliance/);
    expect(await run.values('approval', 'record')).toMatchObject({ approval: 'publish', record: { type: 'application/pdf' } });
  });

  test('that one wants changed goes back to the author with all comments, and then to all three again', async () => {
    const run = await written();
    await says(run, 'Legal', 'approve');
    await says(run, 'Brand', 'change', 'Say autumn, not fall');
    expect(await run.where()).toBe('reviews');
    await says(run, 'Compliance', 'change', 'Name the price');
    expect(await run.where()).toBe('merge');
    await run.act(EDITOR, { approval: 'revise' });
    const page = await run.page(AUTHOR);
    for (const comment of ['Say autumn, not fall', 'Name the price']) expect(page.html).toContain(comment);
    await run.act(AUTHOR, { content: pdf('sale-2.pdf'), changed: 'Autumn, $9' });
    expect((await (await run.child('Legal')).page('legal@example.com')).html).toContain('Autumn, $9');
    for (const area of ['Legal', 'Brand', 'Compliance'] as const) await says(run, area, 'approve');
    expect((await run.mail(AUTHOR)).subject).toBe('Approved: Spring sale');
  });

  test('that one refuses ends the other reviews at once, and each is told once', async () => {
    const run = await written();
    await says(run, 'Legal', 'refuse', 'We cannot prove that');
    expect(await run.where()).toBe('merge');
    expect(await run.children()).toEqual(['Legal: arrived', 'Brand: withdrawn', 'Compliance: withdrawn']);
    for (const area of ['Brand', 'Compliance']) {
      const child = await run.child(area);
      const to = `${area.toLowerCase()}@example.com`;
      expect(await stage.world.letters({ to, run: child.id, kind: 'withdrawn' })).toHaveLength(1);
      expect((await child.page(to)).status).toBe(410);
    }
    await run.act(EDITOR, { approval: 'stop', approval_reason: 'Legal says no' });
    expect((await run.mail(AUTHOR)).text).toContain('Legal says no');
  });

  test('whose reviewer does not answer in time goes on with what came in, and names who is missing', async () => {
    const run = await written();
    await says(run, 'Legal', 'approve');
    await says(run, 'Brand', 'approve');
    await stage.world.advance('5d');
    expect(await run.where()).toBe('merge');
    expect((await run.page(EDITOR)).html).toMatch(/Compliance[\s\S]*Missing/);
    await run.act(EDITOR, { approval: 'publish', approval_reason: 'No prices in it' });
    expect(await run.where()).toBe('done');
  });

  test('comes back to the author three times at most', async () => {
    const run = await written();
    for (let round = 0; round < 4; round += 1) {
      for (const area of ['Legal', 'Brand', 'Compliance'] as const) await says(run, area, 'change', 'Again');
      await run.act(EDITOR, { approval: 'revise' });
      if (round < 3) await run.act(AUTHOR, { content: pdf('sale.pdf'), changed: 'Something' });
    }
    expect(await run.values('approval')).toEqual({ approval: 'stop' });
  });
});
