import { showInstant } from '../../machines/calendar.ts';
import type { Instant } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage, Prose } from './frame.tsx';
import { publisherWords } from './words.ts';

export type Change = { is: 'same' | 'added' | 'removed'; text: string };
export type Wording = { version: number; text: string; by: string; at: Instant; current: boolean };

export type GuidanceProps = {
  owner: string;
  workflow: string;
  workflowTitle: string;
  stage: string;
  stageTitle: string;
  timezone: string;
  /** What stands in the editor. */
  text: string;
  /** The version that the editor began with. */
  basedOn: number;
  notice: GuidanceNotice | null;
  preview: Preview | null;
  history: Wording[];
};

/** What came of the last act, above the editor. */
export type GuidanceNotice =
  | { is: 'saved'; version: number }
  | { is: 'unchanged' }
  | { is: 'wrong'; sentence: string }
  | { is: 'overtaken'; now: string; by: string; at: Instant };

export type Preview = { text: string; changes: Change[] };

/** The editor of one stage's guidance, with what it will look like, what changes, and all earlier wordings. */
export function GuidancePage(props: GuidanceProps) {
  const { workflow, stage, notice } = props;
  return (
    <OwnerPage title={`Guidance of ${props.stageTitle}`} owner={props.owner} here="workflows">
      <p class="quiet">
        <a href={paths.workflow.to({ workflow })}>{props.workflowTitle}</a>
      </p>
      <h1>Guidance of {props.stageTitle}</h1>
      <p class="lead">The business rules of this stage, in plain English. Whoever acts here reads them, in runs under way too.</p>
      {notice === null ? null : <Notice notice={notice} timezone={props.timezone} />}
      <Editor {...props} />
      <section id="preview" class="preview" aria-live="polite" aria-label="Preview">
        {props.preview === null ? null : <GuidancePreview {...props.preview} />}
      </section>
      <History workflow={workflow} stage={stage} basedOn={props.basedOn} history={props.history} timezone={props.timezone} />
    </OwnerPage>
  );
}

function Editor({ workflow, stage, text, basedOn, notice }: GuidanceProps) {
  const at = { workflow, stage };
  const wrong = notice?.is === 'wrong' ? notice.sentence : null;
  return (
    <form method="post" action={paths.guidance.to(at)}>
      <input type="hidden" name="basedOn" value={String(basedOn)} />
      <div class={wrong === null ? 'field' : 'field field-wrong'}>
        <label for="text">Guidance</label>
        <p class="help" id="text-help">
          An empty line begins a new paragraph; a line that begins with a hyphen is a point of a list.
        </p>
        <textarea
          id="text"
          name="text"
          rows={10}
          maxlength={20_000}
          aria-describedby={wrong === null ? 'text-help' : 'text-help text-problem'}
          aria-invalid={wrong === null ? undefined : 'true'}
          hx-post={paths.guidancePreview.to(at)}
          hx-trigger="input changed delay:300ms"
          hx-target="#preview"
          hx-swap="innerHTML"
        >
          {`\n${text}`}
        </textarea>
        {wrong === null ? null : (
          <p class="problem" id="text-problem">
            {wrong}
          </p>
        )}
      </div>
      <p class="actions">
        <button class="button" type="submit">
          Save
        </button>
        <button class="button button-quiet" type="submit" formaction={paths.guidancePreview.to(at)}>
          Preview
        </button>
      </p>
    </form>
  );
}

/** What the guidance will look like, and what changes in it. Also sent alone while somebody types. */
export function GuidancePreview({ text, changes }: Preview) {
  const changed = changes.some((change) => change.is !== 'same');
  return (
    <>
      <h2>Preview</h2>
      {text === '' ? <p class="quiet">No guidance.</p> : <Prose text={text} />}
      <h3>What changes</h3>
      {changed ? <Changes changes={changes} /> : <p class="quiet">Nothing yet.</p>}
    </>
  );
}

/** A text with what is new and what goes away marked, for eyes and for ears. */
export function Changes({ changes }: { changes: Change[] }) {
  return (
    <p class="changes">
      {changes.map((change) => {
        if (change.is === 'same') return <span>{change.text}</span>;
        if (change.is === 'added')
          return (
            <ins>
              <span class="visually-hidden">[added: </span>
              {change.text}
              <span class="visually-hidden">]</span>
            </ins>
          );
        return (
          <del>
            <span class="visually-hidden">[removed: </span>
            {change.text}
            <span class="visually-hidden">]</span>
          </del>
        );
      })}
    </p>
  );
}

function Notice({ notice, timezone }: { notice: GuidanceNotice; timezone: string }) {
  if (notice.is === 'saved')
    return (
      <p class="notice notice-good" role="status">
        Saved as version {notice.version}. It counts from now on, in runs under way too.
      </p>
    );
  if (notice.is === 'unchanged')
    return (
      <p class="notice" role="status">
        Nothing was changed, so nothing was saved.
      </p>
    );
  if (notice.is === 'wrong')
    return (
      <p class="notice notice-wrong" role="alert">
        It was not saved. <a href="#text">{notice.sentence}</a>
      </p>
    );
  return (
    <div class="notice notice-wrong" role="alert">
      <p>
        <strong>Somebody else was faster.</strong> {publisherWords(notice.by)} changed this guidance on{' '}
        {showInstant(notice.at, timezone)}, while you were writing. Yours stands in the editor below and is not saved yet. Bring
        the two together, then save.
      </p>
      <p>It now reads:</p>
      <blockquote>{notice.now === '' ? <p class="quiet">(no guidance)</p> : <Prose text={notice.now} />}</blockquote>
    </div>
  );
}

function History(props: { workflow: string; stage: string; basedOn: number; history: Wording[]; timezone: string }) {
  return (
    <section aria-labelledby="history">
      <h2 id="history">Earlier wordings</h2>
      <ol class="wordings">
        {props.history.map((wording) => (
          <li class="card">
            <p class="quiet">
              {wording.current ? <strong>Now. </strong> : null}
              Version {wording.version}, by {publisherWords(wording.by)},{' '}
              <time datetime={wording.at}>{showInstant(wording.at, props.timezone)}</time>
            </p>
            {wording.text === '' ? <p class="quiet">(no guidance)</p> : <Prose text={wording.text} />}
            {wording.current ? null : (
              <Restore workflow={props.workflow} stage={props.stage} basedOn={props.basedOn} version={wording.version} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Restore({ workflow, stage, basedOn, version }: { workflow: string; stage: string; basedOn: number; version: number }) {
  return (
    <form method="post" action={paths.guidanceRestoration.to({ workflow, stage })}>
      <input type="hidden" name="basedOn" value={String(basedOn)} />
      <input type="hidden" name="version" value={String(version)} />
      <button class="button button-quiet" type="submit">
        Use this wording again<span class="visually-hidden"> (version {version})</span>
      </button>
    </form>
  );
}
