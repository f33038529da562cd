import type {
  ChildrenChange,
  DocumentEffect,
  Effect,
  HandOffChange,
  Happening,
  HttpEffect,
  JudgeEffect,
  MailEffect,
  RunContext,
  Tell,
  TimerChange,
} from './outcome.ts';
import { type Instant, nthId } from './values.ts';

/** One thing that a machine asks of the shell; the params of the XState action `ask`. */
export type Asked =
  | { asks: 'happened'; happening: Happening }
  | { asks: 'hand_off'; change: HandOffChange }
  | { asks: 'effect'; effect: Effect }
  | { asks: 'rearm'; effect: string }
  | { asks: 'drop'; effect: string }
  | { asks: 'timer'; timer: TimerChange }
  | { asks: 'children'; change: ChildrenChange }
  | { asks: 'tell'; tell: Tell };

/** Where the actions of a machine write down what they ask for and what changes in the context. Nothing is done. */
export type Writing = {
  /** The context as it stands, with everything changed so far. */
  readonly context: RunContext;
  readonly at: Instant;
  change(part: Partial<RunContext>): void;
  ask(asked: Asked): void;
  happened(happening: Happening): void;
  /** The next id of this step. */
  id(): string;
  /** Asks for a mail; answers its id. */
  mail(mail: MailEffect['mail']): string;
  /** Asks for a call; answers its id. */
  call(call: Omit<HttpEffect, 'kind'>): string;
  /** Asks the runner to judge; answers its id. */
  judge(question: Omit<JudgeEffect, 'kind'>): string;
  /** Asks for a file; answers its id. */
  document(document: Omit<DocumentEffect, 'kind'>): string;
};

/**
 * Opens a place to write for one XState action. `ask` receives each thing in order; `changes` gives all that changed, for
 * one assignment when the action is over: an assignment costs XState more than all else that an action does. Null when
 * nothing did.
 */
export function createWriting(
  before: RunContext,
  ask: (asked: Asked) => void,
): { writing: Writing; changes: () => Partial<RunContext> | null } {
  let context = before;
  let changed: Partial<RunContext> | null = null;
  const step = () => {
    if (context.step === null) throw new Error('A machine was stepped without a time.');
    return context.step;
  };
  const change = (part: Partial<RunContext>) => {
    context = { ...context, ...part };
    changed = { ...changed, ...part };
  };
  // Counted in a copy of its own: a step gives out many ids.
  let counted: RunContext['step'] = null;
  const id = () => {
    if (counted === null || context.step !== counted) {
      counted = { ...step() };
      change({ step: counted });
    }
    counted.numbered += 1;
    return nthId(counted.fresh, counted.numbered - 1);
  };
  const effect = (asked: Effect) => {
    ask({ asks: 'effect', effect: asked });
    return asked.id;
  };
  const writing: Writing = {
    get context() {
      return context;
    },
    get at() {
      return step().at;
    },
    change,
    ask,
    happened: (happening) => ask({ asks: 'happened', happening }),
    id,
    mail: (mail) => effect({ id: id(), kind: 'mail', mail }),
    call: (call) => effect({ id: id(), kind: 'http', ...call }),
    judge: (question) => effect({ id: id(), kind: 'judge', ...question }),
    document: (document) => effect({ id: id(), kind: 'document', ...document }),
  };
  return { writing, changes: () => changed };
}
