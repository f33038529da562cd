import { actorTitle, type Definition, END, stageTitle } from '../../machines/definition.ts';
import type { Happening } from '../../machines/outcome.ts';
import {
  type Arrow,
  COMPONENT_WORDS,
  type DiagramLayout,
  ESCALATION,
  escalationWords,
  exceptionsOf,
  FINISH,
  layOut,
  type Place,
  START,
  successorsOf,
  successorWords,
} from './diagram-layout.ts';

/**
 * How far a run has come: the stages in the order in which it entered them, those among them that were left out when it
 * last came there and why, and where it is now (null: it has ended).
 */
export type Progress = { way: string[]; skipped: Record<string, string>; here: string | null; attention: boolean };

/** The stages that were left out when a run last came there, each with the reason. */
export function skippedIn(happenings: readonly Happening[]): Record<string, string> {
  const skipped: Record<string, string> = {};
  for (const one of happenings) {
    if (one.what === 'entered') delete skipped[one.stage];
    if (one.what === 'skipped') skipped[one.stage] = one.because;
  }
  return skipped;
}

/** How often each way was taken, by `from>to`, and how often each stage went on to somebody else, among so many runs. */
export type Traffic = { runs: number; ways: Record<string, number>; escalations: Record<string, number> };

// A wider picture would be too small to read in the width of a page; it keeps its size and scrolls.
const WIDEST_TO_SHRINK = 1320;

/** The stages of a workflow from left to right, with the same in words beneath. */
export function Diagram(props: { definition: Definition; progress: Progress | null; traffic?: Traffic }) {
  const drawn = layOut(props.definition);
  const { definition, progress, traffic } = props;
  return (
    <figure class="diagram">
      <section class="diagram-scroll" tabindex={0} aria-label="Diagram of the stages; scrolls sideways">
        <Picture drawn={drawn} definition={definition} progress={progress} traffic={traffic} />
      </section>
      <LeftOut definition={definition} progress={progress} />
      {traffic === undefined || traffic.runs === 0 ? null : (
        <figcaption class="quiet">
          The numbers say how often each way was taken by the newest {traffic.runs === 1 ? 'run' : `${traffic.runs} runs`}.
          Dashed: ways back, and ways for exceptions.
        </figcaption>
      )}
      <details class="diagram-words">
        <summary>The same in words</summary>
        <Outline definition={definition} progress={progress} traffic={traffic} />
      </details>
    </figure>
  );
}

type PictureProps = { drawn: DiagramLayout; definition: Definition; progress: Progress | null; traffic: Traffic | undefined };

function Picture({ drawn, definition, progress, traffic }: PictureProps) {
  return (
    <svg
      class={drawn.width > WIDEST_TO_SHRINK ? 'diagram-wide' : undefined}
      width={drawn.width}
      height={drawn.height}
      viewBox={`0 0 ${drawn.width} ${drawn.height}`}
      role="img"
      aria-labelledby="diagram-title diagram-desc"
    >
      <title id="diagram-title">{`Stages of ${definition.title}`}</title>
      <desc id="diagram-desc">{describe(definition, progress)}</desc>
      {drawn.arrows.map((arrow) => (
        <Line arrow={arrow} travelled={travelled(arrow, progress)} />
      ))}
      {drawn.places.map((place) => (
        <PlaceShape place={place} progress={progress} traffic={traffic} />
      ))}
      {drawn.arrows.map((arrow) => (
        <LineLabel arrow={arrow} />
      ))}
      {drawn.arrows.map((arrow) => (
        <Count arrow={arrow} traffic={traffic} />
      ))}
    </svg>
  );
}

/** The stages that were left out, each with the reason: on a phone there is no pointer to rest on a mark. */
function LeftOut({ definition, progress }: { definition: Definition; progress: Progress | null }) {
  const skipped = skippedOf(definition, progress);
  if (skipped.length === 0) return null;
  return (
    <figcaption class="diagram-skipped">
      <ul>
        {skipped.map(({ title, because }) => (
          <li>
            <strong>{title}</strong> was left out: {because}
          </li>
        ))}
      </ul>
    </figcaption>
  );
}

