import type { Definition } from '../../machines/definition.ts';
import type { ShownFact } from '../../machines/values.ts';
import { Diagram, type Progress } from '../parts/diagram.tsx';
import { ProblemSummary } from '../parts/field.tsx';
import type { FormState } from '../parts/form-state.ts';
import { Sections, type ShownSection } from '../parts/question.tsx';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';

export type RehearsalPageProps = {
  owner: string;
  workflow: string;
  definition: Definition;
  /** The text of a draft; null when the live version is rehearsed. */
  draft: string | null;
  /** Everything that was done so far, as JSON: the page remembers, the portal does not. */
  moves: string;
  step: RehearsalStep;
  progress: Progress;
  facts: ShownFact[];
  mails: { to: string; kind: string; subject: string }[];
  form: FormState;
  labelOf: (name: string) => string;
  /** What exploring found, line by line; null when it was not asked for. */
  report: string[] | null;
  notice: string | null;
};

/** What can be done next in a rehearsal. */
export type RehearsalStep =
  | { is: 'start'; sections: ShownSection[] }
  | {
      is: 'person';
      who: string;
      stage: string;
      sections: ShownSection[];
      ways: { to: string; title: string; guidance: string | null }[];
    }
  | { is: 'call'; component: string; returns: { key: string; label: string }[] }
  | { is: 'child'; key: string; left: number; returns: { key: string; label: string; options: Record<string, string> | null }[] }
  | { is: 'held'; component: string; failed: number }
  | { is: 'waiting'; event: string | null }
  | { is: 'ended'; stage: string };

/** A workflow walked through as each person in turn, without anything being sent. */
export function RehearsalPage(props: RehearsalPageProps) {
  const { workflow, definition, step, report } = props;
  return (
    <OwnerPage title={`Rehearsal: ${definition.title}`} owner={props.owner} here="workflows">
      <p class="quiet">
        <a href={paths.workflow.to({ workflow })}>{definition.title}</a>
        {props.draft === null ? ', the live version' : ', a draft that is not published'}
      </p>
      <h1>Rehearsal</h1>
      <p class="lead">Play each person in turn. Nothing is sent, called or kept: when you leave this page, it is forgotten.</p>
      {props.notice === null ? null : (
        <p class="notice notice-warn" role="alert">
          {props.notice}
        </p>
      )}
      <ProblemSummary problems={props.form.problems} labelOf={props.labelOf} />
      <Step {...props} />
      {step.is === 'start' ? null : <Diagram definition={definition} progress={props.progress} />}
      <Caught {...props} />
      <Gathered facts={props.facts} />
      {report === null ? null : (
        <section aria-labelledby="report">
          <h2 id="report">A hundred runs before the first</h2>
          <pre class="report">{report.join('\n')}</pre>
        </section>
      )}
      <Others {...props} />
    </OwnerPage>
  );
}

