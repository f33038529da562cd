import type { Instant } from '../../../machines/values.ts';
import type { Sql } from '../../database/connect.ts';
import { cleanSubject, recipientOf } from './letter.ts';
import { keepMail } from './local-mailbox.ts';
import type { Transport } from './transport.ts';

/** Mails that stay here, to be read at /mail: what a portal does that has no provider. A letter sent twice is kept once. */
export function createLocalTransport({ sql, now }: { sql: Sql; now: () => Instant }): Transport {
  return {
    name: 'local',
    async send(letter) {
      const kept = { ...letter, to: recipientOf(letter), subject: cleanSubject(letter.subject) };
      await keepMail(sql, kept, now());
      return { providerId: null };
    },
    close: async () => {},
  };
}
