import type { Instant, Person } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { counted, nameOf, spanWords } from './words.ts';

export type QueueLine = {
  need: 'failed' | 'undelivered' | 'held' | 'overdue' | 'long';
  why: string;
  since: Instant;
  id: string;
  title: string;
  standing: string;
  workflowTitle: string;
  stageTitle: string | null;
  holder: Person | null;
  /** Since when the holder has it. */
  openSince: Instant | null;
  /** Whose it is to look after. */
  responsible: string;
  /** The children that it waits for. */
  fan: string | null;
  ended: boolean;
  /** Whether there is something that it could go on without. */
  maySkip: boolean;
};

export type QueuePageProps = { owner: string; now: Instant; lines: QueueLine[]; more: number };

const GROUPS = [
  ['failed', 'Cannot go on by itself', 'Another system, a file, a rule or a text failed.'],
  ['undelivered', 'A mail was not taken', 'Mostly the address is wrong, or a mailbox is full.'],
  [
    'held',
    'Waits for your word',
    'Something that was called as a step failed, and the workflow leaves it to you what comes of it.',
  ],
  ['overdue', 'Overdue', 'Whoever has it is late.'],
  ['long', 'Waiting for long', 'Nobody set a due date, and somebody has had it for more than a week.'],
] as const;

/** Everything that does not go on as it should, the oldest first, each with who looks after it and what helps. */
export function QueuePage(props: QueuePageProps) {
  const { lines, more } = props;
  return (
    <OwnerPage title="Attention" owner={props.owner} here="queue">
      <h1>What needs somebody</h1>
      {lines.length === 0 ? (
        <p class="empty">Nothing. Every run goes on as it should.</p>
      ) : (
        <p class="lead">{counted(lines.length + more, 'run')} of your workflows.</p>
      )}
      {GROUPS.map(([need, heading, help]) => {
        const own = lines.filter((line) => line.need === need);
        if (own.length === 0) return null;
        return (
          <section aria-labelledby={need}>
            <h2 id={need}>
              {heading} <span class="quiet">({own.length})</span>
            </h2>
            <p class="quiet">{help}</p>
            <ul class="cards">
              {own.map((line) => (
                <Card line={line} now={props.now} />
              ))}
            </ul>
          </section>
        );
      })}
      {more === 0 ? null : <p class="quiet">{counted(more, 'more run')} will be shown once these go on.</p>}
    </OwnerPage>
  );
}

function Card({ line, now }: { line: QueueLine; now: Instant }) {
  return (
    <li class="card">
      <h3>
        <a href={paths.run.to({ run: line.id })}>{line.title}</a>
      </h3>
      <p class="quiet">
        {line.workflowTitle}
        {line.stageTitle === null ? null : `, at ${line.stageTitle}`}
      </p>
      <p>{whyWords(line, now)}</p>
      <p class="quiet">Looked after by {line.responsible}</p>
      <Fixes line={line} />
    </li>
  );
}

function whyWords({ need, why, since, holder, openSince }: QueueLine, now: Instant): string {
  const age = spanWords(since, now);
  const who = holder === null ? 'Nobody' : nameOf(holder);
  if (need === 'overdue')
    return `${who} has had it for ${spanWords(openSince ?? since, now)}, and should have answered ${age} ago.`;
  if (need === 'long') return `${who} has had it for ${age}.`;
  return `${why} Since ${age}.`;
}

/** What mostly helps, the likeliest first; everything else is on the page of the run. */
function Fixes({ line }: { line: QueueLine }) {
  const { need, id, fan, ended } = line;
  const run = paths.run.to({ run: id });
  const give = (
    <a class="button button-quiet" href={`${run}#hand-offs`}>
      Give it to somebody else
    </a>
  );
  const skip = line.maySkip ? (
    <a class="button button-quiet" href={`${paths.course.to({ run: id })}?to=on`}>
      Go on without it
    </a>
  ) : null;
  switch (need) {
    case 'failed':
      return (
        <div class="buttons">
          <Now line={line} act="retry" words="Try again" /> {skip} {ended ? null : <a href={`${run}#cancel`}>Cancel it</a>}
        </div>
      );
    case 'undelivered':
      return (
        <div class="buttons">
          {line.holder === null ? null : give} <Now line={line} act="retry" words="Send it again" /> {skip}
        </div>
      );
    case 'held':
      return (
        <div class="buttons">
          {fan === null ? null : (
            <>
              <a class="button button-quiet" href={`${paths.children.to({ run: id, fan })}?state=failed`}>
                Ask somebody else
              </a>{' '}
              <a class="button button-quiet" href={`${paths.children.to({ run: id, fan })}#accept`}>
                Go on with what came in
              </a>
            </>
          )}{' '}
          <a href={`${run}#cancel`}>Cancel it</a>
        </div>
      );
    default:
      return (
        <div class="buttons">
          <Now line={line} act="remind" words="Remind them" /> {give} {skip}
        </div>
      );
  }
}

/** Done at once: it changes nothing that would have to be looked at first. */
function Now({ line, act, words }: { line: QueueLine; act: 'retry' | 'remind'; words: string }) {
  return (
    <form method="post" action={paths.acts.to()}>
      <input type="hidden" name="act" value={act} />
      <input type="hidden" name="from" value="queue" />
      <button class="button button-quiet" type="submit" name="sure" value={`${line.id} ${line.standing}`}>
        {words}
        <span class="visually-hidden">: {line.title}</span>
      </button>
    </form>
  );
}
