import { showDay } from '../../machines/calendar.ts';
import type { RunStatus } from '../../machines/outcome.ts';
import type { Instant, Person } from '../../machines/values.ts';
import { versionWords } from '../parts/version.tsx';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { nameOf, STATUS_WORDS, spanWords } from './words.ts';

export type RunRow = {
  id: string;
  title: string;
  version: number;
  live: number;
  workflowTitle: string;
  timezone: string;
  status: RunStatus;
  stageTitle: string | null;
  starter: Person;
  startedAt: Instant;
  endedAt: Instant | null;
  waitsFor: { person: Person; since: Instant; dueAt: Instant | null } | null;
};

export type RunsPageProps = {
  owner: string;
  now: Instant;
  workflows: { workflow: string; title: string }[];
  filter: { workflow: string; status: string; text: string };
  runs: RunRow[];
  /** The address of the page with older runs. */
  older: string | null;
  isFirst: boolean;
};

const STATUSES = [
  ['', 'All runs'],
  ['open', 'Under way'],
  ['overdue', 'Overdue'],
  ['attention', 'Needs attention'],
  ['done', 'Done'],
  ['cancelled', 'Cancelled'],
] as const;

/** Runs of the owner's workflows, the newest first. */
export function RunsPage(props: RunsPageProps) {
  return (
    <OwnerPage title="Runs" owner={props.owner} here="runs">
      <h1>Runs</h1>
      <Filter {...props} />
      {props.runs.length === 0 ? (
        <p class="empty">No runs here{isFiltered(props.filter) ? '; perhaps the search is too narrow.' : ' yet.'}</p>
      ) : (
        <ul class="run-list">
          {props.runs.map((run) => (
            <Row run={run} now={props.now} />
          ))}
        </ul>
      )}
      <p class="quiet">Runs that another run called are found on its page, by their workflow, or by searching.</p>
      <nav class="pages" aria-label="Pages">
        {props.isFirst ? null : <a href={addressOf(props.filter)}>Newest runs</a>}
        {props.older === null ? null : <a href={props.older}>Older runs</a>}
      </nav>
    </OwnerPage>
  );
}

/** The address of the list under a filter. */
export function addressOf(filter: { workflow: string; status: string; text: string }, after?: string): string {
  const query = new URLSearchParams();
  if (filter.workflow !== '') query.set('workflow', filter.workflow);
  if (filter.status !== '') query.set('status', filter.status);
  if (filter.text !== '') query.set('q', filter.text);
  if (after !== undefined) query.set('after', after);
  const text = query.toString();
  return text === '' ? paths.runs.to() : `${paths.runs.to()}?${text}`;
}

function isFiltered(filter: RunsPageProps['filter']): boolean {
  return filter.workflow !== '' || filter.status !== '' || filter.text !== '';
}

function Filter({ workflows, filter }: RunsPageProps) {
  return (
    <search>
      <form class="filter" method="get" action={paths.runs.to()} aria-label="Runs">
        <div class="field">
          <label for="workflow">Workflow</label>
          <select id="workflow" name="workflow">
            <option value="">All workflows</option>
            {workflows.map(({ workflow, title }) => (
              <option value={workflow} selected={workflow === filter.workflow}>
                {title}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="status">Status</label>
          <select id="status" name="status">
            {STATUSES.map(([value, words]) => (
              <option value={value} selected={value === filter.status}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <div class="field filter-text">
          <label for="q">Title, person or any value</label>
          <input id="q" name="q" type="search" value={filter.text} maxlength={200} />
        </div>
        <button class="button button-quiet" type="submit">
          Show
        </button>
      </form>
    </search>
  );
}

function Row({ run, now }: { run: RunRow; now: Instant }) {
  return (
    <li class="run-row">
      <div class="run-name">
        <a href={paths.run.to({ run: run.id })}>{run.title}</a>
        <span class="quiet">
          {run.workflowTitle}, {versionWords(run.version, run.live)}, started by {nameOf(run.starter)}
        </span>
      </div>
      <div class="run-place">
        <Status run={run} now={now} />
        <span class="quiet">{whereIs(run, now)}</span>
      </div>
      <div class="run-age quiet">
        <time datetime={run.startedAt} title={showDay(run.startedAt, run.timezone)}>
          {spanWords(run.startedAt, now)} ago
        </time>
      </div>
    </li>
  );
}

function Status({ run, now }: { run: RunRow; now: Instant }) {
  const dueAt = run.waitsFor?.dueAt ?? null;
  const late = dueAt !== null && dueAt < now;
  return (
    <span class="badges">
      <span class={`badge badge-${run.status}`}>
        {run.status === 'active' && run.stageTitle !== null ? run.stageTitle : STATUS_WORDS[run.status]}
      </span>
      {late ? <span class="badge badge-overdue">Overdue by {spanWords(dueAt, now)}</span> : null}
      {dueAt !== null && !late ? <span class="quiet">due in {spanWords(now, dueAt)}</span> : null}
    </span>
  );
}

function whereIs(run: RunRow, now: Instant): string {
  if (run.endedAt !== null) return `ended after ${spanWords(run.startedAt, run.endedAt)}`;
  if (run.waitsFor !== null) return `${nameOf(run.waitsFor.person)} has it for ${spanWords(run.waitsFor.since, now)}`;
  return run.stageTitle === null ? '' : `at ${run.stageTitle}`;
}
