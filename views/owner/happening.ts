import { showInstant } from '../../machines/calendar.ts';
import { type Definition, labelOf, stageTitle } from '../../machines/definition.ts';
import { JOIN_OUTCOMES } from '../../machines/implied.ts';
import type { Happening, HowRouted } from '../../machines/outcome.ts';
import type { ShownFact } from '../../machines/values.ts';
import { nameOf } from './words.ts';

/** A line of history for an owner. `why` explains it; `answers` are what a person filled in. */
export type Line = { text: string; why: string | null; answers: ShownFact[]; tone: 'plain' | 'good' | 'bad' };

/** What happened, in a sentence. Owners see everything: calls, mails and failures, too. */
export function lineOf(happening: Happening, definition: Definition): Line {
  const stage = (key: string | null) => (key === null ? 'the run' : titleOf(definition, key));
  switch (happening.what) {
    case 'started':
      return line(`${nameOf(happening.by)} started the run.`);
    case 'entered':
      return line(`${stage(happening.stage)} began${happening.round > 1 ? `, for the ${ordinal(happening.round)} time` : ''}.`);
    case 'handed_off':
      return line(
        `${stage(happening.stage)} went to ${nameOf(happening.to)}${happening.silent ? ', who was here already' : ''}.`,
      );
    case 'answered':
      return line(`${nameOf(happening.by)} answered ${stage(happening.stage)}.`, { answers: happening.answers, tone: 'good' });
    case 'routed':
      return line(`From ${stage(happening.from)} on to ${stage(happening.to)}${howWords(happening.how)}.`, {
        why: `${happening.why}${insteadWords(happening.instead, stage)}`,
      });
    case 'reminded':
      return line(`${nameOf(happening.to)} was reminded.`);
    case 'overdue':
      return line(`${stage(happening.stage)} is overdue.`, { tone: 'bad' });
    case 'moved':
      return line(movedWords(happening, stage(happening.stage)), { why: happening.reason === '' ? null : happening.reason });
    case 'withdrawn':
      return line(`${nameOf(happening.from)} need not answer ${stage(happening.stage)} any more.`);
    case 'called':
      return line(`${stage(happening.stage)} called another system (${happening.component}).`);
    case 'returned':
      return line(`The other system answered ${happening.status}${savedWords(happening.saved, definition)}.`, { tone: 'good' });
    case 'mailed':
      return line(`A mail to ${happening.to}: ${happening.subject}`);
    case 'failed':
      return line(`${stage(happening.stage)} could not go on.`, { why: happening.error, tone: 'bad' });
    case 'retried':
      return line(`${happening.by} tried again.`);
    case 'cancelled':
      return line(`${happening.by} cancelled the run.`, { why: happening.reason === '' ? null : happening.reason, tone: 'bad' });
    case 'ended':
      return line('The run ended.', { tone: 'good' });
    default:
      return moreOf(happening, definition, stage);
  }
}

const HOW: Partial<Record<HowRouted, string>> = {
  rule: ', by a rule',
  otherwise: ', since no rule held',
  limit: ', since the limit is reached',
  skip: ', left out',
  model: ', judged by a model',
  person: ', chosen by a person',
  late: ', since nothing came in time',
  none: ', since nothing was found',
};

/** How the way came to be chosen; older histories do not say it. */
function howWords(how: HowRouted | undefined): string {
  return (how && HOW[how]) ?? '';
}

function insteadWords(instead: readonly string[] | undefined, stage: (key: string) => string): string {
  if (instead === undefined || instead.length === 0) return '';
  return ` Not: ${instead.map((key) => (key === 'end' ? 'the end' : stage(key))).join(', ')}.`;
}

type Later = Extract<
  Happening,
  {
    what:
      | 'supplied'
      | 'skipped'
      | 'judged'
      | 'waiting'
      | 'waited'
      | 'heard'
      | 'looked_up'
      | 'ruled'
      | 'reopened'
      | 'version_moved'
      | 'steered'
      | 'fanned_out'
      | 'reported'
      | 'joined'
      | 'held'
      | 'children_changed'
      | 'repinned';
  }
>;

function moreOf(happening: Later, definition: Definition, stage: (key: string | null) => string): Line {
  switch (happening.what) {
    case 'supplied':
      return line(`${nameOf(happening.by)} sent a part for ${stage(happening.stage)}.`, { answers: happening.answers });
    case 'skipped':
      return line(`${stage(happening.stage)} was left out.`, { why: happening.because });
    case 'judged':
      return judgedLine(happening, stage(happening.stage), definition);
    case 'waiting':
      return line(waitingWords(happening, definition));
    case 'waited':
      return line(`${stage(happening.stage)} went on: ${WAITED[happening.why]}.`);
    case 'heard':
      return line(`${happening.by} reported ${happening.name}${happening.kept ? ', which is kept for later' : ''}.`, {
        answers: happening.saved,
      });
    case 'looked_up':
      return happening.found === null
        ? line(`No row of ${happening.table} fits.`, { tone: 'bad' })
        : line(`${happening.table} was looked up.`, { answers: happening.found });
    case 'ruled':
      return happening.rule === null
        ? line(`No rule of ${happening.component} held.`)
        : line(`A rule of ${happening.component} held.`, { why: happening.rule, answers: happening.set });
    case 'reopened':
      return line(`${happening.by} reopened the run at ${stage(happening.stage)}.`, { why: happening.reason });
    case 'fanned_out':
    case 'reported':
    case 'joined':
    case 'held':
    case 'children_changed':
    case 'repinned':
      return childrenLine(happening, stage, definition);
    case 'steered':
      return steeredLine(happening, stage);
    case 'version_moved':
      return line(`${happening.by} moved the run from version ${happening.from} to version ${happening.to}.`, {
        why: happening.reason,
      });
  }
}

