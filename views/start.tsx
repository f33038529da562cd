import type { Child } from 'hono/jsx';
import type { LikelyWay } from '../machines/rehearsal/likely-way.ts';
import type { ShownFact } from '../machines/values.ts';
import { Layout } from './layout.tsx';
import { Facts } from './parts/facts.tsx';
import { ProblemSummary } from './parts/field.tsx';
import type { FormState } from './parts/form-state.ts';
import { Sections, type ShownSection } from './parts/question.tsx';

export type StartPageProps = {
  title: string;
  intro: string;
  action: string;
  /** Signed: this very form, so that sending it twice starts one request. */
  submission: string;
  /** What the link brought along, and the text under which it travels on. */
  given: ShownFact[];
  sealed: string;
  sections: ShownSection[];
  form: FormState;
  labelOf: (name: string) => string;
  /** Who will have to act, if everybody agrees. */
  way: LikelyWay | null;
  /** Whether that depends on what is filled in here. */
  mayChange: boolean;
};

/** The form with which anybody starts a request. */
export function StartPage({
  title,
  intro,
  action,
  submission,
  sections,
  form,
  labelOf,
  way,
  mayChange,
  given,
  sealed,
}: StartPageProps) {
  return (
    <Layout title={titleOf(title, form)}>
      <div class="narrow card">
        <h1>{title}</h1>
        {intro === '' ? null : <p>{intro}</p>}
        <ProblemSummary problems={form.problems} labelOf={labelOf} />
        <Facts facts={given} fileHref={null} />
        <SendForm action={action}>
          <input type="hidden" name="submission" value={submission} />
          {sealed === '' ? null : <input type="hidden" name="given" value={sealed} />}
          <Sections sections={sections} form={form} action={action} />
          <Way way={way} />
          <p class="quiet">You get a receipt by email with a link that shows where your request is.</p>
          <NotSent />
          <button class="send" type="submit">
            Send the request
          </button>
          {mayChange ? (
            // Behind the other one, which Enter presses; with scripts the page looks by itself.
            <noscript>
              <button class="link" type="submit" name="refresh" value="way">
                See who has to act
              </button>
            </noscript>
          ) : null}
        </SendForm>
      </div>
    </Layout>
  );
}

/** Who will have to act on the request as it is filled in so far. */
function Way({ way }: Pick<StartPageProps, 'way'>) {
  if (way === null || (way.steps.length === 0 && way.depends === null)) return null;
  if (way.steps.length === 0) {
    return (
      <section class="likely" aria-live="polite">
        <p>Who has to act on it depends on: {way.depends}.</p>
      </section>
    );
  }
  return (
    <section class="likely" aria-live="polite">
      <p>
        <strong>{way.title ?? 'This request'}</strong> needs, if everybody agrees:
      </p>
      <ol>
        {way.steps.map(({ title, actor, isStarter }) => (
          <li>
            {isStarter ? 'You' : actor} <span class="quiet">({title})</span>
          </li>
        ))}
      </ol>
      {way.depends === null ? null : <p class="quiet">What follows depends on: {way.depends}.</p>}
    </section>
  );
}

/** A form that is sent as a whole; with scripts only the content of the page is exchanged. */
export function SendForm({ action, children }: { action: string; children: Child }) {
  return (
    <form
      method="post"
      action={action}
      encType="multipart/form-data"
      hx-post={action}
      hx-encoding="multipart/form-data"
      hx-target="#main"
      hx-select="#main"
      hx-swap="outerHTML show:top"
      hx-disable="find button[type=submit]"
      novalidate
    >
      {children}
    </form>
  );
}

/** What a form says when it did not get through; views/baton.js shows the one that fits. */
export function NotSent() {
  return (
    <>
      <p class="notice notice-bad" role="alert" data-not-sent="later" hidden>
        This could not be sent just now. Everything you typed is still here: please send it again in a minute.
      </p>
      <p class="notice notice-bad" role="alert" data-not-sent="large" hidden>
        This is too much to send at once. Everything you typed is still here: please choose a smaller file and send it again.
      </p>
    </>
  );
}

/** The title of a page with a form: a tab and a screen reader say first that something is to be put right. */
export function titleOf(title: string, { problems }: FormState): string {
  return Object.keys(problems).length === 0 ? title : `Please check: ${title}`;
}
