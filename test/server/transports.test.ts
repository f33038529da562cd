import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { renderMail } from '../../emails/render.ts';
import { SAMPLES } from '../../emails/samples.ts';
import { connect } from '../../server/database/connect.ts';
import { cleanSubject, headersFor } from '../../server/effects/transports/letter.ts';
import { createLocalTransport } from '../../server/effects/transports/local.ts';
import { findMail, listMails } from '../../server/effects/transports/local-mailbox.ts';
import { createResendTransport } from '../../server/effects/transports/resend.ts';
import { createSmtpTransport } from '../../server/effects/transports/smtp.ts';
import type { Letter, Transport } from '../../server/effects/transports/transport.ts';
import { EffectFailed } from '../../server/errors.ts';
import { freshDatabase } from '../world/database.ts';

const RUN = '019ac0de-0000-7000-8000-00000000aa00';
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('a mail by SMTP', () => {
  test('arrives whole, at one address, as one conversation with the others of its run', async () => {
    const sink = await smtpSink();
    const { subject, html, text } = await renderMail(SAMPLES.hand_off);
    const { providerId } = await sink.transport.send(letter({ subject, html, text }));
    expect(sink.arrived).toMatchObject([{ to: ['max@example.com'], from: 'baton@example.com' }]);
    const raw = sink.arrived[0]?.raw ?? '';
    const mail = await PostalMime.parse(raw);
    expect(providerId).toContain('250');
    expect(mail.from).toEqual({ name: 'Baton, the portal', address: 'baton@example.com' });
    expect(mail).toMatchObject({ subject, messageId: `<${ID(1)}@portal.example.com>` });
    expect(mail.inReplyTo).toBe(`<run-${RUN}@portal.example.com>`);
    expect(mail.references).toBe(`<run-${RUN}@portal.example.com>`);
    expect(mail.text?.trim()).toBe(text.trim());
    expect(mail.html?.trim()).toBe(html.trim());
    expect(raw.toString()).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(raw.toString()).toMatch(/^X-Auto-Response-Suppress: All\r$/im);
  });

  test('brings its files along, byte for byte', async () => {
    const sink = await smtpSink();
    await sink.transport.send(letter({ attachments: [ATTACHED] }));
    const mail = await PostalMime.parse(sink.arrived[0]?.raw ?? '');
    expect(mail.attachments).toMatchObject([
      { filename: 'Zertifikat-Žofie.pdf', mimeType: 'application/pdf', disposition: 'attachment' },
    ]);
    const [{ content } = { content: '' }] = mail.attachments;
    expect(Buffer.from(content instanceof ArrayBuffer ? new Uint8Array(content) : []).equals(ATTACHED.bytes)).toBe(true);
    expect(mail.text?.trim()).toBe('Hello');
  });

  test('has the recipient, subject and headers that we meant, whatever was typed', async () => {
    const sink = await smtpSink();
    const nasty = [
      '\r\nBcc: evil@example.com\r\n',
      '\n',
      '\r',
      '\0',
      '"',
      ',',
      ';',
      '<evil@example.com>',
      ':',
      '=?utf-8?q?Bcc:=20evil?=',
      '\u2028',
      '\ud800',
      'é',
      '🎉',
    ];
    const typed = fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 60 }))).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(typed, async (line) => {
        sink.arrived.length = 0;
        const sample = SAMPLES.hand_off;
        const asked = {
          ...sample,
          runTitle: line,
          workflowTitle: line,
          stageTitle: line,
          asks: line,
          guidance: line,
          contact: line,
        };
        const mail = await renderMail({ ...asked, facts: [{ label: line, text: line }] });
        await sink.transport.send(letter(mail));
        await sink.transport.send(letter({ ...mail, subject: `S${line}` }));
        const [first, second] = await Promise.all(sink.arrived.map(({ raw }) => PostalMime.parse(raw)));
        expect(sink.arrived.map(({ to }) => to)).toEqual([['max@example.com'], ['max@example.com']]);
        expect([first?.subject, second?.subject]).toEqual([cleanSubject(mail.subject), cleanSubject(`S${line}`)]);
        for (const parsed of [first, second]) {
          expect(parsed?.to).toEqual([{ name: '', address: 'max@example.com' }]);
          expect(parsed?.headers.map(({ key }) => key).sort()).toEqual(HEADERS);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    'a@example.com, b@example.com',
    'Max <max@example.com>',
    'max@example.com\r\nBcc: b@example.com',
    '"a b"@example.com',
    'a@b',
    '',
  ])('to %j does not leave', async (to) => {
    const sink = await smtpSink();
    await expect(sink.transport.send(letter({ to }))).rejects.toMatchObject({ again: false });
    expect(sink.arrived).toEqual([]);
  });

  test.each([
    { code: 451, at: 'rcpt', again: true },
    { code: 550, at: 'rcpt', again: false },
    { code: 452, at: 'data', again: true },
    { code: 552, at: 'data', again: false },
  ] as const)('that is answered with $code to $at is worth another try: $again', async ({ code, at, again }) => {
    const sink = await smtpSink({ [at]: code });
    const failed = await failureOf(sink.transport.send(letter()));
    expect(failed.again).toBe(again);
    expect(failed.message).toMatch(/^The SMTP server did not take the mail: /);
  });

  test('whose connection breaks before the answer leaves once a try, under one Message-ID', async () => {
    const sink = await smtpSink({ data: 'hang up' });
    expect((await failureOf(sink.transport.send(letter()))).again).toBe(true);
    expect(sink.arrived).toHaveLength(1);
    expect((await failureOf(sink.transport.send(letter()))).again).toBe(true);
    const mails = await Promise.all(sink.arrived.map(({ raw }) => PostalMime.parse(raw)));
    expect(mails.map(({ messageId }) => messageId)).toEqual(Array(2).fill(`<${ID(1)}@portal.example.com>`));
  });

  test('is worth another try when nobody answers', async () => {
    const sink = await smtpSink();
    await sink.close();
    expect((await failureOf(sink.transport.send(letter()))).again).toBe(true);
  });
});

