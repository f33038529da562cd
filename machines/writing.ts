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

/** Opens a place to write for one XState action. `assign` and `ask` receive each thing in order. */
export function createWriting(
  before: RunContext,
  assign: (part: Partial<RunContext>) => void,
  ask: (asked: Asked) => void,
): Writing {
  let context = before;
  const step = () => {
    if (context.step === null) throw new Error('A machine was stepped without a time.');
    return context.step;
  };
  const change = (part: Partial<RunContext>) => {
    context = { ...context, ...part };
    assign(part);
  };
  const id = () => {
    const { numbered } = step();
    change({ step: { ...step(), numbered: numbered + 1 } });
    return nthId(step().fresh, numbered);
  };
  const effect = (asked: Effect) => {
    ask({ asks: 'effect', effect: asked });
    return asked.id;
  };
  return {
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
}
