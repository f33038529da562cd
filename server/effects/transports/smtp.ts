import { createTransport, type SMTPPoolSentMessageInfo } from 'nodemailer';
import { EffectFailed } from '../../errors.ts';
import { cleanLine, cleanSubject, extraMs, recipientOf, senderOf } from './letter.ts';
import type { Letter, Transport } from './transport.ts';

// Below the outbox's lease of a minute: a letter is never under way twice from one portal.
const SEND_MS = 30_000;
const STEP_MS = 10_000;
// Codes of nodemailer's own that no other try will change: what was given to it is wrong, not the world.
const FINAL_CODES = new Set(['ECONFIG', 'EENVELOPE', 'ENOAUTH', 'EMAXRECIPIENTS', 'EREQUIRETLS']);

/** Mails by any SMTP server. SMTP knows no idempotency: a letter sent twice arrives twice, with one Message-ID. */
export function createSmtpTransport({ url }: { url: string }): Transport {
  const mailer = createTransport({
    url,
    pool: true,
    // The outbox alone tries again, visibly; the pool's own tries would be copies that nobody counts (promise P30).
    maxRequeues: 0,
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    dnsTimeout: STEP_MS,
    socketTimeout: 15_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: 'smtp',
    async send(letter) {
      const message = messageOf(letter);
      const sent = await mailer.sendMail({ ...message, signal: AbortSignal.timeout(SEND_MS + extraMs(letter)) }).catch(rethrow);
      return { providerId: providerIdOf(sent) };
    },
    close: async () => mailer.close(),
  };
}

function messageOf(letter: Letter) {
  const to = recipientOf(letter);
  const from = senderOf(letter);
  const { 'Message-ID': messageId, 'In-Reply-To': inReplyTo, References: references, ...headers } = letter.headers;
  const subject = cleanSubject(letter.subject);
  const { html, text } = letter;
  // The envelope is given whole, so that nothing is read out of a header.
  return {
    from,
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    subject,
    html,
    text,
    messageId,
    inReplyTo,
    references,
    headers,
    attachments: letter.attachments.map(({ file, bytes }) => ({
      filename: file.name,
      content: Buffer.from(bytes),
      contentType: file.type,
    })),
  };
}

function providerIdOf({ response }: SMTPPoolSentMessageInfo): string | null {
  return response === undefined ? null : cleanLine(response);
}

function rethrow(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new EffectFailed(`The SMTP server did not take the mail: ${cleanLine(message)}`, !isFinal(error), null, { cause: error });
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // 4xx asks to come again, 5xx is a no; nodemailer leaves `permanent` out where there was no answer at all.
  if ('permanent' in error && typeof error.permanent === 'boolean') return error.permanent;
  return 'code' in error && typeof error.code === 'string' && FINAL_CODES.has(error.code);
}
