import { ProblemSummary } from '../parts/field.tsx';
import type { FormState } from '../parts/form-state.ts';
import { Sections, type ShownSection } from '../parts/question.tsx';
import { paths } from '../paths.ts';
import { Foreseen, type ForeseenLines } from './foreseen.tsx';
import { OwnerPage } from './frame.tsx';

export type CoursePageProps = {
  owner: string;
  run: string;
  title: string;
  heading: string;
  /** As the form sends it: a stage, `end`, or `on`. */
  to: string;
  standing: string;
  /** What the run would lack there, to be filled in; none when it lacks nothing. */
  sections: ShownSection[];
  form: FormState;
  labelOf: (name: string) => string;
  reason: string;
  problem: string | null;
  /** What would happen; null as long as something has to be filled in. */
  foreseen: ForeseenLines | null;
  /** Why it cannot be done. */
  why: string | null;
};

/** What would happen if the owner put a run on another course, what has to be given for that, and the button that does it. */
export function CoursePage(props: CoursePageProps) {
  const run = paths.run.to({ run: props.run });
  return (
    <OwnerPage title={props.heading} owner={props.owner} here="runs">
      <p class="quiet">
        <a href={run}>{props.title}</a>
      </p>
      <h1>{props.heading}</h1>
      {props.why === null ? (
        <Form {...props} />
      ) : (
        <p class="notice notice-wrong" role="alert">
          {props.why}
        </p>
      )}
      <p>
        <a href={run}>Leave it as it is</a>
      </p>
    </OwnerPage>
  );
}

function Form(props: CoursePageProps) {
  const here = paths.course.to({ run: props.run });
  const { sections, form, foreseen, problem } = props;
  return (
    <form method="post" action={here} enctype="multipart/form-data" novalidate>
      <ProblemSummary problems={form.problems} labelOf={props.labelOf} />
      <input type="hidden" name="to" value={props.to} />
      <input type="hidden" name="standing" value={props.standing} />
      {sections.length === 0 ? null : (
        <>
          <p class="lead">From there on it needs what has not been gathered yet. Please give it here.</p>
          <Sections sections={sections} form={form} action={here} />
        </>
      )}
      {foreseen === null ? null : (
        <section aria-labelledby="foreseen">
          <h2 id="foreseen">What will happen</h2>
          <Foreseen lines={foreseen} />
        </section>
      )}
      <div class={problem === null ? 'field' : 'field field-wrong'}>
        <label for="reason">Reason; it stands in the history, and whoever has the run now will read it</label>
        <input
          id="reason"
          name="reason"
          type="text"
          required
          maxlength={1000}
          value={props.reason}
          aria-invalid={problem === null ? undefined : 'true'}
          aria-describedby={problem === null ? undefined : 'reason-problem'}
        />
        {problem === null ? null : (
          <p class="problem" id="reason-problem">
            {problem}
          </p>
        )}
      </div>
      <p class="buttons">
        {foreseen === null ? (
          <button class="button" type="submit" name="act" value="look">
            See what will happen
          </button>
        ) : (
          <button class="button" type="submit" name="act" value="do">
            Do it
          </button>
        )}
      </p>
    </form>
  );
}
