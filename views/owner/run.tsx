import { showInstant } from '../../machines/calendar.ts';
import { type Definition, stageTitle } from '../../machines/definition.ts';
import type { Happening, RunStatus } from '../../machines/outcome.ts';
import type { Instant, Person, ShownFact } from '../../machines/values.ts';
import { Diagram, type Progress } from '../parts/diagram.tsx';
import { versionWords } from '../parts/version.tsx';
import { paths } from '../paths.ts';
import { type FanSummary, MergeCheck } from './children.tsx';
import { OwnerPage } from './frame.tsx';
import { type Line, lineOf } from './happening.ts';
import { nameOf, STATUS_WORDS, spanWords } from './words.ts';

export type RunPageProps = {
  owner: string;
  now: Instant;
  run: {
    id: string;
    title: string;
    status: RunStatus;
    workflow: string;
    version: number;
    live: number;
    stage: string | null;
    starter: Person;
    startedAt: Instant;
    endedAt: Instant | null;
  };
  definition: Definition;
  progress: Progress;
  fans: FanSummary[];
  /** The runs above it, the one at the top first. */
  lineage: { id: string; title: string }[];
  /** Why somebody has to look, if somebody has to. */
  attention: string | null;
  facts: (ShownFact & { source: string; earlier: { text: string; by: string; at: Instant }[] })[];
  history: { seq: number; at: Instant; happened: Happening[] }[];
  handOffs: HandOffRow[];
  sent: SentRow[];
  notice: string | null;
  /** Where the owner may put it. */
  courses: { to: string; words: string }[];
  /** An act that was refused, with what had been typed. */
  refused: Refused | null;
};

export type HandOffRow = {
  id: string;
  stage: string;
  person: Person;
  state: 'open' | 'decided' | 'withdrawn';
  openedAt: Instant;
  dueAt: Instant | null;
  endedAt: Instant | null;
  moves: { from: Person; to: Person; at: Instant; why: 'escalated' | 'reassigned'; reason: string }[];
};

export type SentRow = {
  id: string;
  what: string;
  state: 'ready' | 'done' | 'held' | 'dropped';
  attempts: number;
  at: Instant;
  doneAt: Instant | null;
  error: string | null;
};

export type Refused = {
  act: 'cancellation' | 'reassignment' | 'reopening';
  handOff: string | null;
  field: string;
  sentence: string;
  typed: Record<string, string>;
};

/** One run for its owner: where it is, who has it, how it came there, and what may be done about it. */
export function RunPage(props: RunPageProps) {
  const { run, definition } = props;
  return (
    <OwnerPage title={run.title} owner={props.owner} here="runs">
      <p class="quiet">
        <a href={paths.workflow.to({ workflow: run.workflow })}>{definition.title}</a>, <RunVersion run={run} />
      </p>
      <Above lineage={props.lineage} run={run.id} />
      <h1>{run.title}</h1>
      {props.notice === null ? null : (
        <p class="notice notice-good" role="status">
          {props.notice}
        </p>
      )}
      <Standing {...props} />
      {props.attention === null ? null : <Attention run={run.id} error={props.attention} />}
      <Diagram definition={definition} progress={props.progress} />
      <MergeCheck run={run.id} fans={props.fans} timezone={definition.timezone} now={props.now} />
      <HandOffs {...props} />
      <Facts {...props} />
      <History {...props} />
      <Sent {...props} />
      <Courses run={run.id} courses={props.courses} />
      {run.endedAt === null ? <Cancellation run={run.id} refused={props.refused} /> : <Reopening {...props} />}
    </OwnerPage>
  );
}

/** The runs that called this one. */
function Above({ lineage, run }: { lineage: RunPageProps['lineage']; run: string }) {
  if (lineage.length === 0) return null;
  return (
    <p class="quiet">
      Called by{' '}
      {lineage.map(({ id, title }, index) => (
        <>
          {index === 0 ? null : ' → '}
          <a href={paths.run.to({ run: id })}>{title}</a>
        </>
      ))}
      {' · '}
      <a href={paths.tree.to({ run })}>The whole tree</a>
    </p>
  );
}

/** Its version with a way to what that says, and to the live one as long as it can still move. */
function RunVersion({ run }: Pick<RunPageProps, 'run'>) {
  const { workflow, version, live } = run;
  const move = `${paths.move.to({ workflow })}?run=${run.id}`;
  return (
    <>
      <a href={paths.version.to({ workflow, version: String(version) })}>{versionWords(version, live)}</a>
      {run.endedAt !== null || version === live ? null : (
        <>
          {' · '}
          <a href={move}>Move it to version {live}</a>
        </>
      )}
    </>
  );
}

function Standing({ run, now, definition, handOffs }: RunPageProps) {
  const open = handOffs.find((handOff) => handOff.state === 'open');
  const late = open !== undefined && open.dueAt !== null && open.dueAt < now;
  return (
    <div class="standing">
      <p>
        <span class={`badge badge-${run.status}`}>{STATUS_WORDS[run.status]}</span>{' '}
        {late ? <span class="badge badge-overdue">Overdue by {spanWords(open.dueAt ?? now, now)}</span> : null}
      </p>
      <p class="lead">{standingWords(run, open, now, definition)}</p>
      <p class="quiet">
        Started by {nameOf(run.starter)}, <time datetime={run.startedAt}>{showInstant(run.startedAt, definition.timezone)}</time>
      </p>
    </div>
  );
}

