import { showDay, showInstant } from '../../machines/calendar.ts';
import type { Instant } from '../../machines/values.ts';
import { ProblemSummary } from '../parts/field.tsx';
import type { FormState } from '../parts/form-state.ts';
import { Sections, type ShownSection } from '../parts/question.tsx';
import { paths } from '../paths.ts';
import { type ChildLine, FanCounts, type FanSummary, fanWords } from './children.tsx';
import { OwnerPage } from './frame.tsx';

export type ChildrenPageProps = {
  owner: string;
  now: Instant;
  timezone: string;
  run: string;
  title: string;
  fan: FanSummary;
  lines: ChildLine[];
  states: { value: string; words: string }[];
  state: string;
  /** The address of the page with those that follow. */
  next: string | null;
  /** Whether the run still waits for them. */
  waits: boolean;
  mayAccept: boolean;
  /** A newer version in which those that have not begun could begin. */
  newer: number | null;
  /** What a new child is asked; null when none can be added. */
  adding: { sections: ShownSection[]; form: FormState; typed: Record<string, string>; problem: string | null } | null;
  notice: { tone: 'good' | 'wrong'; text: string } | null;
  labelOf: (name: string) => string;
};

/** All children of a fan-out, and what an owner may do about them. */
export function ChildrenPage(props: ChildrenPageProps) {
  const { run, fan, title } = props;
  const here = paths.children.to({ run, fan: fan.id });
  return (
    <OwnerPage title={fan.title} owner={props.owner} here="runs">
      <p class="quiet">
        <a href={paths.run.to({ run })}>{title}</a> · <a href={paths.tree.to({ run })}>The whole tree</a>
      </p>
      <h1>{fan.title}</h1>
      {props.notice === null ? null : (
        <p class={`notice notice-${props.notice.tone}`} role={props.notice.tone === 'good' ? 'status' : 'alert'}>
          {props.notice.text}
        </p>
      )}
      <p class="lead">{fanWords(fan, props.timezone, props.now)}</p>
      <FanCounts fan={fan} />
      <form class="filter" method="get" action={here}>
        <div class="field">
          <label for="state">Show</label>
          <select id="state" name="state">
            <option value="">All</option>
            {props.states.map(({ value, words }) => (
              <option value={value} selected={value === props.state}>
                {words}
              </option>
            ))}
          </select>
        </div>
        <button class="button button-quiet" type="submit">
          Show
        </button>{' '}
        <a href={`${here}?format=csv`}>As a file for spreadsheets</a>
      </form>
      <Table {...props} />
      {props.next === null ? null : (
        <nav class="pages" aria-label="Pages">
          <a href={props.next}>Those that follow</a>
        </nav>
      )}
      {props.waits && props.mayAccept ? <Accept here={here} /> : null}
      {props.waits && props.newer !== null ? <Repin here={here} newer={props.newer} /> : null}
      {props.waits && props.adding !== null ? <Add {...props} adding={props.adding} here={here} /> : null}
    </OwnerPage>
  );
}

function Table(props: ChildrenPageProps) {
  if (props.lines.length === 0) return <p class="empty">There is none here.</p>;
  const actable = props.waits && props.lines.some(({ open }) => open);
  const table = (
    <div class="table-scroll">
      <table class="children">
        <thead>
          <tr>
            {actable ? <th scope="col">Choose</th> : null}
            <th scope="col">Which</th>
            <th scope="col">State</th>
            <th scope="col">Who</th>
            <th scope="col">What came back</th>
          </tr>
        </thead>
        <tbody>
          {props.lines.map((child) => (
            <Row child={child} actable={actable} timezone={props.timezone} />
          ))}
        </tbody>
      </table>
    </div>
  );
  if (!actable) return table;
  return (
    <form method="post" action={paths.children.to({ run: props.run, fan: props.fan.id })}>
      {table}
      <fieldset class="section">
        <legend>With those that you chose</legend>
        <div class="field">
          <label for="act-reason">Reason; whoever is concerned reads it</label>
          <input id="act-reason" name="reason" type="text" maxlength={1000} />
        </div>
        <p class="buttons">
          <button class="button button-quiet" type="submit" name="act" value="remind">
            Remind them
          </button>{' '}
          <button class="button button-quiet" type="submit" name="act" value="resend">
            Ask them anew
          </button>{' '}
          <button class="button button-danger" type="submit" name="act" value="remove">
            Remove them
          </button>
        </p>
        <p class="quiet">You see what will happen before anything does.</p>
      </fieldset>
    </form>
  );
}