function skippedOf(definition: Definition, progress: Progress | null): { title: string; because: string }[] {
  return Object.keys(definition.stages)
    .filter((stage) => markOf(stage, progress) === 'skipped')
    .map((stage) => ({ title: stageTitle(definition, stage), because: progress?.skipped[stage] ?? '' }));
}

/** Every stage with who, what and where to, as a list. */
function Outline({ definition, progress, traffic }: Omit<PictureProps, 'drawn'>) {
  return (
    <ol class="outline">
      {Object.entries(definition.stages).map(([key, stage]) => (
        <li>
          <strong>{stageTitle(definition, key)}</strong> · {actorTitle(definition, stage.actor)} ·{' '}
          {[...new Set(stage.components.map((component) => COMPONENT_WORDS[component.kind]))].join(', ')}
          {standing(key, progress) === null ? null : <span class="outline-standing"> ({standing(key, progress)})</span>}
          <ul>
            {successorsOf(stage).map((successor, _index, all) => (
              <li>
                {all.length > 1 ? `${successorWords(successor)}: ` : 'then: '}
                {stageTitle(definition, successor.to)}
                {timesWords(traffic?.ways[`${key}>${successor.to}`])}
              </li>
            ))}
            {exceptionsOf(stage).map(({ to, words }) => (
              <li>
                {words}: {stageTitle(definition, to)}
                {timesWords(traffic?.ways[`${key}>${to}`])}
              </li>
            ))}
            {stage.escalate === undefined ? null : (
              <li>
                nobody answers, {escalationWords(definition, stage.escalate)}
                {timesWords(traffic?.escalations[key])}
              </li>
            )}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function Line({ arrow, travelled: been }: { arrow: Arrow; travelled: boolean }) {
  const kind = `${arrow.exception ? ' arrow-exception' : ''}${arrow.backward ? ' arrow-back' : ''}${been ? ' arrow-been' : ''}`;
  return (
    <g class={`arrow${kind}`}>
      <path class="arrow-line" d={arrow.path} />
      <path class="arrow-head" d={arrow.head} />
    </g>
  );
}

function LineLabel({ arrow: { label, backward } }: { arrow: Arrow }) {
  if (label === null) return null;
  const top = label.y - (label.lines.length * 16) / 2;
  return (
    <g class={`arrow-label${backward ? ' arrow-label-back' : ''}`}>
      <rect x={label.x - label.width / 2} y={label.y - label.height / 2} width={label.width} height={label.height} rx={6} />
      {label.lines.map((line, index) => (
        <text x={label.x} y={top + index * 16 + 12} text-anchor="middle">
          {line}
        </text>
      ))}
    </g>
  );
}

/** How often a way was taken, beside the place that it leaves. */
function Count({ arrow, traffic }: { arrow: Arrow; traffic: Traffic | undefined }) {
  const to = arrow.to === FINISH ? END : arrow.to;
  const count = arrow.from === START ? traffic?.runs : traffic?.ways[`${arrow.from}>${to}`];
  if (!count) return null;
  return (
    <text class="arrow-count" x={arrow.foot.x} y={arrow.foot.y} text-anchor="middle">
      {count}
    </text>
  );
}

function timesWords(count: number | undefined): string {
  return count === undefined ? '' : count === 1 ? ' (once)' : ` (${count} times)`;
}

type PlaceProps = { place: Place; progress: Progress | null; traffic: Traffic | undefined };

function PlaceShape({ place, progress, traffic }: PlaceProps) {
  const left = place.x - place.width / 2;
  const top = place.y - place.height / 2;
  if (place.is !== 'stage') {
    const ended = place.is === 'end' && progress !== null && progress.here === null;
    return (
      <g class={`terminal${ended ? ' terminal-reached' : ''}`}>
        <rect x={left} y={top} width={place.width} height={place.height} rx={place.height / 2} />
        <text x={place.x} y={place.y + 4.5} text-anchor="middle">
          {place.is === 'start' ? 'Start' : 'End'}
        </text>
      </g>
    );
  }
  const mark = markOf(place.key, progress);
  const foot = place.escalation === null ? 0 : ESCALATION;
  return (
    <g class={`stage-card${mark === null ? '' : ` stage-${mark}`}`} transform={`translate(${left} ${top})`}>
      <rect class="stage-box" width={place.width} height={place.height} rx={12} />
      {place.title.map((line, index) => (
        <text class="stage-title" x={16} y={31 + index * 20}>
          {line}
        </text>
      ))}
      <g class="stage-actor" transform={`translate(16 ${24 + place.title.length * 20})`}>
        <circle cx={5} cy={5} r={3} />
        <path d="M0 14.5a5 5 0 0 1 10 0z" />
        <text x={17} y={12}>
          {place.actor}
        </text>
      </g>
      {place.chips.map((chip) => (
        <g class="stage-chip" transform={`translate(${chip.x} ${place.height - 36 - foot})`}>
          <rect width={chip.width} height={22} rx={11} />
          <text x={chip.width / 2} y={15} text-anchor="middle">
            {chip.text}
          </text>
        </g>
      ))}
      {place.escalation === null ? null : (
        <g class="stage-escalation" transform={`translate(0 ${place.height - ESCALATION})`}>
          <path d={`M12 0H${place.width - 12}`} />
          <text x={16} y={17}>
            {escalated(place.escalation, traffic?.escalations[place.key])}
          </text>
        </g>
      )}
      {mark === null ? null : <Mark mark={mark} width={place.width} why={progress?.skipped[place.key]} />}
    </g>
  );
}

function escalated(words: string, count: number | undefined): string {
  const text = `${words}${count ? ` · ${count}` : ''}`;
  return text.length > 27 ? `${text.slice(0, 26)}…` : text;
}

type Standing = 'here' | 'attention' | 'been' | 'skipped';
const MARK_WORDS: Record<Standing, string> = {
  here: 'Here now',
  attention: 'Needs attention',
  been: 'Done',
  skipped: 'Left out',
};

/** A flag on the upper edge of a card. */
function Mark({ mark, width, why }: { mark: Standing; width: number; why: string | undefined }) {
  const size = MARK_WORDS[mark].length * 6.6 + 20;
  return (
    <g class="stage-mark" transform={`translate(${width - size - 12} -11)`}>
      {mark === 'skipped' && why !== undefined ? <title>{why}</title> : null}
      <rect width={size} height={22} rx={11} />
      <text x={size / 2} y={15} text-anchor="middle">
        {MARK_WORDS[mark]}
      </text>
    </g>
  );
}

function markOf(stage: string, progress: Progress | null): Standing | null {
  if (progress === null) return null;
  if (progress.here === stage) return progress.attention ? 'attention' : 'here';
  if (progress.skipped[stage] !== undefined) return 'skipped';
  return progress.way.includes(stage) ? 'been' : null;
}

function standing(stage: string, progress: Progress | null): string | null {
  const mark = markOf(stage, progress);
  if (mark === null) return null;
  const because = mark === 'skipped' ? `: ${progress?.skipped[stage]}` : '';
  return `${MARK_WORDS[mark].toLowerCase()}${because}`;
}

/** The lines along which the run went are drawn more strongly. */
function travelled(arrow: Arrow, progress: Progress | null): boolean {
  if (progress === null) return false;
  const way = [START, ...progress.way, ...(progress.here === null ? [FINISH] : [])];
  return way.some((place, index) => place === arrow.from && way[index + 1] === arrow.to);
}

function describe(definition: Definition, progress: Progress | null): string {
  const count = Object.keys(definition.stages).length;
  const size = `${count} ${count === 1 ? 'stage' : 'stages'} from left to right.`;
  const here = progress?.here === null || progress === null ? '' : ` The run is at ${stageTitle(definition, progress.here)}.`;
  const skipped = skippedOf(definition, progress).map(({ title, because }) => ` Left out: ${title} (${because})`);
  return `${size}${here}${skipped.join('')} The same stands in words below the picture.`;
}