describe('a mail by Resend', () => {
  test('carries its id as idempotency key, and the same body when it is sent again', async () => {
    const stub = await resendStub([
      { status: 500, body: { name: 'internal_server_error', message: 'Oops', statusCode: 500 } },
      { status: 200, body: { id: 'sent-1' } },
    ]);
    expect((await failureOf(stub.transport.send(letter()))).again).toBe(true);
    expect(await stub.transport.send(letter())).toEqual({ providerId: 'sent-1' });
    const [first, second] = stub.calls;
    expect(first?.headers['idempotency-key']).toBe(ID(1));
    expect(second?.headers['idempotency-key']).toBe(ID(1));
    expect(second?.body).toBe(first?.body);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      from: '"Baton, the portal" <baton@example.com>',
      to: ['max@example.com'],
      subject: 'A subject',
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  });

  test('brings its files along, byte for byte', async () => {
    const stub = await resendStub([{ status: 200, body: { id: 'sent-1' } }]);
    await stub.transport.send(letter({ attachments: [ATTACHED] }));
    expect(JSON.parse(stub.calls[0]?.body ?? '')).toMatchObject({
      attachments: [
        { filename: 'Zertifikat-Žofie.pdf', content: ATTACHED.bytes.toString('base64'), content_type: 'application/pdf' },
      ],
    });
  });

  const date = 'Fri, 20 Nov 2026 10:00:00 GMT';
  test.each<{ status: number; name: string; headers: Record<string, string>; again: boolean; waitMs: number | null }>([
    { status: 429, name: 'rate_limit_exceeded', headers: { 'retry-after': '7' }, again: true, waitMs: 7000 },
    {
      status: 429,
      name: 'rate_limit_exceeded',
      headers: { date, 'retry-after': 'Fri, 20 Nov 2026 10:01:30 GMT' },
      again: true,
      waitMs: 90_000,
    },
    { status: 429, name: 'rate_limit_exceeded', headers: { 'retry-after': 'soon' }, again: true, waitMs: null },
    { status: 503, name: 'application_error', headers: {}, again: true, waitMs: null },
    { status: 422, name: 'validation_error', headers: {}, again: false, waitMs: null },
    { status: 401, name: 'missing_api_key', headers: {}, again: false, waitMs: null },
    { status: 409, name: 'concurrent_idempotent_requests', headers: {}, again: true, waitMs: null },
    { status: 409, name: 'invalid_idempotent_request', headers: {}, again: false, waitMs: null },
  ])('that is answered with $status $name is worth another try: $again', async ({ status, name, headers, again, waitMs }) => {
    const stub = await resendStub([{ status, headers, body: { name, message: 'No', statusCode: status } }]);
    const failed = await failureOf(stub.transport.send(letter()));
    expect(failed).toMatchObject({ again, waitMs });
    expect(failed.message).toBe(`Resend did not take the mail: No (${status})`);
  });

  test.each([
    { what: 'a page instead of JSON', answer: { status: 502, body: '<html>Bad gateway</html>' }, again: true },
    { what: 'a page instead of JSON and a no', answer: { status: 403, body: '<html>Forbidden</html>' }, again: false },
    { what: 'JSON of a proxy', answer: { status: 502, body: { error: 'upstream' } }, again: true },
    { what: 'a broken connection', answer: 'reset' as const, again: true },
  ])('that is answered with $what is worth another try: $again', async ({ answer, again }) => {
    const stub = await resendStub([answer]);
    expect((await failureOf(stub.transport.send(letter()))).again).toBe(again);
  });

  test('does not leave for two addresses', async () => {
    const stub = await resendStub([]);
    await expect(stub.transport.send(letter({ to: 'a@example.com,b@example.com' }))).rejects.toMatchObject({ again: false });
    expect(stub.calls).toEqual([]);
  });
});

