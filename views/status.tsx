import { showInstant } from '../machines/calendar.ts';
import type { Instant, Person, ShownFact } from '../machines/values.ts';
import { nameOf } from './hand-off/words.ts';
import { Layout } from './layout.tsx';
import { Facts } from './parts/facts.tsx';
import { Timeline, type TimelineStep, type TimelineWords } from './parts/timeline.tsx';
import { VersionFoot } from './parts/version.tsx';

export type StatusPageProps = {
  title: string;
  workflowTitle: string;
  version: number;
  here: string;
  standing: Standing;
  stages: StageLine[];
  /** Where the way forks: one of these comes next. */
  either: string[];
  facts: ShownFact[];
  history: TimelineStep[];
  words: TimelineWords;
  contact: string;
};

/** A stage on the way of a request. One that was left out says why nobody was asked. */
export type StageLine = { title: string; is: 'done' | 'current' | 'later' } | { title: string; is: 'skipped'; because: string };

export type Standing =
  | { is: 'waiting'; who: Person; stage: string; since: Instant; dueAt: Instant | null; late: boolean }
  | { is: 'several'; stage: string; arrived: number; asked: number; until: Instant | null }
  | { is: 'working'; stage: string }
  | { is: 'stuck'; stage: string }
  | { is: 'done'; at: Instant; mailed: boolean }
  | { is: 'cancelled'; at: Instant };

/** Where a request is, for the one who made it. */
export function StatusPage(props: StatusPageProps) {
  return (
    <Layout title={props.title}>
      <article class="narrow card">
        <p class="quiet">{props.workflowTitle}</p>
        <h1>{props.title}</h1>
        <div id="standing" {...pollingOf(props)}>
          <StandingNow standing={props.standing} timezone={props.words.timezone} />
          <h2>The way of your request</h2>
          <ol class="steps">
            {props.stages.map((stage) => (
              <li class={stage.is} aria-current={stage.is === 'current' ? 'step' : undefined}>
                {stage.title}
                {stage.is === 'done' ? <span class="visually-hidden"> (done)</span> : null}
                {stage.is === 'skipped' ? <span> (left out: {stage.because})</span> : null}
              </li>
            ))}
            {props.either.length === 0 ? null : <li>Then, depending on the answer: {oneOf(props.either)}</li>}
          </ol>
          <h2>What has happened</h2>
          <Timeline history={props.history} words={props.words} />
        </div>
        <h2>What you sent</h2>
        <Facts facts={props.facts} fileHref={null} />
        <p class="quiet">
          Keep this address: it always shows how things stand. Questions? Write to{' '}
          <a href={`mailto:${props.contact}`}>{props.contact}</a>.
        </p>
        <VersionFoot workflow={props.workflowTitle} version={props.version} />
      </article>
    </Layout>
  );
}

/** The page asks for its news by itself as long as there may be some. */
function pollingOf({ here, standing }: StatusPageProps) {
  if (standing.is === 'done' || standing.is === 'cancelled') return {};
  return { 'hx-get': here, 'hx-trigger': 'every 10s', 'hx-select': '#standing', 'hx-swap': 'outerHTML' };
}

function oneOf(titles: string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(titles);
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
    case 'several': {
      const { stage, arrived, asked, until } = standing;
      return (
        <div class="notice" role="status">
          {stage}: {arrived} of {asked} have answered.
          {until === null ? null : ` It goes on by ${showInstant(until, timezone)} at the latest.`}
        </div>
      );
    }
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
          Finished on {showInstant(standing.at, timezone)}.{standing.mailed ? ' You got the outcome by email.' : ''}
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
