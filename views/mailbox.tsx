import type { FileReference, Instant } from '../machines/values.ts';
import { Layout } from './layout.tsx';
import { paths } from './paths.ts';

export type MailLine = { id: string; at: Instant; kind: string; to: string; subject: string };
export type MailShown = MailLine & { from: string; text: string; headers: Record<string, string>; attachments: FileReference[] };

/** The local mailbox: every mail that would have left, newest first. */
export function MailboxPage({ mails }: { mails: MailLine[] }) {
  return (
    <Layout title="Mailbox">
      <div class="narrow">
        <h1>Mailbox</h1>
        <p>
          No mail provider is set up, so every mail waits here instead of leaving. This page exists only on the machine itself and
          only until a provider is set up.
        </p>
        <div id="mails" hx-get={paths.mailbox.to()} hx-trigger="every 3s" hx-select="#mails" hx-swap="outerHTML">
          {mails.length === 0 ? <p class="notice">No mail yet. Send a request, and the first ones arrive at once.</p> : null}
          <ul class="mails">
            {mails.map(({ id, at, kind, to, subject }) => (
              <li>
                <a href={paths.mail.to({ mail: id })}>
                  <strong>{subject}</strong>
                  <br />
                  <span class="quiet">
                    To {to} · {kind.replaceAll('_', ' ')} · <time datetime={at}>{at.slice(0, 16).replace('T', ' ')}</time>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Layout>
  );
}

/** One mail: as it looks, as plain text, and its headers. */
export function MailPage({ mail }: { mail: MailShown }) {
  return (
    <Layout title={mail.subject}>
      <div class="narrow">
        <p>
          <a href={paths.mailbox.to()}>Back to the mailbox</a>
        </p>
        <h1>{mail.subject}</h1>
        <p class="quiet">
          To {mail.to} · from {mail.from} · <time datetime={mail.at}>{mail.at.slice(0, 16).replace('T', ' ')}</time>
        </p>
        {mail.attachments.length === 0 ? null : (
          <>
            <p>Attached:</p>
            <ul>
              {mail.attachments.map((file) => (
                <li>
                  <a href={paths.mailFile.to({ mail: mail.id, file: file.id })}>{file.name}</a>{' '}
                  <span class="quiet">({Math.max(1, Math.round(file.size / 1024))} KB)</span>
                </li>
              ))}
            </ul>
          </>
        )}
        <iframe
          class="mail-frame"
          title={`The mail: ${mail.subject}`}
          src={paths.mailHtml.to({ mail: mail.id })}
          sandbox="allow-popups allow-top-navigation-by-user-activation"
        ></iframe>
        <details>
          <summary>Plain text</summary>
          <pre class="mail-text">{mail.text}</pre>
        </details>
        <details>
          <summary>Headers</summary>
          <pre class="mail-text">
            {Object.entries(mail.headers)
              .map(([name, value]) => `${name}: ${value}`)
              .join('\n')}
          </pre>
        </details>
      </div>
    </Layout>
  );
}
