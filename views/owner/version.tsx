import { showInstant } from '../../machines/calendar.ts';
import type { Instant } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { type Change, Changes } from './guidance.tsx';
import { counted, ORIGIN_WORDS, type Origin, publisherWords } from './words.ts';

/** Sentences about one part of a workflow. `changes`: a text compared word by word. */
export type DifferenceGroup = { title: string; lines: { text: string; changes: Change[] | null }[] };

export type VersionPageProps = {
  owner: string;
  workflow: string;
  workflowTitle: string;
  timezone: string;
  version: number;
  live: number;
  origin: Origin;
  publishedBy: string;
  publishedAt: Instant;
  note: string;
  open: number;
  /** What it changed; null for the first version. */
  sinceBefore: DifferenceGroup[] | null;
  /** What it says otherwise than the live one; null for the live one itself. */
  fromLive: DifferenceGroup[] | null;
  source: string;
  notice: string | null;
};

/** One version: what it changed, how it differs from the live one, its source, and a way to bring it back. */
export function VersionPage(props: VersionPageProps) {
  const { workflow, version, live } = props;
  return (
    <OwnerPage title={`Version ${version} of ${props.workflowTitle}`} owner={props.owner} here="workflows">
      <Above {...props} />
      <h1>
        Version {version} {version === live ? <span class="badge badge-done">live</span> : null}
      </h1>
      {props.notice === null ? null : (
        <p class="notice notice-good" role="status">
          {props.notice}
        </p>
      )}
      <p class="lead">{props.note}</p>
      <p class="quiet">
        {ORIGIN_WORDS[props.origin]} by {publisherWords(props.publishedBy)},{' '}
        <time datetime={props.publishedAt}>{showInstant(props.publishedAt, props.timezone)}</time> · {counted(props.open, 'run')}{' '}
        under way on it
      </p>
      {props.sinceBefore === null ? (
        <p>This is the first version.</p>
      ) : (
        <Differences id="before" title={`What changed since version ${version - 1}`} groups={props.sinceBefore} />
      )}
      {props.fromLive === null ? null : (
        <>
          <Differences id="live" title={`What is different in the live version, ${live}`} groups={props.fromLive} />
          <p>
            <a class="button button-quiet" href={paths.versionRestoration.to({ workflow, version: String(version) })}>
              Bring version {version} back
            </a>
          </p>
        </>
      )}
      <section aria-labelledby="source">
        <h2 id="source">Its source</h2>
        <details class="act">
          <summary>Show the file</summary>
          <pre class="source">
            <code>{props.source}</code>
          </pre>
        </details>
      </section>
    </OwnerPage>
  );
}

export type RestorePageProps = {
  owner: string;
  workflow: string;
  workflowTitle: string;
  version: number;
  live: number;
  /** What would change from the live version. */
  changes: DifferenceGroup[];
  problem: string | null;
};

/** Asks before an earlier version is published once more. */
export function RestorePage(props: RestorePageProps) {
  const { workflow, version, live, changes } = props;
  const at = { workflow, version: String(version) };
  return (
    <OwnerPage title={`Bring version ${version} back`} owner={props.owner} here="workflows">
      <Above {...props} />
      <h1>Bring version {version} back?</h1>
      {props.problem === null ? null : (
        <p class="notice notice-wrong" role="alert">
          {props.problem}
        </p>
      )}
      <p class="lead">
        It is published once more, as a new version, and new runs begin with it. Version {live} stays in the list. Runs under way
        stay where they are; only guidance reaches them.
      </p>
      <Differences id="changes" title="What changes" groups={changes} />
      {changes.length === 0 ? null : (
        <form method="post" action={paths.versionRestoration.to(at)}>
          <input type="hidden" name="live" value={String(live)} />
          <p class="actions">
            <button class="button" type="submit">
              Publish it again
            </button>
            <a href={paths.version.to(at)}>No, leave it</a>
          </p>
        </form>
      )}
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

function Differences({ id, title, groups }: { id: string; title: string; groups: DifferenceGroup[] }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {groups.length === 0 ? <p class="quiet">Nothing: they say the same.</p> : null}
      {groups.map((group) => (
        <>
          <h3>{group.title}</h3>
          <ul>
            {group.lines.map(({ text, changes }) => (
              <li>
                {text}
                {changes === null ? null : <Changes changes={changes} />}
              </li>
            ))}
          </ul>
        </>
      ))}
    </section>
  );
}
