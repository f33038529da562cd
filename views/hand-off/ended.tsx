import { showInstant } from '../../machines/calendar.ts';
import type { HandOffState } from '../../machines/hand-off.ts';
import { Layout } from '../layout.tsx';
import { Facts } from '../parts/facts.tsx';
import { VersionFoot } from '../parts/version.tsx';
import { nameOf } from './words.ts';

type Decided = Extract<HandOffState, { is: 'decided' }>;
type Moved = Extract<HandOffState, { is: 'moved' }>;
type Withdrawn = Extract<HandOffState, { is: 'withdrawn' }>;

/** What becomes of the request after an answer. */
export type ComesNext =
  | { is: 'ended' }
  | { is: 'yours'; stage: string; href: string }
  | { is: 'under way'; stage: string; role: string | null };

/** A hand-off that was decided: who, when and what. `tooLate` when somebody has just tried to decide it again. */
export function DecidedPage({
  state,
  timezone,
  tooLate,
  next,
  fileHref,
}: {
  state: Decided;
  timezone: string;
  tooLate: boolean;
  next: ComesNext;
  fileHref: (file: string) => string;
}) {
  const { about, by, at, answer } = state;
  return (
    <Layout title={tooLate ? 'Already answered' : 'Thank you'}>
      <article class="narrow card">
        <p class="quiet">
          {about.workflow} · {about.stage}
        </p>
        <h1>{tooLate ? 'This was already answered' : 'Thank you, that is recorded'}</h1>
        {tooLate ? <p class="notice notice-warn">What you have just sent was not recorded: this answer came first.</p> : null}
        <p>
          Answered by {nameOf(by)} on <time datetime={at}>{showInstant(at, timezone)}</time>:
        </p>
        <Facts facts={answer} fileHref={fileHref} />
        {next.is === 'yours' ? (
          <p>
            Something is left for you to do: <a href={next.href}>{next.stage}</a>.
          </p>
        ) : (
          <p>{nextSentence(next)}</p>
        )}
        <p class="quiet">
          {next.is === 'yours' ? null : 'There is nothing more for you to do here. '}Questions? Write to{' '}
          <a href={`mailto:${about.contact}`}>{about.contact}</a>.
        </p>
        <VersionFoot workflow={about.workflow} version={about.version} />
      </article>
    </Layout>
  );
}

/** A hand-off that somebody else has now. */
export function MovedPage({ state, timezone }: { state: Moved; timezone: string }) {
  const { about, to, at, why } = state;
  return (
    <Layout title="Somebody else has this now">
      <article class="narrow card">
        <p class="quiet">
          {about.workflow} · {about.stage}
        </p>
        <h1>Somebody else has this now</h1>
        <p>
          On <time datetime={at}>{showInstant(at, timezone)}</time> this went on to {nameOf(to)}
          {why === 'escalated' ? ', because it had not been answered in time.' : ', because the owner of the process decided so.'}
        </p>
        <p>You need not do anything. Nothing that you had typed was recorded.</p>
        <Contact contact={about.contact} />
        <VersionFoot workflow={about.workflow} version={about.version} />
      </article>
    </Layout>
  );
}

/** A hand-off that was taken back. */
export function WithdrawnPage({ state, timezone }: { state: Withdrawn; timezone: string }) {
  const { about, by, at, reason } = state;
  return (
    <Layout title="No longer needed">
      <article class="narrow card">
        <p class="quiet">
          {about.workflow} · {about.stage}
        </p>
        <h1>This is no longer needed</h1>
        <p>
          {nameOf(by)} withdrew it on <time datetime={at}>{showInstant(at, timezone)}</time>
          {reason === '' ? '.' : `: ${reason}`}
        </p>
        <p>You need not do anything.</p>
        <Contact contact={about.contact} />
        <VersionFoot workflow={about.workflow} version={about.version} />
      </article>
    </Layout>
  );
}

function nextSentence(next: Exclude<ComesNext, { is: 'yours' }>): string {
  if (next.is === 'ended') return 'This request is finished.';
  return next.role === null ? `Next: ${next.stage}. Nobody has to act for that.` : `Next: ${next.stage}, by ${next.role}.`;
}

function Contact({ contact }: { contact: string }) {
  return (
    <p class="quiet">
      Questions? Write to <a href={`mailto:${contact}`}>{contact}</a>.
    </p>
  );
}
