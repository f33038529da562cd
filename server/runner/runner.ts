import type { Judgement } from '../../machines/event.ts';
import type { JudgeEffect } from '../../machines/outcome.ts';

/** What the runner is asked: a fork that guidance decides, with everything it may know. */
export type Question = Omit<JudgeEffect, 'kind'>;

/** A judgement, or why there is none, in a sentence for people; never an exception. */
export type Judged =
  | { is: 'judged'; judgement: Judgement }
  | { is: 'unjudged'; why: string; model: string | null; tokens: number };

/** Whoever judges where guidance decides. People do when there is none. */
export type Runner = {
  model: string;
  /** Answers within the question's time limit, whatever happens. */
  judge(question: Question): Promise<Judged>;
};