function Step(props: RehearsalPageProps) {
  const { step, form } = props;
  const action = paths.rehearsal.to({ workflow: props.workflow });
  switch (step.is) {
    case 'start':
      return (
        <RehearsalForm {...props}>
          <h2>Start a run</h2>
          <Sections sections={step.sections} form={form} action={action} />
          <button type="submit">Start</button>
        </RehearsalForm>
      );
    case 'person':
      return (
        <>
          <RehearsalForm {...props}>
            <h2>
              {step.stage}: you are {step.who}
            </h2>
            <Sections sections={step.sections} form={form} action={action} />
            {step.ways.map(({ to, title, guidance }) => (
              <label class="option">
                <input type="radio" name="route" value={to} />
                <span>
                  <strong>{title}</strong>
                  {guidance === null ? null : <span class="quiet leads-to"> {guidance}</span>}
                </span>
              </label>
            ))}
            <button type="submit">Answer as {step.who}</button>
          </RehearsalForm>
          <Passing {...props} />
        </>
      );
    case 'call':
      return (
        <RehearsalForm {...props}>
          <h2>The call {step.component}</h2>
          {step.returns.map(({ key, label }) => (
            <div class="field">
              <label for={`f-${key}`}>It returns: {label}</label>
              <input id={`f-${key}`} type="text" name={`returns.${key}`} value="sample" />
            </div>
          ))}
          <button type="submit" name="act" value="return">
            It works
          </button>{' '}
          <button class="secondary" type="submit" name="act" value="fail">
            It fails
          </button>
        </RehearsalForm>
      );
    case 'child':
      return (
        <>
          <RehearsalForm {...props}>
            <h2>The sub-workflow for {step.key}</h2>
            <p class="quiet">{step.left === 1 ? 'It is the last one open.' : `${step.left} of them are open.`}</p>
            {step.returns.map(({ key, label, options }) => (
              <div class="field">
                <label for={`f-${key}`}>It hands back: {label}</label>
                {options === null ? (
                  <input id={`f-${key}`} type="text" name={`returns.${key}`} value="sample" />
                ) : (
                  <select id={`f-${key}`} name={`returns.${key}`}>
                    {Object.entries(options).map(([value, words]) => (
                      <option value={value}>{words}</option>
                    ))}
                  </select>
                )}
              </div>
            ))}
            <button type="submit" name="act" value="return">
              It comes in
            </button>{' '}
            <button class="secondary" type="submit" name="act" value="fail">
              It is cancelled
            </button>
          </RehearsalForm>
          <Passing {...props} />
        </>
      );
    case 'held':
      return (
        <>
          <RehearsalForm {...props}>
            <h2>{step.failed} could not be done: an owner decides</h2>
            <button type="submit" name="act" value="again">
              Ask anew
            </button>{' '}
            <button class="secondary" type="submit" name="act" value="accept">
              Accept what came in
            </button>
          </RehearsalForm>
          <Passing {...props} />
        </>
      );
    case 'waiting':
      return <Passing {...props} />;
    case 'ended':
      return <p class="notice notice-good">The run ended in {step.stage}.</p>;
  }
}

function RehearsalForm(props: RehearsalPageProps & { children?: unknown }) {
  return (
    <form
      class="rehearse card"
      method="post"
      action={paths.rehearsal.to({ workflow: props.workflow })}
      encType="multipart/form-data"
      novalidate
    >
      <input type="hidden" name="moves" value={props.moves} />
      {props.draft === null ? null : <input type="hidden" name="draft" value={props.draft} />}
      {props.children}
    </form>
  );
}

function Passing(props: RehearsalPageProps) {
  return (
    <RehearsalForm {...props}>
      <button class="secondary" type="submit" name="act" value="day">
        Let a day pass
      </button>{' '}
      <button class="secondary" type="submit" name="act" value="next">
        To the next reminder or end of a wait
      </button>
    </RehearsalForm>
  );
}

function Caught({ mails }: RehearsalPageProps) {
  if (mails.length === 0) return null;
  return (
    <section aria-labelledby="caught">
      <h2 id="caught">Mails that would have gone out</h2>
      <ol>
        {mails.map(({ to, kind, subject }) => (
          <li>
            <strong>{to}</strong>: {subject} <span class="quiet">({kind.replace('_', ' ')})</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Gathered({ facts }: { facts: ShownFact[] }) {
  if (facts.length === 0) return null;
  return (
    <section aria-labelledby="gathered">
      <h2 id="gathered">Data so far</h2>
      <dl class="sourced">
        {facts.map(({ label, text }) => (
          <div>
            <dt>{label}</dt>
            <dd>
              <span class="fact-text">{text}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Others(props: RehearsalPageProps) {
  const action = paths.rehearsal.to({ workflow: props.workflow });
  return (
    <section aria-labelledby="others">
      <h2 id="others">Other ways to try it</h2>
      <form method="post" action={action}>
        {props.draft === null ? null : <input type="hidden" name="draft" value={props.draft} />}
        <button class="secondary" type="submit" name="act" value="explore">
          Play a hundred runs by chance
        </button>{' '}
        <button class="secondary" type="submit" name="act" value="again">
          Begin again
        </button>
      </form>
      <details class="act" open={props.notice !== null && props.draft !== null}>
        <summary>Rehearse a draft instead of the live version</summary>
        <form method="post" action={action}>
          <div class="field">
            <label for="draft">The text of the workflow file</label>
            <textarea id="draft" name="draft" rows={14} class="code">
              {props.draft ?? ''}
            </textarea>
          </div>
          <button class="secondary" type="submit" name="act" value="again">
            Rehearse this draft
          </button>
        </form>
      </details>
    </section>
  );
}
