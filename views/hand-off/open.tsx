import { raw } from 'hono/html';
import { showInstant } from '../../machines/calendar.ts';
import type { Judgement } from '../../machines/event.ts';
import type { Ask } from '../../machines/hand-off.ts';
import { proseToHtml } from '../../machines/prose.ts';
import type { Asking, Branch } from '../../machines/questions/question.ts';
import type { ShownFact } from '../../machines/values.ts';
import { Layout } from '../layout.tsx';
import { Facts } from '../parts/facts.tsx';
import { Hints, Label, ProblemSummary } from '../parts/field.tsx';
import type { FormState } from '../parts/form-state.ts';
import { Guidance } from '../parts/guidance.tsx';
import { Sections, type ShownSection } from '../parts/question.tsx';
import { NotSent, SendForm, titleOf } from '../start.tsx';
import { nameOf } from './words.ts';

export type OpenPageProps = {
  ask: Ask;
  kind: Asking['kind'];
  workflowTitle: string;
  stageTitle: string;
  timezone: string;
  facts: ShownFact[];
  /** How the answers of others who are asked the same bear on it. */
  together: string[];
  notes: string[];
  /** What is to be done outside of Baton. */
  task: string | null;
  sections: ShownSection[];
  /** The ways on among which the person chooses, and what a model made of them. */
  branches: Branch[];
  proposal: { judgement: Judgement | null; note: string; title: string } | null;
  /** Of a request for files: what has arrived already. */
  arrived: string[];
  form: FormState;
  action: string;
  page: string;
  submission: string;
  /** What the page shows, as a short mark that is kept with the answer. */
  revision: string;
  contact: string;
  late: boolean;
  /** Why this person may not answer, if they may not. */
  barred: string | null;
  notice: string | null;
  labelOf: (name: string) => string;
  fileHref: (file: string) => string;
};

// A group of which one is chosen, as in FieldInput.
const ONE_OF = 'radiogroup';

const SEND: Record<Asking['kind'], string> = {
  form: 'Send',
  decision: 'Send',
  checklist: 'Send',
  file_request: 'Send the files',
  task: 'Mark as done',
  sign_off: 'Send',
  choose: 'Choose this way',
};

/** An open hand-off: who asks, for what, by when, what helps to decide, and the form. */
export function OpenPage(props: OpenPageProps) {
  const { ask, form } = props;
  return (
    <Layout title={titleOf(ask.title, form)}>
      <article class="narrow card">
        <p class="quiet">
          {props.workflowTitle} · {props.stageTitle}
        </p>
        <h1>{ask.title}</h1>
        <p>
          {ask.starter.email === ask.person.email ? 'Your request needs you.' : `${nameOf(ask.starter)} asks for your answer.`}
          {ask.round > 1 ? ` This is round ${ask.round}.` : ''}
        </p>
        <Due dueAt={ask.dueAt} timezone={props.timezone} late={props.late} />
        {props.notice === null ? null : (
          <p class="notice notice-warn" role="alert">
            {props.notice}
          </p>
        )}
        <ProblemSummary problems={form.problems} labelOf={props.labelOf} />
        <Facts facts={props.facts} fileHref={props.fileHref} />
        {props.together.length === 0 ? null : <p class="quiet">{props.together.join(' ')}</p>}
        <Guidance text={ask.guidance} />
        {props.notes.map((note) => (
          <Guidance text={note} />
        ))}
        {props.task === null ? null : (
          <section aria-label="What to do">
            <h2>What to do</h2>
            <div class="prose">{raw(proseToHtml(props.task))}</div>
          </section>
        )}
        <Arrived names={props.arrived} />
        {props.barred === null ? <AnswerForm {...props} /> : <p class="notice notice-warn">{props.barred}</p>}
        <p class="quiet">
          This page is for {ask.person.email} alone. Is that not you? Please tell{' '}
          <a href={`mailto:${props.contact}`}>{props.contact}</a>.
        </p>
        <p class="quiet small">
          Version {ask.version} of {props.workflowTitle} · what you see here: {props.revision}
        </p>
      </article>
    </Layout>
  );
}

function AnswerForm(props: OpenPageProps) {
  return (
    <SendForm action={props.action}>
      <input type="hidden" name="page" value={props.page} />
      <input type="hidden" name="submission" value={props.submission} />
      <input type="hidden" name="revision" value={props.revision} />
      <Sections sections={props.sections} form={props.form} action={props.action} />
      {props.kind === 'choose' ? <Ways {...props} /> : null}
      <NotSent />
      <button class="send" type="submit">
        {SEND[props.kind]}
      </button>
    </SendForm>
  );
}

function Arrived({ names }: { names: string[] }) {
  if (names.length === 0) return null;
  return (
    <p class="notice notice-good">
      This has arrived: {names.join(', ')}. What is still missing can be sent now or later; the same link stays open for it.
    </p>
  );
}

/** The ways on, with the owner's words for each, and what a model made of it. */
function Ways({ branches, proposal, form }: OpenPageProps) {
  const problem = form.problems.route;
  const [chosen] = form.typed.route ?? [];
  const [reason = ''] = form.typed.route_reason ?? [];
  return (
    <>
      <p>The rules do not say where this goes next. Please choose.</p>
      {proposal === null ? null : <Proposal {...proposal} />}
      <fieldset class="field" id="f-route" tabindex={-1} role={ONE_OF} aria-invalid={problem === undefined ? undefined : 'true'}>
        <legend>
          <Label label="Where should it go?" required={true} />
        </legend>
        <Hints name="route" help={null} problem={problem} />
        {branches.map(({ to, title, label, guidance }) => (
          <label class="option">
            <input type="radio" name="route" value={to} checked={chosen === to} required />
            <span>
              <strong>{label ?? title}</strong>
              {guidance === null ? null : <span class="quiet leads-to"> {guidance}</span>}
            </span>
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="f-route_reason">
          <Label label="Reason" required={false} />
        </label>
        <textarea id="f-route_reason" name="route_reason" rows={3} maxlength={2000}>
          {reason}
        </textarea>
      </div>
    </>
  );
}

function Proposal({ judgement, note, title }: NonNullable<OpenPageProps['proposal']>) {
  if (judgement === null) return <p class="notice">No model has judged this: {note}</p>;
  return (
    <p class="notice">
      The model would go on to <strong>{title}</strong>, and is {Math.round(judgement.confidence * 100)} % sure, which is not
      enough to decide. Its reason: {judgement.reason}
    </p>
  );
}

function Due({ dueAt, timezone, late }: { dueAt: string | null; timezone: string; late: boolean }) {
  if (dueAt === null) return null;
  if (late) {
    return (
      <p class="notice notice-warn">
        This was due on <time datetime={dueAt}>{showInstant(dueAt, timezone)}</time>. You can still answer.
      </p>
    );
  }
  return (
    <p>
      Please answer by{' '}
      <strong>
        <time datetime={dueAt}>{showInstant(dueAt, timezone)}</time>
      </strong>
      .
    </p>
  );
}
