import { type Definition, labelOf, stageTitle } from '../../machines/definition.ts';
import type { Happening } from '../../machines/outcome.ts';
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
      return line(`From ${stage(happening.from)} on to ${stage(happening.to)}.`, { why: happening.why });
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
  }
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
