import { lacksOnCourse, stagesToPut, standingOf, stepOf } from '../../../machines/course.ts';
import type { Definition } from '../../../machines/definition.ts';
import type { Steered } from '../../../machines/event.ts';
import type { RunContext } from '../../../machines/outcome.ts';
import { startSections } from '../../../machines/questions/asking.ts';
import type { Value } from '../../../machines/values.ts';
import type { Dice } from './dice.ts';

export type AnswersTo = (questions: ReturnType<typeof startSections>[number]['questions']) => Record<string, Value>;

/**
 * An owner who puts the run anywhere, or lets it go on without what it waits for, and gives what it would lack there.
 * Null where that cannot be given.
 */
export function steered(
  definition: Definition,
  context: RunContext,
  roll: Dice,
  answersTo: AnswersTo,
): Omit<Steered, 'at' | 'fresh'> | null {
  const on = stepOf(definition, context) === null ? [] : [null];
  const to = roll.pick<string | null>([...on, ...on, ...stagesToPut(definition)]);
  const lacks = lacksOnCourse(definition, context, to);
  const questions = startSections(definition, lacks).flatMap((section) => section.questions);
  const values = answersTo(questions.map((question) => ({ ...question, required: true, showWhen: null })));
  if (lacks.some((key) => values[key] === undefined)) return null;
  return { type: 'steered', to, standing: standingOf(context), values, by: 'olga@example.com', reason: 'So.' };
}
