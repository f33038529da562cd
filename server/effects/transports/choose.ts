import type { Portal } from '../../portal.ts';
import { createLocalTransport } from './local.ts';
import { createResendTransport } from './resend.ts';
import { createSmtpTransport } from './smtp.ts';
import type { Transport } from './transport.ts';

/** The way that mails leave this portal, as its settings say; the local mailbox where they name no provider. */
export function createTransport({ config, sql, clock }: Pick<Portal, 'config' | 'sql' | 'clock'>): Transport {
  const { mail } = config;
  if (mail.is === 'resend') return createResendTransport({ apiKey: mail.apiKey, baseUrl: mail.baseUrl });
  if (mail.is === 'smtp') return createSmtpTransport({ url: mail.url });
  return createLocalTransport({ sql, now: clock.now });
}
