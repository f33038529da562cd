import { knownIn } from './check/emptiable.ts';
import { lacksAt, lacksFrom } from './check/flow.ts';
import { componentId } from './components/component.ts';
import { type Definition, END } from './definition.ts';
import type { RunEvent, Steered } from './event.ts';
import { shownAnswers, withValues } from './facts.ts';
import { withdraw } from './hand-offs.ts';
import type { RunContext } from './outcome.ts';
import { momentOf } from './people.ts';
import { SIGN } from './questions/asking.ts';
import type { Writing } from './writing.ts';

/** The step of a stage at which a run rests, waiting for somebody or something. */
export type Step = { stage: string; component: number; id: string };

/** Where a run rests; null where it chooses its way, or has ended. */
export function stepOf({ stages }: Definition, { stage, open, awaiting, waiting, fan }: RunContext): Step | null {
  const resting = open?.component ?? awaiting?.component ?? waiting?.component ?? fan?.component;
  if (stage === null || resting === undefined) return null;
  const id = resting.endsWith(SIGN) ? resting.slice(0, -SIGN.length) : resting;
  const component = (stages[stage]?.components ?? []).findIndex((one, index) => componentId(one, index) === id);
  return component === -1 ? null : { stage, component, id };
}

/**
 * A mark of where a run rests, which changes as soon as it goes on or somebody else has it. What is decided by what a
 * page showed counts only as long as it shows this.
 */
export function standingOf({ stage, rounds, open, awaiting, waiting, fan }: RunContext): string {
  const rests = open === null ? (awaiting?.effect ?? waiting?.id ?? fan?.id ?? '') : `${open.id}.${open.generation}`;
  return [stage ?? '', stage === null ? 0 : (rounds[stage] ?? 0), rests].join(':');
}

/** The stages to which a run may be put; `end` is one of them. */
export function stagesToPut({ stages }: Definition): string[] {
  return [...Object.keys(stages), END];
}

/**
 * The data that the run would come to need on its new course and does not have: without them it may not be put there.
 * `to`: a stage, `end`, or null for on past the step at which it rests. `given`: what the owner fills in with it.
 */
export function lacksOnCourse(
  definition: Definition,
  context: RunContext,
  to: string | null,
  given: readonly string[] = [],
): string[] {
  const known = knownIn(definition, context);
  const levelOf = (key: string) => (given.includes(key) ? 2 : known(key));
  const step = stepOf(definition, context);
  if (to === null && step === null) return [];
  const lacks =
    to === null && step !== null
      ? lacksFrom(definition, { stage: step.stage, component: step.component + 1 }, levelOf)
      : lacksAt(definition, to ?? END, levelOf);
  return lacks.map(({ key }) => key);
}

/** Whether what the owner saw still holds, and the run may be put there. */
export function maySteer(context: RunContext, event: RunEvent, to: string | null): boolean {
  return event.type === 'steered' && event.to === to && event.standing === standingOf(context);
}

/** Leaves what is under way, tells whoever had it, and takes the data that the owner gave instead. */
export function steer(w: Writing, definition: Definition, event: Steered): void {
  const { stage, fan, proposal } = w.context;
  const { by, reason, values, to } = event;
  const over = to === null ? (stepOf(definition, w.context)?.id ?? null) : null;
  leave(w, by, reason, false);
  if (fan) w.ask({ asks: 'children', change: { is: 'withdrawn', fan: fan.id, by, reason } });
  if (proposal) w.change({ proposal: null });
  const origin = { from: 'answer' as const, by, stage, at: event.at };
  if (Object.keys(values).length > 0)
    w.change({ facts: withValues(definition, w.context.facts, values, origin, momentOf(w.context)) });
  w.happened({ what: 'steered', from: stage, over, to, by, reason, given: shownAnswers(definition, values) });
}

/**
 * Ends whatever a run waits for: links and timers close, what was to be done outside is not done any more, and whoever had
 * it is told once. `together`: its siblings end with it.
 */
export function leave(w: Writing, by: string, reason: string, together: boolean): void {
  withdraw(w, by, reason, together);
  const { waiting, fan, awaiting } = w.context;
  if (awaiting) w.ask({ asks: 'drop', effect: awaiting.effect });
  if (waiting) w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: waiting.id } });
  if (fan?.until) w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: fan.id } });
  w.change({
    awaiting: null,
    attention: null,
    ...(waiting ? { waiting: null } : {}),
    ...(fan ? { fan: null } : {}),
  });
}
