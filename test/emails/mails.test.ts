import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Mail, renderMail } from '../../emails/render.ts';
import { SAMPLES } from '../../emails/samples.ts';

const HOST = 'baton.example.com';
const MAILS: Mail[] = Object.values(SAMPLES);
const OURS = new Set(['kind', 'url', 'statusUrl', 'why', 'to', 'contact']);

const HOSTILE = [
  '</td></table><a href="https://evil.example/h/1">Approve</a><img src="https://evil.example/p.gif">',
  '<script>alert(1)</script>{{ secrets.PAYMENTS_TOKEN }}{% raw %}',
  `"quoted"\r\nBcc: everyone@example.com\r\n\r\nhttps://${HOST}/h/forged www.evil.example \u0000\u202etxt.exe`,
  'java\u0000script:alert(1) ht\u0000tp://evil.example/x HTTP://EVIL.EXAMPLE',
].join('\n');

const KINDS: Record<string, (mail: Mail) => Mail> = {
  believable: (mail) => mail,
  longest: (mail) =>
    withFacts(
      withText(mail, () => 'Wordwithoutanyspace'.repeat(1500)),
      100,
      'word"<&>\n'.repeat(1000),
    ),
  'longest in Chinese': (mail) =>
    withFacts(
      withText(mail, () => '报销审批'.repeat(5000)),
      300,
      '报销审批'.repeat(1000),
    ),
  'right-to-left': (mail) =>
    withFacts(
      withText(mail, () => 'طلب صرف ٧٥٠٠ دولار'),
      3,
      'מה הייתה המטרה? 👩‍👩‍👧‍👦🎉',
    ),
  emoji: (mail) =>
    withFacts(
      withText(mail, () => '👩‍👩‍👧‍👦'.repeat(300)),
      100,
      '🏳️‍🌈'.repeat(300),
    ),
  empty: (mail) =>
    withFacts(
      withText(mail, () => ''),
      0,
      '',
    ),
  hostile: (mail) =>
    withFacts(
      withText(mail, () => HOSTILE),
      5,
      HOSTILE,
    ),
  'half a character': (mail) =>
    withFacts(
      withText(mail, () => 'a\ud800b\udc00'),
      2,
      '\ud83d',
    ),
};