function Row({ child, actable, timezone }: { child: ChildLine; actable: boolean; timezone: string }) {
  const { index, key, run } = child;
  return (
    <tr>
      {actable ? (
        <td>{child.open ? <input type="checkbox" name="child" value={String(index)} aria-label={`Choose ${key}`} /> : null}</td>
      ) : null}
      <th scope="row">{run === null ? key : <a href={paths.run.to({ run })}>{key}</a>}</th>
      <td>
        <span class={`badge badge-child-${child.state}`}>{child.words}</span>
      </td>
      <td>
        {child.who}
        {child.at === null ? null : (
          <time class="quiet result" datetime={child.at} title={showInstant(child.at, timezone)}>
            {showDay(child.at, timezone)}
          </time>
        )}
      </td>
      <td>
        {child.results.map(({ label, text }) => (
          <span class="result">
            <span class="quiet">{label}:</span> {text}
          </span>
        ))}
        {child.note === null ? null : <span class="quiet">{child.note}</span>}
        {child.conflict === null ? null : <span class="history-why">Reported again, and not used: {child.conflict}</span>}
      </td>
    </tr>
  );
}

function Accept({ here }: { here: string }) {
  return (
    <details class="act">
      <summary>Go on with what came in</summary>
      <form id="accept" method="post" action={here}>
        <div class="field">
          <label for="accept-reason">Reason; it stands in the history</label>
          <input id="accept-reason" name="reason" type="text" required maxlength={1000} />
        </div>
        <button class="button" type="submit" name="act" value="accept">
          See what will happen
        </button>
      </form>
    </details>
  );
}

function Repin({ here, newer }: { here: string; newer: number }) {
  return (
    <details class="act">
      <summary>Begin those not asked yet in version {newer}</summary>
      <p>Those under way stay in theirs.</p>
      <form method="post" action={here}>
        <div class="field">
          <label for="repin-reason">Reason; it stands in the history</label>
          <input id="repin-reason" name="reason" type="text" required maxlength={1000} />
        </div>
        <button class="button" type="submit" name="act" value="repin">
          Use version {newer}
        </button>
      </form>
    </details>
  );
}

type Adding = NonNullable<ChildrenPageProps['adding']>;

function Add(props: ChildrenPageProps & { adding: Adding; here: string }) {
  const { sections, form, typed, problem } = props.adding;
  const open = Object.keys(form.problems).length > 0 || problem !== null;
  return (
    <details class="act" open={open}>
      <summary>Ask somebody else, too, or instead</summary>
      <form method="post" action={props.here} novalidate>
        <ProblemSummary problems={form.problems} labelOf={props.labelOf} />
        {problem === null ? null : (
          <p class="notice notice-wrong" role="alert">
            {problem}
          </p>
        )}
        <div class="field">
          <label for="add-key">What it is called in the table</label>
          <input id="add-key" name="new_key" type="text" required maxlength={120} value={typed.new_key ?? ''} />
        </div>
        <Sections sections={sections} form={form} action={props.here} />
        <div class="field">
          <label for="add-instead">Instead of</label>
          <select id="add-instead" name="instead">
            <option value="">Nobody: in addition</option>
            {props.lines
              .filter((child) => child.open)
              .map(({ index, key }) => (
                <option value={String(index)} selected={typed.instead === String(index)}>
                  {key}
                </option>
              ))}
          </select>
        </div>
        <div class="field">
          <label for="add-reason">Reason; it stands in the history</label>
          <input id="add-reason" name="reason" type="text" required maxlength={1000} value={typed.reason ?? ''} />
        </div>
        <button class="button" type="submit" name="act" value="add">
          Ask them
        </button>
      </form>
    </details>
  );
}

export type ActPreviewProps = {
  owner: string;
  run: string;
  fan: string;
  title: string;
  heading: string;
  /** What will happen, a sentence each. */
  lines: string[];
  /** What is sent again to make it happen. */
  hidden: [string, string][];
};

/** What an act would do, before it is done. */
export function ActPreview({ owner, run, fan, title, heading, lines, hidden }: ActPreviewProps) {
  const here = paths.children.to({ run, fan });
  return (
    <OwnerPage title={heading} owner={owner} here="runs">
      <p class="quiet">
        <a href={here}>{title}</a>
      </p>
      <h1>{heading}</h1>
      <ul>
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
      <form method="post" action={here}>
        {hidden.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button class="button" type="submit" name="sure" value="yes">
          Do it
        </button>{' '}
        <a href={here}>Leave it as it is</a>
      </form>
    </OwnerPage>
  );
}
