import { showInstant } from '../calendar.ts';
import { type Definition, stageTitle } from '../definition.ts';
import { shownFacts } from '../facts.ts';
import { questionsOf } from '../questions/question.ts';
import type { Exploration } from './explore.ts';
import { endedIn, possibleMoves, type Rehearsal, visitedStages, whoWaits } from './rehearse.ts';

/** Where a rehearsal stands, for programs: everything but the machine itself. */
export function standingOf(rehearsal: Rehearsal) {
  const { workflow, outcome, now, mails } = rehearsal;
  const { definition } = workflow;
  const person = whoWaits(rehearsal);
  const { facts, attention } = outcome.snapshot.context;
  return {
    now,
    title: outcome.title,
    status: outcome.status,
    stage: outcome.stage,
    ended_in: endedIn(rehearsal),
    visited: visitedStages(rehearsal),
    attention: attention?.error ?? null,
    waits_for: person && {
      who: person.who,
      stage: person.open.stage,
      asks: questionsOf(person.asking).map(({ key, label, field }) => ({ key, label, type: field.type })),
      ways: person.asking.branches,
    },
    possible: possibleMoves(rehearsal),
    data: shownFacts(definition, facts, Object.keys(definition.data)).map(({ key, label, text }) => ({ key, label, text })),
    mails,
  };
}

/** Where a rehearsal stands, in lines for a terminal. */
export function linesOf(rehearsal: Rehearsal, mailsSeen: number): string[] {
  const { definition } = rehearsal.workflow;
  const standing = standingOf(rehearsal);
  const mails = rehearsal.mails
    .slice(mailsSeen)
    .map(({ to, kind, subject }) => `  mail to ${to} (${kind.replace('_', ' ')}): ${subject}`);
  const person = whoWaits(rehearsal);
  const where =
    standing.ended_in !== null
      ? `The run ended in ${stageTitle(definition, standing.ended_in)}.`
      : `${showInstant(rehearsal.now, definition.timezone)}: ${standing.title} is in ${standing.stage === null ? 'no stage' : stageTitle(definition, standing.stage)}.`;
  const asks =
    person === null
      ? []
      : [
          `  ${person.who} is asked: ${standing.waits_for?.asks.map(({ label, key }) => `${label} (${key})`).join(', ') || 'nothing but to confirm'}`,
        ];
  return [...mails, where, ...(standing.attention === null ? [] : [`  It needs attention: ${standing.attention}`]), ...asks];
}

/** What exploring found, in lines for people. */
export function reportOf(
  definition: Definition,
  { runs, ends, neverReached, deadEnds, mails, longest, shortestWays }: Exploration,
): string[] {
  const title = (stage: string) => stageTitle(definition, stage);
  return [
    `${runs} runs were played.`,
    ...Object.entries(ends).map(([stage, count]) => `  ${count} ended in ${title(stage)}.`),
    neverReached.length === 0 ? 'Every stage was reached.' : `Never reached: ${neverReached.map(title).join(', ')}.`,
    deadEnds.length === 0 ? 'None stood still or broke.' : `${deadEnds.length} stood still or broke:`,
    ...deadEnds.map(
      ({ why, startsWith, moves }) => `  ${why}\n    start: ${JSON.stringify(startsWith)}\n    moves: ${JSON.stringify(moves)}`,
    ),
    'Mails of a run, by person (least, usual, most):',
    ...Object.entries(mails).map(([person, { least, median, most }]) => `  ${person}: ${least}, ${median}, ${most}`),
    'The shortest way to each end:',
    ...shortestWays.map(({ words }) => `  ${words}`),
    `The longest run went through ${longest.steps} stages.`,
  ];
}
