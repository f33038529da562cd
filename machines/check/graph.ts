import { type Definition, END, firstStage, type Stage, type Successor } from '../definition.ts';
import { coverageOf } from './coverage.ts';
import type { Found, Path } from './finding.ts';
import { sideExits } from './gathered.ts';
import { branchPartPath, branchPath } from './paths.ts';

const MOST_STAGES = 500;

/** Stages that nothing leads to, stages that lead nowhere, and branches that are not written to the end. */
export function graphFindings(definition: Definition): Found[] {
  const stages = Object.entries(definition.stages);
  if (stages.length === 0)
    return [{ path: ['stages'], code: 'missing', message: 'There is no stage.', remedy: 'Write at least one.' }];
  if (stages.length > MOST_STAGES) return [tooMany(stages.length)];
  const forward = new Map(stages.map(([key, stage]) => [key, [...successors(stage), ...sideExits(definition, key)]]));
  const reachable = reach([firstStage(definition)], (key) => forward.get(key) ?? []);
  const backward = new Map<string, string[]>();
  for (const [from, targets] of forward) for (const to of targets) backward.set(to, [...(backward.get(to) ?? []), from]);
  const ending = reach([END], (key) => backward.get(key) ?? []);
  return stages.flatMap(([key, stage]) => [
    ...(reachable.has(key) ? [] : [unreachable(key)]),
    ...(ending.has(key) ? [] : [endless(key)]),
    ...branchFindings(key, stage),
  ]);
}

function tooMany(count: number): Found {
  return {
    path: ['stages'],
    atKey: true,
    code: 'too_large',
    message: `There are ${count} stages; a workflow has ${MOST_STAGES} at most.`,
    remedy: 'Split it into several workflows.',
  };
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

function branchFindings(key: string, stage: Stage): Found[] {
  const { next = [], skip } = stage;
  const found = otherwiseFindings(key, stage);
  const judged = next.some(({ guidance }) => guidance !== undefined);
  next.forEach((one, index) => {
    const path = branchPath(key, stage, index);
    if (one.at === undefined) found.push(...ruleFindings(one, path, next.length, judged));
    if (one.at_most !== undefined && one.afterwards === undefined) {
      found.push({
        path,
        code: 'limit_without_end',
        message: `This branch does not say where the run goes after the ${one.at_most}. time.`,
        remedy: 'Add "afterwards" with a stage, or afterwards: end.',
      });
    }
    if (one.at_most === undefined && one.afterwards !== undefined) {
      found.push({
        path: branchPartPath(key, stage, index, 'afterwards'),
        code: 'limit_without_end',
        message: 'There is no limit after which this would count.',
        remedy: 'Add "at_most", or take "afterwards" out.',
      });
    }
  });
  if (judged && next.filter(({ guidance, otherwise }) => guidance !== undefined || otherwise).length < 2) {
    found.push({
      path: ['stages', key, 'next'],
      atKey: true,
      code: 'missing',
      message: 'There is only one way on that guidance could choose.',
      remedy: 'Give a second branch "guidance" or "otherwise", or take the guidance out.',
    });
  }
  if (skip !== undefined && skip.to === undefined && next.length > 1) {
    found.push({
      path: ['stages', key, 'skip'],
      code: 'skip_without_end',
      message: 'It is not said where the run goes when this stage is left out.',
      remedy: 'Add "to" with a stage, or to: end.',
    });
  }
  return found;
}

function otherwiseFindings(key: string, stage: Stage): Found[] {
  const { next = [] } = stage;
  const otherwise = next.flatMap((one, index) => (one.otherwise ? [index] : []));
  const last = otherwise[0];
  const found: Found[] = otherwise.slice(1).map((index) => ({
    path: branchPath(key, stage, index),
    code: 'several_otherwise',
    message: 'Two branches say "otherwise".',
    remedy: 'Keep one of them.',
  }));
  if (last !== undefined && last < next.length - 1 && otherwise.length === 1) {
    found.push({
      path: branchPath(key, stage, last + 1),
      code: 'branch_after_otherwise',
      message: 'This branch is never taken: the one before it takes every case.',
      remedy: 'Put "otherwise" last.',
    });
  }
  return found;
}

function ruleFindings(one: Successor, path: Path, count: number, judged: boolean): Found[] {
  const given = [one.when, one.otherwise, one.guidance].filter((part) => part !== undefined);
  if (given.length > 1)
    return [
      {
        path,
        code: 'wrong_type',
        message: 'A branch has one of "when", "guidance" and "otherwise".',
        remedy: 'Take the others out.',
      },
    ];
  if (given.length === 0 && count > 1)
    return [
      {
        path,
        code: 'missing',
        message: 'This branch does not say when it is taken.',
        remedy: judged ? 'Add "guidance", or "otherwise: true".' : 'Add "when", or "otherwise: true" on the last one.',
      },
    ];
  return [];
}

/**
 * Forks that may leave a run standing, with the first case in which they do, and branches that no case takes. To be
 * asked only when all conditions can be judged.
 */
export function forkFindings(definition: Definition): Found[] {
  return Object.entries(definition.stages).flatMap(([key, stage]) => forkOf(definition, key, stage));
}

function forkOf(definition: Definition, key: string, stage: Stage): Found[] {
  const { next = [] } = stage;
  const conditions = next.flatMap(({ when }) => (when === undefined ? [] : [when]));
  if (conditions.length === 0) return [];
  const coverage = coverageOf(conditions, definition);
  const closed = next.some(({ otherwise, guidance, when }) => otherwise || guidance !== undefined || when === undefined);
  const found: Found[] = [];
  if (!closed && coverage.is !== 'covered') found.push(openFork(key, next, coverage.gap?.words ?? null));
  if (!coverage.whole) return found;
  let condition = -1;
  next.forEach(({ when, to }, index) => {
    if (when === undefined) return;
    condition += 1;
    if (coverage.hits[condition] === 0) found.push(neverTaken(branchPartPath(key, stage, index, 'when'), to));
  });
  return found;
}

function openFork(key: string, next: readonly Successor[], gap: string | null): Found {
  const written = next.some(({ at }) => at === undefined);
  return {
    path: written ? ['stages', key, 'next'] : ['stages', key],
    atKey: true,
    code: 'fork_may_match_nothing',
    message:
      gap === null
        ? 'There may be a case in which no branch is taken, and the run would stand still.'
        : `No branch is taken when ${gap}, and the run would stand still.`,
    remedy: 'Let the last branch say "otherwise: true".',
  };
}

function neverTaken(path: Path, to: string): Found {
  return {
    path,
    code: 'branch_never_taken',
    severity: 'warning',
    message: `No case leads here to ${to}: the rule never holds, or a branch before it takes all its cases.`,
    remedy: 'Correct the rule, or take the branch out.',
  };
}
