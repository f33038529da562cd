import { showInstant } from '../../machines/calendar.ts';
import type { Ask } from '../../machines/hand-off.ts';
import type { ShownFact } from '../../machines/values.ts';
import { Layout } from '../layout.tsx';
import { Facts } from '../parts/facts.tsx';
import { FieldInput, type FormState, ProblemSummary } from '../parts/field.tsx';
import { Guidance } from '../parts/guidance.tsx';
import { type NamedField, NotSent, SendForm, titleOf } from '../start.tsx';
import { nameOf } from './words.ts';

export type OpenPageProps = {
  ask: Ask;
  workflowTitle: string;
  stageTitle: string;
  timezone: string;
  facts: ShownFact[];
  notes: string[];
  fields: NamedField[];
  form: FormState;
  action: string;
  page: string;
  submission: string;
  contact: string;
  late: boolean;
  labelOf: (name: string) => string;
  fileHref: (file: string) => string;
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
        <ProblemSummary problems={form.problems} labelOf={props.labelOf} />
        <Facts facts={props.facts} fileHref={props.fileHref} />
        <Guidance text={ask.guidance} />
        {props.notes.map((note) => (
          <Guidance text={note} />
        ))}
        <SendForm action={props.action}>
          <input type="hidden" name="page" value={props.page} />
          <input type="hidden" name="submission" value={props.submission} />
          {props.fields.map(({ name, field }) => (
            <FieldInput name={name} field={field} form={form} />
          ))}
          <NotSent />
          <button class="send" type="submit">
            Send
          </button>
        </SendForm>
        <p class="quiet">
          This page is for {ask.person.email} alone. Is that not you? Please tell{' '}
          <a href={`mailto:${props.contact}`}>{props.contact}</a>.
        </p>
      </article>
    </Layout>
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
