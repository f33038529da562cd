import { showInstant } from '../../machines/calendar.ts';
import type { Instant } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { counted, ORIGIN_WORDS, type Origin, publisherWords } from './words.ts';

export type VersionRow = {
  version: number;
  origin: Origin;
  publishedBy: string;
  publishedAt: Instant;
  note: string;
  /** Runs under way that are on it. */
  open: number;
  live: boolean;
};

export type VersionsPageProps = {
  owner: string;
  workflow: string;
  workflowTitle: string;
  timezone: string;
  versions: VersionRow[];
};

/** Every version of a workflow, the newest first: who published it and how, and how many runs are still on it. */
export function VersionsPage(props: VersionsPageProps) {
  const { workflow, versions } = props;
  const behind = versions.reduce((sum, { open, live }) => (live ? sum : sum + open), 0);
  return (
    <OwnerPage title={`Versions of ${props.workflowTitle}`} owner={props.owner} here="workflows">
      <p class="quiet">
        <a href={paths.workflow.to({ workflow })}>{props.workflowTitle}</a>
      </p>
      <h1>Versions</h1>
      <p class="lead">
        New runs begin with the live version. A run stays on the version with which it began, unless you move it.
      </p>
      <p>
        {behind === 0 ? (
          'Every run under way is on the live version.'
        ) : (
          <>
            {counted(behind, 'run')} under way {behind === 1 ? 'is' : 'are'} on earlier versions.{' '}
            <a href={paths.move.to({ workflow })}>See which can move to the live one</a>
          </>
        )}
      </p>
      <ol class="versions">
        {versions.map((one) => (
          <Row workflow={workflow} row={one} timezone={props.timezone} />
        ))}
      </ol>
    </OwnerPage>
  );
}

/** What a version is about, leading to its page. */
export function VersionLink({ workflow, version, note }: { workflow: string; version: number; note: string }) {
  return (
    <a href={paths.version.to({ workflow, version: String(version) })} aria-label={`Version ${version}: ${note}`}>
      {note}
    </a>
  );
}

function Row({ workflow, row, timezone }: { workflow: string; row: VersionRow; timezone: string }) {
  return (
    <li>
      <span class="version-number">{row.version}</span>
      <span>
        <VersionLink workflow={workflow} version={row.version} note={row.note} />{' '}
        {row.live ? <span class="badge badge-done">live</span> : null}
        <span class="quiet">
          {' '}
          {ORIGIN_WORDS[row.origin]} by {publisherWords(row.publishedBy)},{' '}
          <time datetime={row.publishedAt}>{showInstant(row.publishedAt, timezone)}</time> · {counted(row.open, 'run')} under way
        </span>
      </span>
    </li>
  );
}
