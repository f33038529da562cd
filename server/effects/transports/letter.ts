import { EMAIL } from '../../../machines/words.ts';
import { EffectFailed } from '../../errors.ts';
import type { Letter } from './transport.ts';

/** A sender taken apart, so that no library has to read a list of addresses out of a text. */
export type Sender = { name: string; address: string };

const SUBJECT_CHARACTERS = 180;
const LINE_CHARACTERS = 250;

/**
 * The headers that a mail needs beside sender, recipient and subject. All mails of a run answer the same mail, which was
 * never sent: email programs show them as one conversation, whichever of them somebody got.
 */
export function headersFor({ id, run, host }: { id: string; run: string | null; host: string }): Record<string, string> {
  const domain = host.replace(/:\d+$/, '').replace(/[^A-Za-z0-9.-]/g, '') || 'localhost';
  const thread = `<run-${run}@${domain}>`;
  return {
    'Message-ID': `<${id}@${domain}>`,
    ...(run === null ? {} : { References: thread, 'In-Reply-To': thread }),
    // So that an out-of-office reply does not answer a machine (RFC 3834; the second is Exchange's word for it).
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    // Gmail keeps mails apart whose reference differs, so the mails of a run share one.
    'X-Entity-Ref-ID': run ?? id,
  };
}

/** A subject as it leaves: one short line, whatever it was made of. */
export function cleanSubject(text: string): string {
  return cleanLine(text, SUBJECT_CHARACTERS);
}

/** One line that can stand in a header: no control characters, no text that a reader would decode into something else. */
export function cleanLine(text: string, most = LINE_CHARACTERS): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ')
    .replaceAll('=?', '= ?')
    .trim();
  return line.length <= most
    ? line
    : `${line
        .slice(0, most - 1)
        .replace(/[\ud800-\udbff]$/, '')
        .trimEnd()}…`;
}

/** The one address that a letter goes to. Throws EffectFailed when it is anything but one bare address. */
export function recipientOf({ to }: Letter): string {
  const read = EMAIL.safeParse(to);
  if (!read.success || read.data !== to) throw new EffectFailed(`"${cleanLine(to, 100)}" is not an email address.`, false);
  return to;
}

/** How much longer a mail may be under way because of its files, over a slow line. */
export function extraMs({ attachments }: Letter): number {
  return attachments.reduce((sum, { bytes }) => sum + bytes.length / 200, 0);
}

/** MAIL_FROM taken apart: `Baton <baton@example.com>` or a bare address. */
export function senderOf({ from }: Letter): Sender {
  const [, name = '', address = from] = /^\s*"?([^"<>]*?)"?\s*<([^<>\s]+)>\s*$/.exec(from) ?? [];
  return { name: cleanLine(name, 100), address: cleanLine(address, 254) };
}
