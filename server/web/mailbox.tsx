import type { Hono } from 'hono';
import { z } from 'zod';
import { MailboxPage, MailPage } from '../../views/mailbox.tsx';
import { paths } from '../../views/paths.ts';
import { findMail, listMails } from '../effects/transports/local-mailbox.ts';
import { notFound } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { loopbackOnly, ownNameOnly } from './access.ts';
import { sendFile } from './files.ts';

const ON_THE_PAGE = 200;
const IN_JSON = 10_000;
// A mail brings its own inline styles and nothing else: no script, no picture from elsewhere.
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; sandbox allow-popups allow-top-navigation-by-user-activation";

/** The local mailbox: there only while no mail provider is set up, and only for the machine itself. */
export function mountMailbox(app: Hono, portal: Portal): void {
  if (portal.config.mail.is !== 'local') return;
  const named = ownNameOnly(portal);
  app.get(paths.mailbox.pattern, loopbackOnly, named, async (c) =>
    c.html(<MailboxPage mails={await listMails(portal.sql, { limit: ON_THE_PAGE })} />),
  );
  app.get(paths.mailboxJson.pattern, loopbackOnly, named, async (c) => {
    const mails = await listMails(portal.sql, { limit: IN_JSON });
    const run = c.req.query('run');
    return c.json(run === undefined ? mails : mails.filter((mail) => mail.run === run));
  });
  app.get(paths.mail.pattern, loopbackOnly, named, async (c) =>
    c.html(<MailPage mail={await mailAt(portal, c.req.param('mail'))} />),
  );
  app.get(paths.mailFile.pattern, loopbackOnly, named, async (c) => {
    const { attachments } = await mailAt(portal, c.req.param('mail'));
    const file = attachments.find(({ id }) => id === c.req.param('file'));
    if (file === undefined) throw notFound('such file');
    return sendFile(c, portal, file);
  });
  app.get(paths.mailHtml.pattern, loopbackOnly, named, async (c) => {
    const { html } = await mailAt(portal, c.req.param('mail'));
    c.header('Content-Security-Policy', MAIL_POLICY);
    c.header('X-Frame-Options', 'SAMEORIGIN');
    // A new tab would inherit the frame's sandbox, in which no form can be sent.
    return c.html(html.replaceAll('target="_blank"', 'target="_top"'));
  });
}

async function mailAt({ sql }: Portal, id: string | undefined) {
  const mail = z.uuid().safeParse(id).success ? await findMail(sql, id ?? '') : null;
  if (mail === null) throw notFound('such mail');
  return mail;
}
