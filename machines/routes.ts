import { type Definition, END, type Stage, type Successor, stageOf } from './definition.ts';
import { confidenceNeeded } from './effects.ts';
import type { Judgement } from './event.ts';
import { holds } from './expressions.ts';
import type { HowRouted, RunContext } from './outcome.ts';
import { momentOf } from './people.ts';
import type { Writing } from './writing.ts';

/** One branch of a stage, by its place in `next`. */
export type BranchPlace = { stage: string; index: number };

/** The successor at a place; the compiled machine names no other. */
export function successorAt(definition: Definition, { stage, index }: BranchPlace): Successor {
  const successor = stageOf(definition, stage).next?.[index];
  if (successor === undefined) throw new Error(`Stage ${stage} has no branch ${index + 1}.`);
  return successor;
}

/** Whether a branch's rule holds. A branch without a rule always does. */
export function isTaken(definition: Definition, place: BranchPlace, context: RunContext): boolean {
  const { when } = successorAt(definition, place);
  return when === undefined || holds(when, definition, context.facts, momentOf(context));
}

/** Whether a branch may be taken once more. */
export function isWithinLimit(definition: Definition, place: BranchPlace, { taken }: RunContext): boolean {
  const { at_most } = successorAt(definition, place);
  return at_most === undefined || (taken?.[nameOf(place)] ?? 0) < at_most;
}

/** Whether a model is sure enough of this branch. */
export function isSure(definition: Definition, place: BranchPlace, judgement: Judgement | null): boolean {
  return (
    judgement !== null &&
    judgement.to === successorAt(definition, place).to &&
    judgement.confidence >= confidenceNeeded(definition)
  );
}

/** Why a branch was taken, and instead of which others. */
export type Why = { how: HowRouted; reason?: string };

/** Notes that a branch was taken, and counts it when it has a limit. */
export function takeBranch(w: Writing, definition: Definition, place: BranchPlace, { how, reason }: Why): void {
  const successor = successorAt(definition, place);
  const past = how === 'limit';
  const to = past ? (successor.afterwards ?? END) : successor.to;
  if (successor.at_most !== undefined && !past) {
    const taken = w.context.taken ?? {};
    w.change({ taken: { ...taken, [nameOf(place)]: (taken[nameOf(place)] ?? 0) + 1 } });
  }
  const all = stageOf(definition, place.stage).next ?? [];
  const instead = [...new Set(all.map((one) => one.to))].filter((other) => other !== to);
  const why = reason ?? whyTaken(successor, how, all.length === 1);
  w.happened({ what: 'routed', from: place.stage, to, why, how, ...(instead.length > 0 ? { instead } : {}) });
}

function nameOf({ stage, index }: BranchPlace): string {
  return `${stage}>${index}`;
}

/** Why this path: the rule that held, in the owner's words where there are some. */
function whyTaken({ when, label, at_most }: Successor, how: HowRouted, only: boolean): string {
  if (how === 'limit') return `${label ?? when ?? 'This branch'}: taken ${at_most} times already.`;
  if (only && when === undefined) return 'There is one way on.';
  if (when === undefined) return label ? `No other rule held: ${label}.` : 'No other rule held.';
  return label ? `${label} (${when})` : when;
}

/** How a branch is taken when rules decide. */
export function howTaken({ next = [] }: Stage, { when, otherwise }: Successor): HowRouted {
  if (when !== undefined) return 'rule';
  return otherwise && next.length > 1 ? 'otherwise' : 'only';
}