test('the local mailbox keeps a mail once, and shows the newest first', async () => {
  const database = await freshDatabase();
  const sql = connect(database.url, { name: 'test', max: 2 });
  closers.push(database.drop, () => sql.end());
  let at = '2026-11-20T10:00:00.000Z';
  const transport = createLocalTransport({ sql, now: () => at });
  await transport.send(letter());
  at = '2026-11-20T10:01:00.000Z';
  await transport.send(letter({ subject: 'Again' }));
  await transport.send(letter({ id: ID(2), run: null, kind: 'sign_in', subject: 'Two\r\nlines', attachments: [ATTACHED] }));
  const mails = await listMails(sql, { limit: 10 });
  expect(mails.map(({ id, subject }) => [id, subject])).toEqual([
    [ID(2), 'Two lines'],
    [ID(1), 'A subject'],
  ]);
  expect(await findMail(sql, ID(1))).toEqual({ ...letter(), at: '2026-11-20T10:00:00.000Z' });
  expect((await findMail(sql, ID(2)))?.attachments).toEqual([ATTACHED.file]);
  expect(await findMail(sql, ID(3))).toBeNull();
  expect(await findMail(sql, "1' or 1=1")).toBeNull();
  expect(await listMails(sql, { limit: 1 })).toHaveLength(1);
});

test('a subject is one line, well-formed and not too long', () => {
  expect(cleanSubject(' a\r\nBcc: b\0\tc\u2028d ')).toBe('a Bcc: b c d');
  expect(cleanSubject('=?utf-8?q?x?=')).not.toContain('=?');
  expect(cleanSubject('🎉'.repeat(500))).toSatisfy((line: string) => line.isWellFormed() && line.length <= 180);
});

test('mails of one run refer to one another, other mails to none', () => {
  expect(headersFor({ id: ID(1), run: RUN, host: 'localhost:3000' })).toMatchObject({
    'Message-ID': `<${ID(1)}@localhost>`,
    References: `<run-${RUN}@localhost>`,
    'In-Reply-To': `<run-${RUN}@localhost>`,
  });
  expect(headersFor({ id: ID(1), run: null, host: '[::1]' })).not.toHaveProperty('References');
});

const HEADERS = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'in-reply-to',
  'message-id',
  'mime-version',
  'references',
  'subject',
  'to',
  'x-auto-response-suppress',
  'x-entity-ref-id',
];

const ATTACHED = {
  file: { id: ID(9), name: 'Zertifikat-Žofie.pdf', type: 'application/pdf', size: 5000, sha256: 'x' },
  bytes: Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 256)),
};

function ID(n: number): string {
  return `019ac0de-0000-7000-8000-00000000000${n}`;
}

function letter(change: Partial<Letter> = {}): Letter {
  const id = change.id ?? ID(1);
  const run = change.run === undefined ? RUN : change.run;
  return {
    id,
    kind: 'hand_off',
    run,
    from: 'Baton, the portal <baton@example.com>',
    to: 'max@example.com',
    subject: 'A subject',
    html: '<p>Hello</p>',
    text: 'Hello',
    headers: headersFor({ id, run, host: 'portal.example.com' }),
    attachments: [],
    ...change,
  };
}

async function failureOf(sending: Promise<unknown>): Promise<EffectFailed> {
  const error = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof EffectFailed) return error;
  throw new Error(`Expected EffectFailed, got ${String(error)}`);
}

type Arrived = { raw: Buffer; from: string; to: string[] };

/** A real SMTP server that keeps what arrives, or refuses at the place named. */
async function smtpSink(refuse: { rcpt?: number; data?: number | 'hang up' } = {}) {
  const arrived: Arrived[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, callback) => callback(refusal(refuse.rcpt)),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        if (typeof refuse.data !== 'number')
          arrived.push({ raw: Buffer.concat(chunks), from, to: rcptTo.map(({ address }) => address) });
        if (refuse.data === 'hang up') hangUp();
        else callback(refusal(refuse.data));
      });
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  const sockets = new Set<Socket>();
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  listening.on('connection', (socket) => sockets.add(socket));
  await new Promise((resolve) => listening.once('listening', resolve));
  const transport = createSmtpTransport({ url: `smtp://127.0.0.1:${portOf(listening.address())}` });
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  closers.push(close, transport.close);
  return { arrived, transport, close };
}

function refusal(responseCode: number | undefined): Error | null {
  return responseCode === undefined ? null : Object.assign(new Error('Not today'), { responseCode });
}

type StubAnswer = { status: number; headers?: Record<string, string>; body: unknown } | 'reset';

/** Something that speaks like the API of Resend: it gives the answers named, one each call. */
async function resendStub(
  answers: StubAnswer[],
): Promise<{ calls: { headers: IncomingHttpHeaders; body: string }[]; transport: Transport }> {
  const calls: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    calls.push({ headers: request.headers, body: await text(request) });
    answerWith(response, answers[calls.length - 1] ?? 'reset');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    calls,
    transport: createResendTransport({ apiKey: 're_test', baseUrl: `http://127.0.0.1:${portOf(server.address())}` }),
  };
}

function answerWith(response: ServerResponse, answer: StubAnswer): void {
  if (answer === 'reset') response.socket?.destroy();
  else {
    const { status, headers = {}, body } = answer;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
