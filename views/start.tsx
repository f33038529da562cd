import type { Child } from 'hono/jsx';
import { Layout } from './layout.tsx';
import { ProblemSummary } from './parts/field.tsx';
import type { FormState } from './parts/form-state.ts';
import { Sections, type ShownSection } from './parts/question.tsx';

export type StartPageProps = {
  title: string;
  intro: string;
  action: string;
  /** Signed: this very form, so that sending it twice starts one request. */
  submission: string;
  sections: ShownSection[];
  form: FormState;
  labelOf: (name: string) => string;
};

/** The form with which anybody starts a request. */
export function StartPage({ title, intro, action, submission, sections, form, labelOf }: StartPageProps) {
  return (
    <Layout title={titleOf(title, form)}>
      <div class="narrow card">
        <h1>{title}</h1>
        {intro === '' ? null : <p>{intro}</p>}
        <ProblemSummary problems={form.problems} labelOf={labelOf} />
        <SendForm action={action}>
          <input type="hidden" name="submission" value={submission} />
          <Sections sections={sections} form={form} action={action} />
          <p class="quiet">You get a receipt by email with a link that shows where your request is.</p>
          <NotSent />
          <button class="send" type="submit">
            Send the request
          </button>
        </SendForm>
      </div>
    </Layout>
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
