import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition, showFinding } from '../../machines/check/read.ts';
import { asMarkdown } from '../../machines/markdown.ts';
import { type Block, blocksOf, wordsOf } from '../../server/documents/blocks.ts';
import type { Printed } from '../../server/documents/pdf.ts';
import { printAside } from '../../server/documents/print.ts';
import { createDocumentPerformer } from '../../server/effects/document.ts';
import { createMailPerformer } from '../../server/effects/mail.ts';
import type { ClaimedEffect } from '../../server/effects/outbox.ts';
import { EffectFailed } from '../../server/errors.ts';
import { readRun } from '../../server/runs/find.ts';
import { pagesOf } from '../world/pdf.ts';
import { openWorld, type World } from '../world/world.ts';

const PRINTED: Printed = { title: 'Certificate', text: 'Hello', footer: 'Run 1', at: '2026-03-02T09:00:00.000Z' };

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('Markdown', () => {
  const texts = (blocks: Block[]) => blocks.map((block) => ('pieces' in block ? wordsOf(block.pieces) : block.is));

  test('is taken apart into headings, lists, tables and the looks of words', () => {
    expect(blocksOf('# One\n\nA **b** *c* `d`').map(({ is }) => is)).toEqual(['heading', 'paragraph']);
    expect(blocksOf('1. a\n2. b\n\n- [x] c')).toMatchObject([
      { is: 'list', items: [{ mark: '1.' }, { mark: '2.' }] },
      { is: 'list', items: [{ mark: '☑' }] },
    ]);
    expect(blocksOf('| a | b |\n|---|---|\n| 1 | **2** |')).toMatchObject([
      { is: 'table', head: [[{ text: 'a' }], [{ text: 'b' }]], rows: [[[{ text: '1' }], [{ text: '2', bold: true }]]] },
    ]);
  });

  test('shows HTML as it was written, links with their address, and pictures as words', () => {
    expect(
      texts(blocksOf('<script>alert(1)</script>\n\nA <b>b</b> &lt; [c](https://example.com/d) ![e](file:///etc/passwd)')),
    ).toEqual(['<script>alert(1)</script>', 'A <b>b</b> &lt; c (https://example.com/d) e (file:///etc/passwd)']);
    expect(texts(blocksOf('<https://example.com> a@example.com'))).toEqual(['https://example.com a@example.com']);
  });
  test('shows what people typed into a template as they typed it', () => {
    const marks = [
      '*',
      '_',
      '`',
      '#',
      '-',
      '>',
      '|',
      '~',
      '[',
      ']',
      '(',
      ')',
      '<',
      '!',
      '\\',
      '&amp;',
      '1.',
      '2)',
      '=',
      '+',
      ' ',
      '\n',
      'a',
    ];
    const typed = fc.array(fc.constantFrom(...marks), { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''));
    const tidy = (text: string) => text.replace(/\s+/g, ' ').trim();
    fc.assert(
      fc.property(typed, (text) => {
        const blocks = blocksOf(`Said: ${asMarkdown(text)}`);
        expect(blocks.every(({ is }) => is === 'paragraph')).toBe(true);
        expect(tidy(texts(blocks).join(' '))).toBe(tidy(`Said: ${text}`));
        const alone = blocksOf(asMarkdown(text));
        expect(tidy(texts(alone).join(' '))).toBe(tidy(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a printed document', () => {
  test('has its title, its text, and at the foot of each page the run and the number of the page', async () => {
    const text = '## Part\n\nWords **stand out**.\n\n- one\n- two\n\n| Who | What |\n|---|---|\n| Ana | 1,000 € |';
    const { pages } = pagesOf(await printAside({ ...PRINTED, text }));
    expect(pages).toHaveLength(1);
    for (const words of ['Certificate', 'Part', 'stand out', 'one', 'Ana', '1,000 €', 'Run 1', 'Page 1 of 1'])
      expect(pages[0]).toContain(words);
  });

  test('is the same to the last byte for the same input, and differs with its time', async () => {
    const text = 'Words in **é**, *e* and `ı`.';
    const [one, other] = await Promise.all([printAside({ ...PRINTED, text }), printAside({ ...PRINTED, text })]);
    expect(sha256(other)).toBe(sha256(one));
    expect(sha256(await printAside({ ...PRINTED, text, at: '2026-03-02T09:00:01.000Z' }))).not.toBe(sha256(one));
  });

  test.each([
    ['Czech, Polish, Hungarian', 'Příliš žluťoučký kůň · Zażółć gęślą jaźń · Árvíztűrő tükörfúrógép'],
    ['German, French, Nordic', 'Größe ẞ · Œuvre naïve ÿ · Þýðing, Ærø, Ångström'],
    ['Baltic, Romanian, Turkish', 'Ķērpju Šešių õ · Șobolanii țin · İstanbul ığüş'],
    ['Irish, Maltese, Welsh', 'Ḃ ḋ ṁ · Ħobż ċ ġ ż · ŵ ŷ'],
    ['Greek', 'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία ΐ ΰ'],
    ['Cyrillic', 'Съешь ещё · Їжак ґ є · Ђорђе Љ Њ Џ · Ў ў · Ѓ Ќ'],
    ['Georgian and Armenian', 'საქართველო · Հայաստան'],
    ['money and marks', '€ £ ₴ ₺ – — „“ ‚‘ « » … № § ☑ ☐ ✓'],
  ])('has the letters of %s', async (_, text) => {
    const looks = ['', '**', '*', '***'].map((mark) => `${mark}${text}${mark}`).join('\n\n');
    const { pages, missing } = pagesOf(await printAside({ ...PRINTED, text: looks }));
    expect(missing).toBe(0);
    const words = text.replace(/\s/g, '');
    expect(pages[0]?.replace(/\s/g, '').split(words)).toHaveLength(5);
  });

  test('may have many pages', async () => {
    const text = Array.from({ length: 300 }, (_, n) => `Paragraph ${n} has some words, as paragraphs do.`).join('\n\n');
    const { pages } = pagesOf(await printAside({ ...PRINTED, text }));
    expect(pages.length).toBeGreaterThan(8);
    expect(pages.length).toBeLessThan(14);
    expect(pages.every((page, index) => page.includes(`Page ${index + 1} of ${pages.length}`))).toBe(true);
  });

  test.each([
    ['nothing', ''],
    [
      'a word that fits into no line',
      `| a | b |\n|---|---|\n| ${'x'.repeat(500)} | ${'y'.repeat(3000)} |\n\n${'z'.repeat(5000)}`,
    ],
    ['lists in lists', Array.from({ length: 100 }, (_, n) => `${'  '.repeat(n)}- x`).join('\n')],
    ['code in bold in a heading', '# ***`x`***\n\n| **`a`** |\n|---|\n| *`b`* |'],
    ['many columns', `|${'a|'.repeat(40)}\n|${'-|'.repeat(40)}\n|${'b|'.repeat(40)}`],
    ['nothing but marks', `${'*'.repeat(3000)}\n${'['.repeat(3000)}\n${'`'.repeat(3000)}`],
    ['odd characters', 'a\0b\u202ec\ud800d \u{1f389} 日本 \u200b'],
  ])('may be of %s', async (_, text) => {
    expect(pagesOf(await printAside({ ...PRINTED, text })).pages.length).toBeGreaterThan(0);
  });

  test('that is too long, or cannot be laid out, fails with a sentence and is not tried again', async () => {
    const long = await printAside({ ...PRINTED, text: 'x'.repeat(300_001) }).catch((error: unknown) => error);
    expect(long).toMatchObject({ message: 'The document has 300001 characters; 300000 can be printed.', again: false });
    const deep = await printAside({ ...PRINTED, text: `${'>'.repeat(20_000)} x` }).catch((error: unknown) => error);
    expect(deep).toBeInstanceOf(EffectFailed);
  });
});

const CERTIFICATES = `
workflow: certificates
title: Certificates
owners: [ops@example.com]
actors:
  person: { title: Whoever asks, from: trigger }
data:
  person_name: { type: text }
triggers:
  - form: { collects: [person_name] }
stages:
  issue:
    actor: system
    components:
      - document:
          id: make
          title: "Certificate of {{ person_name }}"
          into: certificate
          template: |
            This is to say that **{{ person_name }}** was there.
      - document: { id: plain, title: "Notes of {{ person_name }}", format: markdown, into: notes, template: "Notes of {{ person_name }}" }
      - email: { to: person, subject: "Your certificate", body: "Here it is.", attach: [certificate, notes] }
    next: end
`;

describe('a workflow that makes documents', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
    const { definition, findings } = readDefinition(CERTIFICATES, 'certificates.yaml');
    if (definition === null) throw new Error(findings.map(showFinding).join('\n'));
    await world.portal.library.publish({ source: CERTIFICATES, definition, origin: 'file', by: 'file', note: '' });
  });

  afterAll(() => world.close());

  async function issue(name: string): Promise<string> {
    const origin = { from: 'trigger' as const, by: 'test', stage: null, at: world.portal.clock.now() };
    const { run } = await world.portal.actors.begin({
      workflow: 'certificates',
      starter: { email: 'emma@example.com', name: null },
      trigger: 'api',
      facts: { person_name: { value: name, origin } },
      idempotencyKey: null,
    });
    return run;
  }

  type Stored = { id: string; run_id: string; body: unknown; created_at: string };

  async function claimed(run: string, what: string): Promise<ClaimedEffect> {
    const rows = await world.portal.sql<
      Stored[]
    >`select id, run_id, body, created_at from outbox where run_id = ${run} order by id`;
    const found = rows.find(({ body }) => JSON.stringify(body).includes(what));
    if (found === undefined) throw new Error(`No effect has ${what}.`);
    const of = { workflow: 'certificates', version: 1, title: 'Certificates' };
    return { ...found, ...of, kind: 'document', attempts: 1, first_tried_at: null };
  }

  test('keeps each with its hash, goes on, and sends them along with its mail', async () => {
    const run = await issue('Žofie');
    const [letter] = await world.letters({ run, kind: 'outcome' });
    expect(letter?.attachments.map(({ name, type }) => [name, type])).toEqual([
      ['Certificate-of-Žofie.pdf', 'application/pdf'],
      ['Notes-of-Žofie.md', 'text/markdown'],
    ]);
    const [pdf, notes] = letter?.attachments ?? [];
    const page = await world.visitor().get(`/mailbox/${letter?.id}`);
    expect(page.html).toContain(`/mailbox/${letter?.id}/files/${pdf?.id}`);
    const view = await readRun(world.portal, run);
    expect(view?.outbox.map(({ kind, to }) => [kind, to])).toContainEqual(['document', 'Certificate-of-Žofie.pdf']);
    const file = await fetch(`${world.url}/mailbox/${letter?.id}/files/${pdf?.id}`);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment;/);
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(sha256(bytes)).toBe(pdf?.sha256);
    expect(pagesOf(bytes).pages[0]).toContain('Žofie');
    expect(await (await fetch(`${world.url}/mailbox/${letter?.id}/files/${notes?.id}`)).text()).toBe('Notes of Žofie');
    expect((await fetch(`${world.url}/mailbox/${letter?.id}/files/${run}`)).status).toBe(404);
    expect((await world.portal.sql`select status from runs where id = ${run}`)[0]).toEqual({ status: 'done' });
  });

  test('makes one file of an effect, however often it is done', async () => {
    const run = await issue('Ana');
    await world.letters();
    const perform = createDocumentPerformer(world.portal);
    const effect = await claimed(run, 'Certificate-of-Ana.pdf');
    const [again, once] = [await perform(effect), await perform(effect)];
    expect(again.told).toEqual(once.told);
    const count = () => world.portal.sql`select count(*)::int as n from files where id = ${effect.id}`;
    expect(await count()).toEqual([{ n: 1 }]);
    const [before] = await world.portal.sql<{ sha256: string }[]>`select sha256 from files where id = ${effect.id}`;
    await world.portal.sql`delete from files where id = ${effect.id}`;
    await Promise.all([perform(effect), perform(effect)]);
    expect(await world.portal.sql`select sha256 from files where id = ${effect.id}`).toEqual([before]);
  });

  test('does not send more than 10 MB with a mail, and says so', async () => {
    const run = await issue('Max');
    await world.letters();
    const effect = await claimed(run, '"subject":"Your certificate"');
    const transport = { name: 'local' as const, send: () => Promise.reject(new Error('It left.')), close: async () => {} };
    const perform = createMailPerformer(world.portal, transport);
    const { mail } = JSON.parse(JSON.stringify(effect.body));
    const large = mail.attachments.map((file: object) => ({ ...file, size: 6 * 1024 * 1024 }));
    const failed = await perform({ ...effect, kind: 'mail', body: { mail: { ...mail, attachments: large } } }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      message: 'The files of this mail have 12.0 MB together; a mail carries 10 MB at most.',
      again: false,
    });
    await world.portal.sql`delete from files where id = ${mail.attachments[0].id}`;
    const gone = await perform({ ...effect, kind: 'mail' }).catch((error: unknown) => error);
    expect(gone).toMatchObject({ message: 'The file Certificate-of-Max.pdf is not there any more.', again: false });
  });
});
