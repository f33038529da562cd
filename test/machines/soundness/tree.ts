import type { Dice } from './dice.ts';

/** A part of a definition as it is written. */
export type Tree = { [key: string]: unknown };

export const tree = (value: unknown): Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.assign(value) : {};
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const stagesOf = (definition: Tree) => Object.values(tree(definition.stages)).map(tree);
export const componentsOf = (definition: Tree, ...kinds: string[]): Tree[] =>
  stagesOf(definition).flatMap((stage) =>
    list(stage.components).flatMap((one) => kinds.flatMap((kind) => (kind in tree(one) ? [tree(tree(one)[kind])] : []))),
  );
export const branchesOf = (definition: Tree) => stagesOf(definition).flatMap((stage) => list(stage.next).map(tree));

/** Does something to one of several places; false when there is none. */
export function toOne(places: Tree[], roll: Dice, change: (place: Tree) => void): boolean {
  if (places.length === 0) return false;
  change(roll.pick(places));
  return true;
}