function steeredLine(
  { from, to, by, reason, given }: Extract<Happening, { what: 'steered' }>,
  stage: (key: string | null) => string,
) {
  const where =
    to === null
      ? `let ${stage(from)} go on without waiting`
      : to === 'end'
        ? 'ended the run early'
        : `put the run at ${stage(to)}`;
  return line(`${by} ${where}.`, { why: reason, answers: given });
}

type OfChildren = Extract<Happening, { what: 'fanned_out' | 'reported' | 'joined' | 'held' | 'children_changed' | 'repinned' }>;

function childrenLine(happening: OfChildren, stage: (key: string) => string, definition: Definition): Line {
  switch (happening.what) {
    case 'fanned_out': {
      const until = happening.until === null ? '' : `, until ${showInstant(happening.until, definition.timezone)}`;
      return line(`${stage(happening.stage)} started ${happening.workflow} ${times(happening.asked)}${until}.`);
    }
    case 'reported':
      return line(
        [
          ...(happening.taken > 0 ? [`${count(happening.taken, 'result')} came in.`] : []),
          ...(happening.late > 0 ? [`${count(happening.late, 'result')} came late and changed nothing.`] : []),
        ].join(' '),
      );
    case 'joined': {
      const { asked, arrived, failed } = happening.tally;
      const who = happening.by === null ? '' : `, by ${happening.by}`;
      const failures = failed === 0 ? '' : `, ${failed} failed`;
      return line(`${stage(happening.stage)} went on${who}: ${JOIN_OUTCOMES[happening.outcome].toLowerCase()}.`, {
        why: `${arrived} of ${asked} arrived${failures}.${happening.reason === '' ? '' : ` ${happening.reason}`}`,
      });
    }
    case 'held':
      return line(`${stage(happening.stage)} waits for an owner: ${count(happening.failed, 'child', 'children')} failed.`, {
        tone: 'bad',
      });
    case 'repinned':
      return line(
        `${happening.by} lets those at ${stage(happening.stage)} that have not begun begin in version ${happening.version}.`,
        {
          why: happening.reason,
        },
      );
    case 'children_changed':
      return line(`${happening.by} ${CHANGED[happening.change]} ${happening.key ?? 'a child'} at ${stage(happening.stage)}.`, {
        why: happening.reason,
      });
  }
}

const CHANGED = { add: 'added', remove: 'removed', replace: 'replaced one by' };

function times(asked: number): string {
  return asked === 1 ? 'once' : `${asked} times`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

const WAITED = { time: 'the time is over', event: 'the event came', 'nothing came': 'nothing came in time' };

function waitingWords({ stage, until, event }: Extract<Happening, { what: 'waiting' }>, definition: Definition): string {
  const end = until === null ? '' : ` until ${showInstant(until, definition.timezone)}`;
  return event === null
    ? `${titleOf(definition, stage)} waits${end}.`
    : `${titleOf(definition, stage)} waits for ${event}${end}.`;
}

function judgedLine({ judgement, note }: Extract<Happening, { what: 'judged' }>, stage: string, definition: Definition): Line {
  if (judgement === null) return line(`${stage}: no model judged.`, { why: note });
  const sure = `${Math.round(judgement.confidence * 100)} % sure`;
  return line(`${stage}: ${judgement.model} would go on to ${titleOf(definition, judgement.to)} (${sure}).`, {
    why: judgement.reason,
  });
}

function line(text: string, more: Partial<Line> = {}): Line {
  return { text, why: null, answers: [], tone: 'plain', ...more };
}

function movedWords(moved: Extract<Happening, { what: 'moved' }>, stage: string): string {
  const way = `${stage} went from ${nameOf(moved.from)} to ${nameOf(moved.to)}`;
  return moved.why === 'escalated' ? `${way}, because it took too long.` : `${way}, by ${moved.by}.`;
}

function savedWords(saved: Record<string, unknown>, definition: Definition): string {
  const labels = Object.keys(saved).map((key) => labelOf(definition, key));
  return labels.length === 0 ? '' : ` and gave: ${labels.join(', ')}`;
}

// A stage of an older version may be gone from the definition that is shown; its key still says which it was.
function titleOf(definition: Definition, key: string): string {
  return key === 'end' || Object.hasOwn(definition.stages, key) ? stageTitle(definition, key) : key;
}

function ordinal(count: number): string {
  return ['first', 'second', 'third', 'fourth', 'fifth'][count - 1] ?? `${count}th`;
}
