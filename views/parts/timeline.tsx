import { showInstant } from '../../machines/calendar.ts';
import type { Happening } from '../../machines/outcome.ts';
import type { Instant, Person } from '../../machines/values.ts';

/** One step of a request's history. */
export type TimelineStep = { at: Instant; happened: Happening[] };

/** What the lines are written with. `roleOf`: the title of who is responsible for a stage. */
export type TimelineWords = {
  starter: Person;
  timezone: string;
  stageTitle: (stage: string) => string;
  roleOf: (stage: string) => string;
};

/** What has happened to a request, for the one who made it: in words, and without anybody's address. */
export function Timeline({ history, words }: { history: TimelineStep[]; words: TimelineWords }) {
  const moved = movedHandOffs(history);
  return (
    <ol class="timeline">
      {history.map(({ at, happened }) => (
        <Step at={at} lines={happened.flatMap((one) => lineOf(one, words, moved) ?? [])} timezone={words.timezone} />
      ))}
    </ol>
  );
}

/** All that one step did, under its moment. */
function Step({ at, lines, timezone }: { at: Instant; lines: string[]; timezone: string }) {
  if (lines.length === 0) return null;
  return (
    <li>
      <time datetime={at}>{showInstant(at, timezone)}</time>
      {lines.map((line) => (
        <div>{line}</div>
      ))}
    </li>
  );
}

/** A happening in words; null where it would only be noise. */
function lineOf(happening: Happening, words: TimelineWords, moved: ReadonlySet<string>): string | null {
  const { stageTitle, roleOf } = words;
  switch (happening.what) {
    case 'started':
      return 'The request was sent.';
    case 'handed_off':
      return `Handed to ${called(happening.to, words, roleOf(happening.stage), 'you')} for: ${stageTitle(happening.stage)}.`;
    case 'answered': {
      // After a move the role of the stage is no longer that of the person.
      const role = moved.has(happening.handOff) ? 'Whoever took it over' : roleOf(happening.stage);
      const answers = happening.answers.map(({ label, text }) => `${label}: ${text}`).join('; ');
      return `${called(happening.by, words, role, 'You')} answered${answers === '' ? '' : `: ${answers}`}.`;
    }
    case 'reminded':
      return isStarter(happening.to, words) ? 'You were reminded.' : 'A reminder went out.';
    case 'moved': {
      const to = called(happening.to, words, 'somebody else', 'you');
      return happening.why === 'escalated' ? `Not answered in time, so it went on to ${to}.` : `Handed on to ${to}.`;
    }
    case 'version_moved':
      return `It goes on under version ${happening.to} of the workflow.`;
    case 'returned':
      return `${stageTitle(happening.stage)}: done.`;
    case 'mailed':
      return `An email went out: ${happening.subject}.`;
    case 'cancelled':
      return happening.reason === '' ? 'Cancelled.' : `Cancelled: ${happening.reason}`;
    case 'supplied':
      return `${called(happening.by, words, roleOf(happening.stage), 'You')} sent a part: ${happening.answers.map(({ label }) => label).join(', ')}.`;
    case 'skipped':
      return `${stageTitle(happening.stage)} was left out: ${happening.because}`;
    case 'waiting':
      return `${stageTitle(happening.stage)}: waiting${happening.until === null ? '' : ` until ${showInstant(happening.until, words.timezone)}`}.`;
    case 'reopened':
      return `Taken up again at ${stageTitle(happening.stage)}: ${happening.reason}`;
    case 'ended':
      return 'Finished.';
    default:
      return null;
  }
}

/** A person by name; by role where the name is not known; and as themselves where they are the reader. */
function called(person: Person, words: TimelineWords, role: string, reader: string): string {
  if (isStarter(person, words)) return reader;
  return person.name === null || person.name === '' ? role : person.name;
}

function isStarter({ email }: Person, { starter }: TimelineWords): boolean {
  return email === starter.email;
}

function movedHandOffs(history: TimelineStep[]): Set<string> {
  return new Set(history.flatMap(({ happened }) => happened.flatMap((one) => (one.what === 'moved' ? [one.handOff] : []))));
}
