import type { Definition, Stage } from '../definition.ts';
import { impliedData } from '../implied.ts';
import type { Path } from './finding.ts';

/** Where a branch is written: under `next`, or with the outcome of a decision. */
export function branchPath(key: string, { next = [] }: Stage, index: number): Path {
  const branch = next[index];
  if (branch?.at !== undefined) return ['stages', key, ...branch.at.slice(0, -1)];
  const implied = next.filter(({ at }) => at !== undefined).length;
  return ['stages', key, 'next', index - implied];
}

/** Where a part of a branch is written. */
export function branchPartPath(key: string, stage: Stage, index: number, part: string): Path {
  const path = branchPath(key, stage, index);
  return path[2] === 'next' || part === 'to' ? [...path, part] : path;
}

/** The keys of data that components declare by themselves. */
export function impliedKeys(definition: Definition): Set<string> {
  return new Set(
    Object.values(definition.stages).flatMap(({ components }) => components.flatMap((one) => Object.keys(impliedData(one)))),
  );
}

/** The texts of a JSON value, with their places. */
export function textsIn(json: unknown, path: Path): { text: string; path: Path }[] {
  if (typeof json === 'string') return [{ text: json, path }];
  if (Array.isArray(json)) return json.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => textsIn(value, [...path, key]));
}
