import { showInstant } from '../machines/calendar.ts';
import type { Happening } from '../machines/outcome.ts';
import type { Instant, Person, ShownFact } from '../machines/values.ts';
import { nameOf } from './hand-off/words.ts';
import { Layout } from './layout.tsx';
import { Facts } from './parts/facts.tsx';

export type StatusPageProps = {
  title: string;
  workflowTitle: string;
  timezone: string;
  here: string;
  standing: Standing;
  stages: { title: string; is: 'done' | 'current' | 'later' }[];
  facts: ShownFact[];
  history: { at: Instant; happened: Happening[] }[];
  stageTitle: (stage: string) => string;
  contact: string;
};

export type Standing =
  | { is: 'waiting'; who: Person; stage: string; since: Instant; dueAt: Instant | null; late: boolean }
  | { is: 'working'; stage: string }
  | { is: 'stuck'; stage: string }
  | { is: 'done'; at: Instant }
  | { is: 'cancelled'; at: Instant };

/** Where a request is, for the one who made it. */
export function StatusPage(props: StatusPageProps) {
  return (
    <Layout title={props.title}>
      <article class="narrow card">
        <p class="quiet">{props.workflowTitle}</p>
        <h1>{props.title}</h1>
        <div id="standing" hx-get={props.here} hx-trigger="every 10s" hx-select="#standing" hx-swap="outerHTML">
          <StandingNow standing={props.standing} timezone={props.timezone} />
          <h2>The way of your request</h2>
          <ol class="steps">
            {props.stages.map(({ title, is }) => (
              <li class={is} aria-current={is === 'current' ? 'step' : undefined}>
                {title}
                {is === 'done' ? <span class="visually-hidden"> (done)</span> : null}
              </li>
            ))}
          </ol>
          <h2>What has happened</h2>
          <ol class="timeline">
            {props.history.flatMap(({ at, happened }) =>
              happened.flatMap((one) => {
                const line = lineOf(one, props.stageTitle);
                return line === null
                  ? []
                  : [
                      <li>
                        <time datetime={at}>{showInstant(at, props.timezone)}</time>
                        {line}
                      </li>,
                    ];
              }),
            )}
          </ol>
        </div>
        <h2>What you sent</h2>
        <Facts facts={props.facts} fileHref={null} />
        <p class="quiet">
          Keep this address: it always shows how things stand. Questions? Write to{' '}
          <a href={`mailto:${props.contact}`}>{props.contact}</a>.
        </p>
      </article>
    </Layout>
  );
}

function StandingNow({ standing, timezone }: { standing: Standing; timezone: string }) {
  switch (standing.is) {
    case 'waiting':
      return (
        <div class={standing.late ? 'notice notice-warn' : 'notice'} role="status">
          <strong>{nameOf(standing.who)}</strong> has it: {standing.stage}, since {showInstant(standing.since, timezone)}.
          {standing.dueAt === null
            ? null
            : ` ${standing.late ? 'It was due' : 'It is due'} ${showInstant(standing.dueAt, timezone)}.`}
        </div>
      );
    case 'working':
      return (
        <p class="notice" role="status">
          {standing.stage}: under way, nobody has to act.
        </p>
      );
    case 'stuck':
      return (
        <p class="notice notice-warn" role="status">
          {standing.stage}: something did not work, and the owner of the process is looking at it. You need not do anything.
        </p>
      );
    case 'done':
      return (
        <p class="notice notice-good" role="status">
          Finished on {showInstant(standing.at, timezone)}. You got the outcome by email.
        </p>
      );
    case 'cancelled':
      return (
        <p class="notice" role="status">
          Cancelled on {showInstant(standing.at, timezone)}.
        </p>
      );
  }
}

/** A happening for the one who made the request; null where it would only be noise. */
function lineOf(happening: Happening, stageTitle: (stage: string) => string): string | null {
  switch (happening.what) {
    case 'started':
      return 'The request was sent.';
    case 'handed_off':
      return `Handed to ${nameOf(happening.to)} for: ${stageTitle(happening.stage)}.`;
    case 'answered':
      return `${nameOf(happening.by)} answered: ${happening.answers.map(({ label, text }) => `${label}: ${text}`).join('; ')}.`;
    case 'reminded':
      return `${nameOf(happening.to)} was reminded.`;
    case 'moved':
      return `Moved on from ${nameOf(happening.from)} to ${nameOf(happening.to)}.`;
    case 'returned':
      return `${stageTitle(happening.stage)}: done.`;
    case 'mailed':
      return `An email went out: ${happening.subject}.`;
    case 'cancelled':
      return happening.reason === '' ? 'Cancelled.' : `Cancelled: ${happening.reason}`;
    case 'ended':
      return 'Finished.';
    default:
      return null;
  }
}
