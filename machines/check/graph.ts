import { type Definition, END, firstStage, type Stage } from '../definition.ts';
import type { Found } from './finding.ts';

/** Stages that nothing leads to, stages that lead nowhere, and forks that may leave a run standing. */
export function graphFindings(definition: Definition): Found[] {
  const stages = Object.entries(definition.stages);
  if (stages.length === 0)
    return [{ path: ['stages'], code: 'missing', message: 'There is no stage.', remedy: 'Write at least one.' }];
  const forward = new Map(stages.map(([key, stage]) => [key, successors(stage)]));
  const reachable = reach([firstStage(definition)], (key) => forward.get(key) ?? []);
  const backward = (key: string) => stages.filter(([, stage]) => successors(stage).includes(key)).map(([from]) => from);
  const ending = reach([END], backward);
  return stages.flatMap(([key, stage]) => [
    ...(reachable.has(key) ? [] : [unreachable(key)]),
    ...(ending.has(key) ? [] : [endless(key)]),
    ...forkFindings(key, stage),
  ]);
}

function successors({ next }: Stage): string[] {
  return next === undefined ? [END] : next.map(({ to }) => to);
}

function reach(from: string[], step: (key: string) => string[]): Set<string> {
  const seen = new Set(from);
  for (const key of seen) for (const next of step(key)) seen.add(next);
  return seen;
}

function unreachable(key: string): Found {
  return {
    path: ['stages', key],
    atKey: true,
    code: 'unreachable_stage',
    message: `No path leads to the stage ${key}.`,
    remedy: `Name ${key} in the "next" of another stage, or take it out. A run begins in the first stage.`,
  };
}

function endless(key: string): Found {
  return {
    path: ['stages', key],
    atKey: true,
    code: 'no_way_to_an_end',
    message: `A run that enters ${key} can never end.`,
    remedy: 'Let one of the stages that follow lead on to an end: a stage without "next", or next: end.',
  };
}

function forkFindings(key: string, { next }: Stage): Found[] {
  if (next === undefined) return [];
  const path = ['stages', key, 'next'];
  const otherwise = next.flatMap((one, index) => (one.otherwise ? [index] : []));
  const last = otherwise[0];
  const found: Found[] = otherwise.slice(1).map((index) => ({
    path: [...path, index],
    code: 'several_otherwise',
    message: 'Two branches say "otherwise".',
    remedy: 'Keep one of them.',
  }));
  if (last !== undefined && last < next.length - 1 && otherwise.length === 1) {
    found.push({
      path: [...path, last + 1],
      code: 'branch_after_otherwise',
      message: 'This branch is never taken: the one before it takes every case.',
      remedy: 'Put "otherwise" last.',
    });
  }
  next.forEach((one, index) => {
    if (one.otherwise && one.when !== undefined)
      found.push({
        path: [...path, index],
        code: 'wrong_type',
        message: 'A branch has "when" or "otherwise", not both.',
        remedy: 'Take one of them out.',
      });
    if (!one.otherwise && one.when === undefined && next.length > 1)
      found.push({
        path: [...path, index],
        code: 'missing',
        message: 'This branch does not say when it is taken.',
        remedy: 'Add "when", or "otherwise: true" on the last one.',
      });
  });
  if (last === undefined && next.some((one) => one.when !== undefined)) {
    found.push({
      path,
      atKey: true,
      code: 'fork_may_match_nothing',
      message: 'There may be a case in which no branch is taken, and the run would stand still.',
      remedy: 'Let the last branch say "otherwise: true".',
    });
  }
  return found;
}
