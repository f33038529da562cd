import { actorTitle, type Definition, END, firstStage, type Stage, stageTitle } from '../definition.ts';
import type { Both } from './components.ts';
import { insteadOf, isSame, quoted, type Said, saidOf, saidOfValue, say } from './saying.ts';

const TOLD = ['title', 'actor', 'guidance', 'due', 'remind', 'escalate', 'skip', 'decider', 'components', 'next'];

/** Which stages are new, which are gone, and in which order they stand. */
export function stageListSaid({ before, after }: Both): Said[] {
  const [was, is] = [Object.keys(before.stages), Object.keys(after.stages)];
  const added = is.filter((key) => !was.includes(key));
  const removed = was.filter((key) => !is.includes(key));
  const moved = !isSame(
    was.filter((key) => is.includes(key)),
    is.filter((key) => was.includes(key)),
  );
  const first = firstStage(after);
  return [
    ...added.map((key) => say(`The stage ${stageTitle(after, key)} is new.`)),
    ...removed.map((key) => say(`The stage ${stageTitle(before, key)} is gone.`)),
    ...(first === firstStage(before) ? [] : [say(`A run now begins in ${stageTitle(after, first)}.`)]),
    ...(moved ? [say(`The stages are in another order: ${is.map((key) => stageTitle(after, key)).join(', ')}.`)] : []),
  ];
}

/** What differs in a stage that both have, but for its guidance, its components and its ways on. */
export function stageSaid({ before, after }: Both, key: string, was: Stage, is: Stage): Said[] {
  const title = stageTitle(after, key);
  const renamed = was.title === is.title ? [] : [say(`The stage ${stageTitle(before, key)} is now called ${quoted(title)}.`)];
  const people = (['actor', 'decider'] as const).flatMap((role) =>
    personSaid(title, role, nameIn(before, was[role]), nameIn(after, is[role]), was[role] === is[role]),
  );
  return [
    ...renamed,
    ...people,
    ...timeSaid(title, 'due', was.due, is.due),
    ...timeSaid(title, 'a reminder after', was.remind, is.remind),
    ...escalationSaid({ before, after }, title, was, is),
    ...skipSaid({ before, after }, title, was, is),
    ...saidOf(title, was, is, TOLD),
  ];
}

function nameIn(definition: Definition, actor: string | undefined): string {
  return actor === undefined ? '' : actorTitle(definition, actor);
}

function personSaid(title: string, role: 'actor' | 'decider', was: string, is: string, same: boolean): Said[] {
  if (same) return [];
  const what = role === 'actor' ? 'done by' : 'the way on is chosen by';
  if (is === '') return [say(`${title}: ${what} whoever acts there, no longer ${was}.`)];
  return [say(`${title}: ${what} ${is}${was === '' ? ' now' : ` instead of ${was}`}.`)];
}

function timeSaid(title: string, what: string, was: string | undefined, is: string | undefined): Said[] {
  if (was === is) return [];
  if (was === undefined) return [say(`${title}: now ${what} ${is}.`)];
  if (is === undefined) return [say(`${title}: no longer ${what} ${was}.`)];
  return [say(`${title}: ${what} ${insteadOf(was, is)}.`)];
}

function escalationSaid({ before, after }: Both, title: string, { escalate: was }: Stage, { escalate: is }: Stage): Said[] {
  if (isSame(was, is)) return [];
  if (is === undefined) return [say(`${title}: it no longer goes to anybody else when nobody answers.`)];
  const now = `${title}: without an answer it now goes to ${actorTitle(after, is.to)} after ${is.after}`;
  if (was === undefined) return [say(`${now}.`)];
  const changed = was.to === is.to && was.after === is.after ? [] : [escalatedBefore(before, now, was)];
  return [...changed, ...saidOf(`${title}, without an answer`, was, is, ['to', 'after'])];
}

function escalatedBefore(before: Definition, now: string, was: NonNullable<Stage['escalate']>): Said {
  return say(`${now}; before, to ${actorTitle(before, was.to)} after ${was.after}.`);
}

function skipSaid({ before, after }: Both, title: string, { skip: was }: Stage, { skip: is }: Stage): Said[] {
  if (isSame(was, is)) return [];
  if (is === undefined) return [say(`${title} is never left out any more.`)];
  if (was === undefined) {
    const to = is.to === undefined ? '' : ` It goes on to ${placeOf(after, is.to)} then.`;
    return [say(`${title} is now left out when ${is.when}: ${is.because}${to}`)];
  }
  const to =
    was.to === is.to
      ? []
      : saidOfValue(
          `${title}, when left out`,
          'on to',
          was.to && placeOf(before, was.to) + keyed(was.to),
          is.to && placeOf(after, is.to) + keyed(is.to),
        );
  return [...to, ...saidOf(`${title}, when left out`, was, is, ['to'], { when: 'the rule', because: 'the reason told' })];
}

function placeOf(definition: Definition, stage: string): string {
  return stage === END ? 'the end' : stageTitle(definition, stage);
}

function keyed(stage: string): string {
  return stage === END ? '' : ` (${stage})`;
}
