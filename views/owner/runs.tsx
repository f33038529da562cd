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
  filter: Filter;
  /** The stages of the workflow that is looked at, if it is one. */
  stages: { stage: string; title: string }[];
  /** How many fit on all pages. There may be more when it is not `complete`; a search looked at the newest `of`. */
  found: { runs: number; complete: boolean; of: number | null };
  runs: RunRow[];
  /** The run after which the page with older runs begins. */
  older: string | null;
  isFirst: boolean;
};

/** What was asked for; each part is empty when it does not matter. */
type Filter = { workflow: string; status: '' | Status; text: string };
type Status = (typeof STATUSES)[number][0];

const STATUSES = [
  ['open', 'Not ended'],
  ['active', 'Under way'],
  ['overdue', 'Overdue'],
  ['attention', 'Needs attention'],
  ['done', 'Done'],
  ['cancelled', 'Cancelled'],
] as const;

/** Runs of the owner's workflows, the newest first. */
export function RunsPage(props: RunsPageProps) {
  const { filter, older } = props;
  return (
    <OwnerPage title="Runs" owner={props.owner} here="runs">
      <h1>Runs</h1>
      <FilterForm {...props} />
      {props.found.runs === 0 ? null : <p id="found">{foundWords(props)}</p>}
      {props.runs.length === 0 ? (
        <Nothing {...props} />
      ) : (
        <ul class="run-list">
          {props.runs.map((run) => (
            <Row run={run} now={props.now} />
          ))}
        </ul>
      )}
      {props.runs.length === 0 ? null : <Acts {...props} />}
      <p class="quiet">Runs that another run called are found on its page, by their workflow, or by searching.</p>
      <nav class="pages" aria-label="Pages">
        {props.isFirst ? null : <a href={addressOf(filter)}>Newest runs</a>}
        {older === null ? null : (
          <a href={addressOf(filter, older)}>{props.runs.length === 0 ? 'Look at older runs' : 'Older runs'}</a>
        )}
      </nav>
    </OwnerPage>
  );
}

const COUNT = new Intl.NumberFormat('en-GB');

function foundWords({ filter, found }: RunsPageProps): string {
  const { runs, complete, of } = found;
  const count = `${COUNT.format(runs)} ${runs === 1 ? 'run' : 'runs'}`;
  if (!complete && of !== null) return `${count} found among the newest ${COUNT.format(of)}. There may be older ones.`;
  return `${complete ? '' : 'More than '}${count}${isFiltered(filter) ? ' found' : ''}.`;
}

/** What to do when there is nothing to show. */
function Nothing({ filter, found, isFirst }: RunsPageProps) {
  const { workflow, status, text } = filter;
  if (!isFiltered(filter) && isFirst)
    return (
      <p class="empty">
        No runs here yet. One begins as soon as somebody sends the form of <a href={paths.workflows.to()}>a workflow</a>.
      </p>
    );
  return (
    <div class="empty">
      <p id="found">
        {isFirst ? 'No runs here fit all of this' : 'No older runs here fit'}
        {found.complete || found.of === null ? '.' : `, as far as was looked: through ${COUNT.format(found.of)} runs at a time.`}
      </p>
      {isFirst ? (
        <ul>
          {text === '' ? null : (
            <li>Try fewer words, or only a part of one. A run is found when it has all of them, in its title or its data.</li>
          )}
          {status === '' ? null : (
            <li>
              <a href={addressOf({ ...filter, status: '' })}>Look at runs of every status</a>
            </li>
          )}
          {workflow === '' ? null : (
            <li>
              <a href={addressOf({ ...filter, workflow: '' })}>Look at all of your workflows</a>
            </li>
          )}
          <li>
            <a href={paths.runs.to()}>Show all runs</a>
          </li>
        </ul>
      ) : null}
    </div>
  );
}

/** The address of the list under a filter. */
function addressOf(filter: Filter, after?: string): string {
  const query = new URLSearchParams();
  if (filter.workflow !== '') query.set('workflow', filter.workflow);
  if (filter.status !== '') query.set('status', filter.status);
  if (filter.text !== '') query.set('q', filter.text);
  if (after !== undefined) query.set('after', after);
  const text = query.toString();
  return text === '' ? paths.runs.to() : `${paths.runs.to()}?${text}`;
}

function isFiltered(filter: Filter): boolean {
  return filter.workflow !== '' || filter.status !== '' || filter.text !== '';
}

function FilterForm({ workflows, filter }: RunsPageProps) {
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
            <option value="">All runs</option>
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
          Search
        </button>
      </form>
    </search>
  );
}

/** What may be done about the runs that are ticked, or about all that were found. */
function Acts({ filter, found, runs, stages }: RunsPageProps) {
  return (
    <details class="act acts-form">
      <summary>With the runs that you tick</summary>
      <form id="acts" method="post" action={paths.acts.to()}>
        {(['workflow', 'status'] as const).map((name) => (
          <input type="hidden" name={name} value={filter[name]} />
        ))}
        <input type="hidden" name="q" value={filter.text} />
        <div class="field">
          <label for="act">What to do</label>
          <select id="act" name="act">
            <option value="remind">Remind whoever has them</option>
            <option value="retry">Try again what failed</option>
            <option value="on">Let them go on without what they wait for</option>
            {stages.map(({ stage, title }) => (
              <option value={`put:${stage}`}>Put them at {title}</option>
            ))}
            <option value="end">Put them at their end</option>
            <option value="cancel">Cancel them</option>
          </select>
        </div>
        <div class="field">
          <label for="acts-reason">Reason; whoever is concerned reads it. A reminder and a new try need none.</label>
          <input id="acts-reason" name="reason" type="text" maxlength={1000} />
        </div>
        {found.runs <= runs.length ? null : (
          <p>
            <label class="tick">
              <input type="checkbox" name="all" value="yes" /> All{' '}
              {found.runs <= 500 ? COUNT.format(found.runs) : 'of the newest 500'} that were found, on other pages, too
            </label>
          </p>
        )}
        <button class="button button-quiet" type="submit">
          See what would happen
        </button>
      </form>
    </details>
  );
}

function Row({ run, now }: { run: RunRow; now: Instant }) {
  return (
    <li class="run-row">
      <input class="run-tick" type="checkbox" name="run" value={run.id} form="acts" aria-label={`Tick ${run.title}`} />
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
