import { showInstant } from '../../machines/calendar.ts';
import { actorTitle, type Definition, humanise, type Stage, stageTitle, startForm } from '../../machines/definition.ts';
import type { Instant } from '../../machines/values.ts';
import { Diagram, type Traffic } from '../parts/diagram.tsx';
import { COMPONENT_WORDS } from '../parts/diagram-layout.ts';
import { paths } from '../paths.ts';
import { OwnerPage, Prose } from './frame.tsx';
import { VersionLink } from './versions.tsx';
import { counted, publisherWords, triggerWords } from './words.ts';

export type WorkflowPageProps = {
  owner: string;
  workflow: string;
  version: number;
  definition: Definition;
  /** The next moments of each schedule, by its place in the list of triggers. */
  fires: Map<number, Instant[]>;
  versions: { version: number; publishedBy: string; publishedAt: Instant; note: string }[];
  counts: { open: number; attention: number; ended: number };
  traffic: Traffic;
};

const MOST_VERSIONS = 5;

/** A workflow as its owner sees it: the picture, the stages with their guidance, what starts it, who changed it. */
export function WorkflowPage(props: WorkflowPageProps) {
  const { definition, workflow, counts } = props;
  return (
    <OwnerPage title={definition.title} owner={props.owner} here="workflows">
      <h1>{definition.title}</h1>
      {definition.description === undefined ? null : <p class="lead">{definition.description}</p>}
      <p>
        <a href={`${paths.runs.to()}?workflow=${workflow}&status=open`}>{counted(counts.open, 'run')} under way</a>
        {counts.attention === 0 ? null : (
          <>
            {' · '}
            <a class="attention" href={`${paths.runs.to()}?workflow=${workflow}&status=attention`}>
              {counts.attention} {counts.attention === 1 ? 'needs' : 'need'} attention
            </a>
          </>
        )}
        {' · '}
        <a href={paths.outline.to({ workflow })}>Read it in words</a>
        {' · '}
        <a href={paths.rehearsal.to({ workflow })}>Rehearse it</a>
        {startForm(definition) === null ? null : (
          <>
            {' · '}
            <a href={paths.start.to({ workflow })}>Start a run</a>
            {' · '}
            <a href={paths.startLink.to({ workflow })}>Make a link to start one</a>
          </>
        )}
      </p>
      <p class="quiet">
        Version {props.version} is live:{' '}
        <a href={paths.version.to({ workflow, version: String(props.version) })}>what it changed</a>.
      </p>
      <Diagram definition={definition} progress={null} traffic={props.traffic} />
      <section aria-labelledby="stages">
        <h2 id="stages">Stages and their guidance</h2>
        <ol class="stages">
          {Object.entries(definition.stages).map(([key, stage]) => (
            <StageSection workflow={workflow} definition={definition} stageKey={key} stage={stage} />
          ))}
        </ol>
      </section>
      <Tables workflow={workflow} definition={definition} />
      <Triggers definition={definition} fires={props.fires} />
      <Versions {...props} />
    </OwnerPage>
  );
}

function StageSection(props: { workflow: string; definition: Definition; stageKey: string; stage: Stage }) {
  const { workflow, definition, stageKey, stage } = props;
  const title = stageTitle(definition, stageKey);
  const times = timesOf(stage, definition);
  return (
    <li class="card" id={`stage-${stageKey}`}>
      <h3>{title}</h3>
      <p class="quiet">
        {actorTitle(definition, stage.actor)} · {stage.components.map((component) => COMPONENT_WORDS[component.kind]).join(', ')}
      </p>
      {stage.guidance.trim() === '' ? <p class="quiet">No guidance yet.</p> : <Prose text={stage.guidance} />}
      {times === '' ? null : <p class="quiet">{times}</p>}
      <p>
        <a class="button button-quiet" href={paths.guidance.to({ workflow, stage: stageKey })}>
          Edit guidance<span class="visually-hidden"> of {title}</span>
        </a>
      </p>
    </li>
  );
}

/** `Due after 2 working days. Reminder after 1 day. Goes to Finance after 4 days.` */
function timesOf(stage: Stage, definition: Definition): string {
  const sentences = [
    stage.due === undefined ? '' : `Due after ${stage.due}.`,
    stage.remind === undefined ? '' : `Reminder after ${stage.remind}.`,
    stage.escalate === undefined ? '' : `Goes to ${actorTitle(definition, stage.escalate.to)} after ${stage.escalate.after}.`,
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function Tables({ workflow, definition }: { workflow: string; definition: Definition }) {
  const tables = Object.entries(definition.tables);
  if (tables.length === 0) return null;
  return (
    <section aria-labelledby="tables">
      <h2 id="tables">Lookup tables</h2>
      <ul>
        {tables.map(([table, { title }]) => (
          <li>
            <a href={paths.table.to({ workflow, table })}>{title ?? humanise(table)}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Triggers({ definition, fires }: { definition: Definition; fires: Map<number, Instant[]> }) {
  return (
    <section aria-labelledby="triggers">
      <h2 id="triggers">What starts a run</h2>
      <ul>
        {definition.triggers.map((trigger, index) => (
          <li>
            {triggerWords(trigger, definition)}
            {'schedule' in trigger ? (
              <NextFires at={fires.get(index) ?? []} timezone={trigger.schedule.timezone ?? definition.timezone} />
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function NextFires({ at, timezone }: { at: Instant[]; timezone: string }) {
  if (at.length === 0) return <p class="quiet">It will not fire again.</p>;
  return (
    <ul class="quiet">
      {at.map((instant) => (
        <li>
          <time datetime={instant}>{showInstant(instant, timezone)}</time>
        </li>
      ))}
    </ul>
  );
}

function Versions({ workflow, version: live, versions, definition }: WorkflowPageProps) {
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      <ol class="versions">
        {versions.slice(0, MOST_VERSIONS).map((one) => (
          <li>
            <span class="version-number">{one.version}</span>
            <span>
              <VersionLink workflow={workflow} version={one.version} note={one.note} />{' '}
              {one.version === live ? <span class="badge badge-done">live</span> : null}
              <span class="quiet">
                {' '}
                by {publisherWords(one.publishedBy)},{' '}
                <time datetime={one.publishedAt}>{showInstant(one.publishedAt, definition.timezone)}</time>
              </span>
            </span>
          </li>
        ))}
      </ol>
      <p>
        <a href={paths.versions.to({ workflow })}>All versions, and the runs on each</a>
      </p>
    </section>
  );
}
