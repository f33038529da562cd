import { Resend } from 'resend';
import { EffectFailed } from '../../errors.ts';
import { cleanLine, cleanSubject, extraMs, recipientOf, type Sender, senderOf } from './letter.ts';
import type { Attachment, Letter, Transport } from './transport.ts';

const TIMEOUT_MS = 15_000;

type Answer = Awaited<ReturnType<Resend['emails']['send']>>;
type Failure = NonNullable<Answer['error']>;

/** Mails by the API of Resend. The letter's id is the idempotency key: within 24 hours it sends a letter once. */
export function createResendTransport({ apiKey, baseUrl }: { apiKey: string; baseUrl: string | null }): Transport {
  const resend = new Resend(apiKey, baseUrl === null ? {} : { baseUrl });
  return {
    name: 'resend',
    async send(letter) {
      const signal = AbortSignal.timeout(TIMEOUT_MS + extraMs(letter));
      const { data, error, headers } = await resend.emails.send(messageOf(letter), { idempotencyKey: letter.id, signal });
      if (error) throw failure(error, headers);
      return { providerId: data.id ?? null };
    },
    close: async () => {},
  };
}

// The same letter gives the same bytes: Resend refuses a key that comes back with another body.
function messageOf(letter: Letter) {
  const { html, text, headers } = letter;
  return {
    from: written(senderOf(letter)),
    to: [recipientOf(letter)],
    subject: cleanSubject(letter.subject),
    html,
    text,
    headers,
    ...(letter.attachments.length === 0 ? {} : { attachments: letter.attachments.map(attached) }),
  };
}

function attached({ file, bytes }: Attachment) {
  return { filename: file.name, content: Buffer.from(bytes).toString('base64'), contentType: file.type };
}

function written({ name, address }: Sender): string {
  return name === '' ? address : `"${name.replace(/["\\]/g, '')}" <${address}>`;
}

function failure(error: Failure, headers: Answer['headers']): EffectFailed {
  const { name, message, statusCode } = error;
  const status = typeof statusCode === 'number' ? ` (${statusCode})` : '';
  return new EffectFailed(
    `Resend did not take the mail: ${cleanLine(`${message ?? name ?? 'no reason given'}`)}${status}`,
    isWorthAnotherTry(error),
    waitMs(headers),
  );
}

// A lost connection, a time limit and an answer that cannot be read all come without a status.
function isWorthAnotherTry({ name, statusCode }: Failure): boolean {
  if (name === 'concurrent_idempotent_requests') return true;
  if (name === 'invalid_idempotent_request') return false;
  return typeof statusCode !== 'number' || statusCode === 408 || statusCode === 429 || statusCode >= 500;
}

/** `retry-after` is seconds or a date; a date is measured by the answer's own, so that no clock of ours is asked. */
function waitMs(headers: Answer['headers']): number | null {
  const after = headers?.['retry-after'];
  if (after === undefined) return null;
  const ms = /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.parse(headers?.date ?? '');
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