function standingWords(run: RunPageProps['run'], open: HandOffRow | undefined, now: Instant, definition: Definition): string {
  if (run.endedAt !== null) return `It ended after ${spanWords(run.startedAt, run.endedAt)}.`;
  const stage = run.stage === null ? 'its beginning' : stageTitle(definition, run.stage);
  if (open === undefined) return `It is at ${stage}.`;
  const due = open.dueAt === null || open.dueAt < now ? '' : `; due in ${spanWords(now, open.dueAt)}`;
  return `It is at ${stage}. ${nameOf(open.person)} has had it for ${spanWords(open.openedAt, now)}${due}.`;
}

function Attention({ run, error }: { run: string; error: string }) {
  return (
    <div class="notice notice-wrong">
      <p>
        <strong>This run cannot go on by itself.</strong> {error}
      </p>
      <form method="post" action={paths.retry.to({ run })}>
        <button class="button" type="submit">
          Try again
        </button>
      </form>
    </div>
  );
}

function HandOffs(props: RunPageProps) {
  const { handOffs, definition } = props;
  if (handOffs.length === 0) return null;
  return (
    <section aria-labelledby="hand-offs">
      <h2 id="hand-offs">Hand-offs</h2>
      <ul class="cards">
        {handOffs.map((handOff) => (
          <li class="card">
            <h3>
              {stageTitle(definition, handOff.stage)}: {nameOf(handOff.person)}
            </h3>
            <p class="quiet">{handOffWords(handOff, definition.timezone)}</p>
            {handOff.moves.map((move) => (
              <p class="quiet">
                {move.why === 'escalated' ? 'Went on' : 'Was given'} from {nameOf(move.from)} to {nameOf(move.to)},{' '}
                {showInstant(move.at, definition.timezone)}
                {move.reason === '' ? '' : `: ${move.reason}`}
              </p>
            ))}
            {handOff.state === 'open' ? <Reassignment {...props} handOff={handOff} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

const STATE_WORDS = { open: 'waits', decided: 'answered', withdrawn: 'withdrawn' } as const;

function handOffWords(handOff: HandOffRow, timezone: string): string {
  const due = handOff.dueAt === null ? '' : `, due ${showInstant(handOff.dueAt, timezone)}`;
  const since = `Since ${showInstant(handOff.openedAt, timezone)}`;
  if (handOff.endedAt === null) return `${since}${due}.`;
  return `${since}; ${STATE_WORDS[handOff.state]} ${showInstant(handOff.endedAt, timezone)}.`;
}

function Reassignment({ run, handOff, refused }: RunPageProps & { handOff: HandOffRow }) {
  const mine = refused?.act === 'reassignment' && refused.handOff === handOff.id ? refused : null;
  return (
    <details class="act" open={mine !== null}>
      <summary>Give it to somebody else</summary>
      <form method="post" action={paths.reassignment.to({ run: run.id })}>
        <input type="hidden" name="handOff" value={handOff.id} />
        <TextField id={`to-${handOff.id}`} name="to" label="Their email address" type="email" refused={mine} />
        <TextField id={`why-${handOff.id}`} name="reason" label="Reason; both of them will read it" type="text" refused={mine} />
        <button class="button button-quiet" type="submit">
          Give it to them
        </button>
      </form>
    </details>
  );
}

/** What the definition does not foresee: the owner lets it go on, sends it back, jumps, or ends it early. */
function Courses({ run, courses }: { run: string; courses: RunPageProps['courses'] }) {
  if (courses.length === 0) return null;
  return (
    <section aria-labelledby="course">
      <h2 id="course">Change its course</h2>
      <details class="act">
        <summary>Skip, go back, or jump</summary>
        <form method="get" action={paths.course.to({ run })}>
          <div class="field">
            <label for="course-to">Where it is to go</label>
            <select id="course-to" name="to">
              {courses.map(({ to, words }) => (
                <option value={to}>{words}</option>
              ))}
            </select>
          </div>
          <button class="button button-quiet" type="submit">
            See what would happen
          </button>
        </form>
      </details>
    </section>
  );
}

function Cancellation({ run, refused }: { run: string; refused: Refused | null }) {
  const mine = refused?.act === 'cancellation' ? refused : null;
  return (
    <section aria-labelledby="cancel">
      <h2 id="cancel">Cancel this run</h2>
      <details class="act" open={mine !== null}>
        <summary>Cancel it</summary>
        <p>Whoever has it now is told, and their link ends. This cannot be undone.</p>
        <form method="post" action={paths.cancellation.to({ run })}>
          <TextField
            id="cancel-reason"
            name="reason"
            label="Reason; whoever has it now will read it"
            type="text"
            refused={mine}
          />
          <p class="buttons">
            <button class="button button-danger" type="submit">
              Cancel the run
            </button>{' '}
            <LookFirst run={run} act="cancel" />
          </p>
        </form>
      </details>
    </section>
  );
}

/** An ended run is taken up again at a stage; everything that happened before stays in its history. */
function Reopening({ run, definition, refused }: RunPageProps) {
  const mine = refused?.act === 'reopening' ? refused : null;
  return (
    <section aria-labelledby="reopen">
      <h2 id="reopen">Reopen this run</h2>
      <details class="act" open={mine !== null}>
        <summary>Reopen it</summary>
        <p>It goes on at the stage that you choose, with all its data and its history.</p>
        <form method="post" action={paths.reopening.to({ run: run.id })}>
          <div class="field">
            <label for="reopen-stage">Stage</label>
            <select id="reopen-stage" name="stage">
              {Object.keys(definition.stages).map((stage) => (
                <option value={stage} selected={mine?.typed.stage === stage}>
                  {stageTitle(definition, stage)}
                </option>
              ))}
            </select>
          </div>
          <TextField id="reopen-reason" name="reason" label="Reason; it stands in the history" type="text" refused={mine} />
          <p class="buttons">
            <button class="button button-quiet" type="submit">
              Reopen the run
            </button>{' '}
            <LookFirst run={run.id} act="reopen" />
          </p>
        </form>
      </details>
    </section>
  );
}

/** The same form, sent where it is shown what would happen. */
function LookFirst({ run, act }: { run: string; act: 'cancel' | 'reopen' }) {
  return (
    <>
      <input type="hidden" name="run" value={run} />
      <input type="hidden" name="from" value={run} />
      <button class="button button-quiet" type="submit" formaction={paths.acts.to()} name="act" value={act}>
        See what would happen
      </button>
    </>
  );
}

/** The values that a datum had before, each with whoever gave it. */
function Earlier({ values, timezone }: { values: RunPageProps['facts'][number]['earlier']; timezone: string }) {
  if (values.length === 0) return null;
  return (
    <details class="earlier">
      <summary>{values.length === 1 ? 'One earlier value' : `${values.length} earlier values`}</summary>
      <ul>
        {values.map(({ text, by, at }) => (
          <li>
            {text} <span class="quiet">{`from ${by}, ${showInstant(at, timezone)}`}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function TextField(props: { id: string; name: string; label: string; type: 'text' | 'email'; refused: Refused | null }) {
  const { id, name, label, type, refused } = props;
  const problem = refused?.field === name ? refused.sentence : null;
  return (
    <div class={problem === null ? 'field' : 'field field-wrong'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        required
        maxlength={type === 'email' ? 254 : 1000}
        value={refused?.typed[name] ?? ''}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
      />
      {problem === null ? null : (
        <p class="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

function Facts({ run, facts, definition }: RunPageProps) {
  return (
    <section aria-labelledby="data">
      <h2 id="data">Data</h2>
      {facts.length === 0 ? <p class="quiet">Nothing has been gathered yet.</p> : null}
      <dl class="sourced">
        {facts.map((fact) => (
          <div>
            <dt>{fact.label}</dt>
            <dd>
              {fact.file === null ? (
                <span class="fact-text">{fact.text}</span>
              ) : (
                <a href={paths.runFile.to({ run: run.id, file: fact.file.id })}>{fact.text}</a>
              )}
              <span class="quiet">{fact.source}</span>
              <Earlier values={fact.earlier} timezone={definition.timezone} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function History({ history, definition }: RunPageProps) {
  return (
    <section aria-labelledby="history">
      <h2 id="history">What happened</h2>
      <ol class="history">
        {history.map((step) => (
          <li>
            <p class="quiet">
              <time datetime={step.at}>{showInstant(step.at, definition.timezone)}</time>
            </p>
            {step.happened.map((happening) => (
              <HistoryLine line={lineOf(happening, definition)} />
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}

function HistoryLine({ line }: { line: Line }) {
  return (
    <>
      <p class={`history-line history-${line.tone}`}>
        {line.text}
        {line.why === null ? null : <span class="history-why"> {line.why}</span>}
      </p>
      {line.answers.length === 0 ? null : (
        <dl class="answers">
          {line.answers.map((answer) => (
            <div>
              <dt>{answer.label}</dt>
              <dd>{answer.text}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function Sent({ sent, definition }: RunPageProps) {
  if (sent.length === 0) return null;
  return (
    <section aria-labelledby="sent">
      <h2 id="sent">What was sent</h2>
      <ul class="sent">
        {sent.map((row) => (
          <li>
            <span>{row.what}</span>
            <span class={row.state === 'held' ? 'badge badge-attention' : 'quiet'}>{sentWords(row, definition.timezone)}</span>
            {row.error === null ? null : <span class="history-why">{row.error}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function sentWords(row: SentRow, timezone: string): string {
  const tries = row.attempts > 1 ? `, ${row.attempts} tries` : '';
  if (row.state === 'done') return `sent ${showInstant(row.doneAt ?? row.at, timezone)}${tries}`;
  if (row.state === 'dropped') return 'not sent, since it was not needed any more';
  return row.state === 'held' ? `gave up${tries}` : `on its way${tries}`;
}
