import { ProblemSummary } from '../parts/field.tsx';
import type { FormState } from '../parts/form-state.ts';
import { Sections, type ShownSection } from '../parts/question.tsx';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';

export type StartLinkPageProps = {
  owner: string;
  workflow: string;
  title: string;
  sections: ShownSection[];
  form: FormState;
  labelOf: (name: string) => string;
  /** The link that was made. */
  link: string | null;
};

/** Making a link to the start form that brings answers along. */
export function StartLinkPage({ owner, workflow, title, sections, form, labelOf, link }: StartLinkPageProps) {
  const here = paths.startLink.to({ workflow });
  return (
    <OwnerPage title={`A link for ${title}`} owner={owner} here="workflows">
      <p class="quiet">
        <a href={paths.workflow.to({ workflow })}>{title}</a>
      </p>
      <h1>A link with answers filled in</h1>
      <p class="lead">
        Whoever opens the link sees what you fill in here, and cannot change it; the form asks for the rest. Everybody who has the
        link can read it.
      </p>
      {link === null ? null : (
        <div class="notice notice-good" role="status">
          <label for="link">The link; copy it to wherever people are to begin</label>
          <input id="link" type="text" readonly value={link} />
        </div>
      )}
      <ProblemSummary problems={form.problems} labelOf={labelOf} />
      <form method="post" action={here} novalidate>
        <Sections sections={sections} form={form} action={here} />
        <button class="button" type="submit">
          Make the link
        </button>
      </form>
    </OwnerPage>
  );
}