describe.each(MAILS.map((mail) => ({ mail, kind: mail.kind })))('a mail of the kind $kind', ({ mail }) => {
  test.each(Object.entries(KINDS))('with %s content has one link, ours, in both forms, and stays small', async (_, change) => {
    const changed = change(mail);
    const { subject, html, text } = await renderMail(changed);
    const link = linkOf(changed);
    expect(anchors(html)).toEqual(link === null ? [] : [link]);
    // An owner's own words, in an outcome or in guidance, may name addresses; nobody else's text may.
    expect(addresses(withoutOwners(changed, text))).toEqual(link === null ? [] : [link]);
    expect(Buffer.byteLength(html)).toBeLessThan(90_000);
    expect(subject).toMatch(/^[^\p{Cc}\u202a-\u202e]{1,250}$/u);
    expect(html).not.toMatch(/<(img|script|iframe|link|form|object)\b|url\(|@import/i);
    expect(html).toContain('<html dir="ltr" lang="en"');
    expect(html).toContain('name="color-scheme"');
    expect(html + text).not.toMatch(/[\p{Cc}--[\t\n]]/v);
    expect((html + text).isWellFormed()).toBe(true);
  });

  test('is the same, byte for byte, each time it is rendered', async () => {
    expect(await renderMail(mail)).toEqual(await renderMail(structuredClone(mail)));
  });

  test('says the same in both forms', async () => {
    const { html, text } = await renderMail(mail);
    const words = plain(html);
    for (const line of text.split('\n').filter((line) => line !== '' && line !== '-- ')) {
      for (const part of line.split(/(?<=[:?]) /)) expect(words).toContain(part.replace(/:$/, ''));
    }
  });
});

test('a hand-off says who asks, for what, by when, with the facts, whose link it is and whom to ask', async () => {
  const { subject, text } = await renderMail(SAMPLES.hand_off);
  expect(subject).toBe('Please decide: Expense of $7,500.00 (by Tue 24 November)');
  expect(text).toContain('Ana Petrova (ana@example.com) asks for your answer.');
  expect(text).toContain('Please answer by Tuesday, 24 November 2026, 09:00 (Europe/Berlin).');
  expect(text).toContain('Amount: $7,500.00\nWhat was it for? Stand, travel');
  expect(text).toContain(`Open the request:\n${SAMPLES.hand_off.url}\n`);
  expect(text).toContain('This link is for max@example.com alone. Not you? Ask ops@example.com');
});

test('a hand-off that comes again says so', async () => {
  const { subject, text } = await renderMail({ ...SAMPLES.hand_off, round: 2 });
  expect(subject).toBe('Back with you: Expense of $7,500.00 (by Tue 24 November)');
  expect(text).toContain('It has come back to you: this is round 2.');
});

test('a request that comes back to whoever made it is called their own', async () => {
  const { subject, text } = await renderMail({ ...SAMPLES.hand_off, to: 'ana@example.com' });
  expect(subject).toBe('Your request needs you: Expense of $7,500.00 (by Tue 24 November)');
  expect(text).toContain('Your own request needs something from you before it can go on.');
});

test('a hand-off without a due date names none', async () => {
  const { subject, html } = await renderMail({ ...SAMPLES.hand_off, dueText: null, dueDay: null });
  expect(subject).toBe('Please decide: Expense of $7,500.00');
  expect(html).not.toContain('answer by');
});

test('facts beyond forty are counted', async () => {
  const { text } = await renderMail(withFacts(SAMPLES.hand_off, 70, 'short'));
  expect(text).toContain('... and 30 more on the page');
});

test('a long fact ends with an ellipsis after 500 characters', async () => {
  const { text } = await renderMail(withFacts(SAMPLES.hand_off, 1, 'x'.repeat(2000)));
  expect(text).toMatch(/\bx{499}…\n/);
});

test('a note about several names each of them and the reason once, and counts those that do not fit', async () => {
  const { subject, text } = await renderMail(SAMPLES.withdrawn_bundle);
  expect(subject).toBe('Withdrawn: 2 × Expense approval');
  expect(text).toContain('No longer needed:\n\n• Audit of the warehouse\n• Audit of the online shop\n');
  expect(text).toContain('The reason given:\n\nTwo of the auditors said no.\n');
  const titles = Array.from({ length: 3000 }, (_, n) => `Audit ${n} <${'&'.repeat(30)}>\nhttps://evil.example`);
  const long = await renderMail({ ...SAMPLES.withdrawn_bundle, titles });
  expect(long.text).toMatch(/\n… and 2\d\d\d more\n/);
  expect(Buffer.byteLength(long.html)).toBeLessThan(90_000);
  expect(addresses(long.text)).toEqual([]);
});

test('an outcome keeps its paragraphs and lines', async () => {
  const { html, text } = await renderMail({ ...SAMPLES.outcome, body: 'One\nTwo\n\n\n\nThree & <four>' });
  expect(text).toContain('One\nTwo\n\nThree & <four>');
  expect(html).toMatch(/One<br\/>Two<\/p>/);
  expect(html).toContain('Three &amp; &lt;four&gt;');
});

test('guidance in Markdown is shown as plain paragraphs', async () => {
  const guidance = '# Rules\n\nFine within\npolicy, **really**.\n- one\n- `two`';
  const { text } = await renderMail({ ...SAMPLES.hand_off, guidance });
  expect(text).toContain('What to look for:\n\nRules\n\nFine within policy, really.\n• one\n• two');
});

test('whatever is typed, a hand-off keeps its one link', async () => {
  const typed = fc
    .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE.split(/\b/))))
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(typed, async (text) => {
      const mail = withFacts({ ...SAMPLES.hand_off, asks: text, runTitle: text, stageTitle: text }, 2, text);
      const rendered = await renderMail(mail);
      expect(anchors(rendered.html)).toEqual([SAMPLES.hand_off.url]);
      expect(addresses(rendered.text)).toEqual([SAMPLES.hand_off.url]);
      expect(rendered.html + rendered.text + rendered.subject).toSatisfy((all: string) => all.isWellFormed());
      expect(rendered.subject).not.toMatch(/[\r\n]/);
    }),
    { numRuns: 200 },
  );
});

/** The mail with every text changed that is not an address of ours. */
function withText<M extends Mail>(mail: M, change: (text: string) => string): M {
  const changed = Object.entries(mail).map(([key, value]) => [
    key,
    typeof value === 'string' && !OURS.has(key) ? change(value) : value,
  ]);
  return Object.assign({ ...mail }, Object.fromEntries(changed));
}

function withFacts<M extends Mail>(mail: M, count: number, text: string): M {
  return 'facts' in mail ? { ...mail, facts: Array.from({ length: count }, () => ({ label: text, text })) } : mail;
}

function linkOf(mail: Mail): string | null {
  if ('url' in mail) return mail.url;
  return 'statusUrl' in mail ? mail.statusUrl : null;
}

function withoutOwners(mail: Mail, text: string): string {
  if (mail.kind === 'outcome') return '';
  return text.replace(/\nWhat to look for:\n[\s\S]*(?=\n-- \n)/, '');
}

function anchors(html: string): string[] {
  return [...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map(([, href = '']) => href);
}

/** Everything of which an email program would make a link by itself. */
function addresses(text: string): string[] {
  return text.match(/\b(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S*/gi) ?? [];
}

function plain(html: string): string {
  const body = html.slice(html.indexOf('<body'));
  const words = body.replace(/<br\/>|<\/(?:p|div|td|h1)>/g, '\n').replace(/<!--.*?-->|<[^>]+>/gs, '');
  return words
    .replace(/&#x27;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
