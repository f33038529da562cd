import type { Person } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { counted, nameOf } from './words.ts';

export type MoveRow = {
  run: string;
  title: string;
  version: number;
  stage: string | null;
  waitsFor: Person | null;
  is: 'moves' | 'moved' | 'there' | 'stays';
  why: string | null;
};

export type MovePageProps = {
  owner: string;
  workflow: string;
  workflowTitle: string;
  to: number;
  live: number;
  /** The versions to which runs may be moved, the newest first. */
  versions: number[];
  rows: MoveRow[];
  /** How many more runs there are than the page shows. */
  more: number;
  /** The runs that are ticked. */
  ticked: ReadonlySet<string>;
  reason: string;
  problem: string | null;
};

/** What would happen to each run under way if it were moved to another version, and which of them are to be. */
export function MovePage(props: MovePageProps) {
  const { workflow, rows, to } = props;
  const movable = rows.filter(({ is }) => is === 'moves');
  return (
    <OwnerPage title={`Move runs of ${props.workflowTitle}`} owner={props.owner} here="workflows">
      <Above {...props} />
      <h1>Move runs to version {to}</h1>
      <p class="lead">
        A run goes on just where it is, under the rules of version {to}. Whoever has a hand-off keeps their link and their due
        date, and gets no mail about it.
      </p>
      {props.problem === null ? null : (
        <p class="notice notice-wrong" role="alert">
          {props.problem}
        </p>
      )}
      <Target {...props} />
      {rows.length === 0 ? (
        <p class="empty">Every run under way is on version {to}.</p>
      ) : (
        <form method="post" action={paths.move.to({ workflow })}>
          <input type="hidden" name="to" value={String(to)} />
          <p>
            {counted(movable.length, 'run')} can move, {rows.length - movable.length} cannot.
            {props.more === 0 ? '' : ` ${counted(props.more, 'more run')} will be shown once these have moved.`}
          </p>
          <ul class="moves">
            {rows.map((row) => (
              <Row row={row} to={to} ticked={props.ticked.has(row.run)} />
            ))}
          </ul>
          {movable.length === 0 ? null : <Confirm {...props} />}
        </form>
      )}
    </OwnerPage>
  );
}

function Target({ workflow, versions, to, live }: MovePageProps) {
  return (
    <form class="filter" method="get" action={paths.move.to({ workflow })}>
      <div class="field">
        <label for="to">To which version</label>
        <select id="to" name="to">
          {versions.map((version) => (
            <option value={String(version)} selected={version === to}>
              {`Version ${version}${version === live ? ' (live)' : ''}`}
            </option>
          ))}
        </select>
      </div>
      <button class="button button-quiet" type="submit">
        Look what would happen
      </button>
    </form>
  );
}

function Row({ row, to, ticked }: { row: MoveRow; to: number; ticked: boolean }) {
  const id = `run-${row.run}`;
  return (
    <li>
      {row.is === 'moves' ? (
        <input type="checkbox" id={id} name="run" value={row.run} checked={ticked} aria-describedby={`${id}-what`} />
      ) : (
        <span aria-hidden="true">–</span>
      )}
      <div>
        {row.is === 'moves' ? <label for={id}>{row.title}</label> : <span>{row.title === '' ? row.run : row.title}</span>}
        <p class="quiet" id={`${id}-what`}>
          {whereWords(row)}. {row.is === 'moves' ? `Can move to version ${to}.` : null}
          {row.is === 'there' ? 'It is there already.' : null}
          {row.is === 'stays' ? <strong class="attention">Stays: {row.why}</strong> : null}
          {row.version === 0 ? null : (
            <>
              {' '}
              <a href={paths.run.to({ run: row.run })}>
                Open<span class="visually-hidden"> {row.title}</span>
              </a>
            </>
          )}
        </p>
      </div>
    </li>
  );
}

function whereWords({ version, stage, waitsFor }: MoveRow): string {
  if (version === 0) return 'Unknown';
  const where = stage === null ? 'ended' : `at ${stage}`;
  return `Version ${version}, ${where}${waitsFor === null ? '' : `, with ${nameOf(waitsFor)}`}`;
}

function Confirm({ reason, problem, to }: MovePageProps) {
  const wrong = problem !== null && reason === '';
  return (
    <>
      <div class={wrong ? 'field field-wrong' : 'field'}>
        <label for="reason">Reason; it is kept in the history of each run</label>
        <input
          id="reason"
          name="reason"
          type="text"
          required
          maxlength={1000}
          value={reason}
          aria-invalid={wrong ? 'true' : undefined}
        />
      </div>
      <p class="actions">
        <button class="button" type="submit">
          Move the ticked runs to version {to}
        </button>
      </p>
    </>
  );
}

export type MovedPageProps = { owner: string; workflow: string; workflowTitle: string; to: number; rows: MoveRow[] };

/** What became of each run that was to move. */
export function MovedRunsPage(props: MovedPageProps) {
  const { workflow, rows, to } = props;
  const moved = rows.filter(({ is }) => is === 'moved').length;
  const stayed = rows.filter(({ is }) => is === 'stays').length;
  return (
    <OwnerPage title="Runs moved" owner={props.owner} here="workflows">
      <Above {...props} />
      <h1>
        {counted(moved, 'run')} moved to version {to}
      </h1>
      <p class={stayed === 0 ? 'notice notice-good' : 'notice'} role="status">
        {stayed === 0 ? 'Each of them goes on just where it was.' : `${counted(stayed, 'run')} stayed on the version before.`}
      </p>
      <ul class="moves">
        {rows.map((row) => (
          <li>
            <span aria-hidden="true">{row.is === 'stays' ? '–' : '✓'}</span>
            <div>
              <a href={paths.run.to({ run: row.run })}>{row.title === '' ? row.run : row.title}</a>
              <p class="quiet">
                {row.is === 'moved' ? `Moved from version ${row.version}.` : null}
                {row.is === 'there' ? 'It was there already.' : null}
                {row.is === 'stays' ? <strong class="attention">Stays: {row.why}</strong> : null}
              </p>
            </div>
          </li>
        ))}
      </ul>
      <p>
        <a href={paths.move.to({ workflow })}>Move other runs</a>
      </p>
    </OwnerPage>
  );
}

function Above({ workflow, workflowTitle }: { workflow: string; workflowTitle: string }) {
  return (
    <p class="quiet">
      <a href={paths.workflow.to({ workflow })}>{workflowTitle}</a> · <a href={paths.versions.to({ workflow })}>all versions</a>
    </p>
  );
}
