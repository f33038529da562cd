import type { FileReference, Instant } from '../../../machines/values.ts';
import type { Sql } from '../../database/connect.ts';
import type { Letter } from './transport.ts';

/** A mail as the local mailbox keeps it and /mailbox.json answers it. */
export type KeptMail = Omit<Letter, 'attachments'> & { at: Instant; attachments: FileReference[] };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Keeps a mail. Keeping it again changes nothing. */
export async function keepMail(sql: Sql, letter: Letter, at: Instant): Promise<void> {
  const { id, kind, run, from, to, subject, text, html, headers } = letter;
  const attachments = JSON.stringify(letter.attachments.map(({ file }) => file));
  await sql`
    insert into mails (id, at, kind, run_id, sender, recipient, subject, body_text, body_html, headers, attachments)
    values (${id}, ${at}, ${kind}, ${run}, ${from}, ${to}, ${subject}, ${text}, ${html}, ${sql.json(headers)},
      ${attachments}::text::json)
    on conflict (id) do nothing`;
}

/** The newest mails first, `limit` at most. */
export async function listMails(sql: Sql, { limit }: { limit: number }): Promise<KeptMail[]> {
  // By the index mails_by_time.
  return sql<KeptMail[]>`
    select id, at, kind, run_id as run, sender as "from", recipient as "to", subject, body_text as text, body_html as html, headers, attachments
    from mails
    order by at desc, id desc
    limit ${limit}`;
}

/** One mail, or null where there is none. */
export async function findMail(sql: Sql, id: string): Promise<KeptMail | null> {
  if (!UUID.test(id)) return null;
  const [mail] = await sql<KeptMail[]>`
    select id, at, kind, run_id as run, sender as "from", recipient as "to", subject, body_text as text, body_html as html, headers, attachments
    from mails
    where id = ${id}`;
  return mail ?? null;
}
