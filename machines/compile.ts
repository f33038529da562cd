import { setup } from 'xstate';
import { type Component, type Definition, END, firstStage, type Stage, type Successor } from './definition.ts';
import { needAttention, retryEffect, type Surroundings, startCall, startMail, takeResult } from './effects.ts';
import type { Beginning, RunEvent } from './event.ts';
import { holds } from './expressions.ts';
import { shownFacts } from './facts.ts';
import { escalate, markOverdue, openHandOff, reassign, remind, takeAnswers, withdraw } from './hand-offs.ts';
import type { RunContext } from './outcome.ts';
import { type Asked, createWriting, type Writing } from './writing.ts';

/** A published definition made ready to be stepped. Compile once a version; stepping is what happens often. */
export type Workflow = { definition: Definition; machine: ReturnType<typeof compile> };

const NOBODY = { email: '', name: null };
// XState asks for a context again at every transition and throws it away: this one must cost nothing and never fail.
const EMPTY: RunContext = {
  run: '',
  starter: NOBODY,
  startedAt: '',
  facts: {},
  open: null,
  awaiting: null,
  attention: null,
  stage: null,
  rounds: {},
  ending: null,
  step: null,
};

const kit = setup({
  types: {} as { context: RunContext; events: RunEvent; input: Beginning },
  actions: {
    /** Never performed: the shell reads the params off the list that `transition` gives back. */
    ask: (_: unknown, _asked: Asked) => {},
  },
});

type MachineConfig = Parameters<typeof kit.createMachine>[0];
type States = NonNullable<MachineConfig['states']>;
type StateConfig = States[string];
type Transition = NonNullable<StateConfig['always']>;

/**
 * Definition → XState machine. A stage is a compound state, each of its components a state inside it, and `route` the
 * last one, from which the first successor whose condition holds is taken. No `after` and no `invoke`: what takes time
 * is asked of the shell and comes back as an event.
 */
export function compile(definition: Definition, around: Surroundings) {
  const stages: States = {};
  for (const [key, stage] of Object.entries(definition.stages)) stages[key] = stageState(definition, around, key, stage);
  return kit.createMachine({
    id: definition.workflow,
    context: ({ input }) => (input === undefined ? EMPTY : beginningOf(input)),
    initial: BEGIN,
    // Without a limit a cycle of silent stages would hang the process.
    options: { maxIterations: 1000 },
    states: {
      // XState enters the initial state at every transition, with an empty context, and throws the result away.
      [BEGIN]: {
        always: {
          guard: ({ context }) => context.step !== null,
          target: firstStage(definition),
          actions: act((w) => begin(w, definition)),
        },
      },
      ...stages,
      [ENDED]: { id: ENDED, type: 'final', entry: act(end) },
      [CANCELLED]: { id: CANCELLED, type: 'final' },
    },
    on: {
      cancelled: { target: `#${CANCELLED}`, actions: act(cancel) },
      effect_failed: {
        actions: act((w, event) => event.type === 'effect_failed' && needAttention(w, event)),
      },
      retried: {
        guard: ({ context }) => context.attention !== null,
        actions: act((w, event) => event.type === 'retried' && retryEffect(w, event)),
      },
    },
  });
}

// Keys of stages are lower-case, so these can never be one.
const BEGIN = 'BEGIN';
const ENDED = 'ENDED';
const CANCELLED = 'CANCELLED';

function beginningOf({ run, starter, trigger, at, fresh, facts }: Beginning): RunContext {
  // Only who fills in the form is there to see the next one; everybody else has to be written to.
  const acting = trigger === 'form' ? starter.email : null;
  return { ...EMPTY, run, starter, startedAt: at, facts, step: { at, fresh, numbered: 0, acting } };
}

function begin(w: Writing, definition: Definition): void {
  const { starter, facts } = w.context;
  w.happened({ what: 'started', by: starter });
  const keys = Object.keys(definition.data).filter((key) => facts[key] !== undefined);
  if (keys.length > 0) w.mail({ is: 'receipt', to: starter, facts: shownFacts(definition, facts, keys) });
}

function end(w: Writing): void {
  w.happened({ what: 'ended', stage: w.context.stage });
  w.change({ ending: 'done', stage: null });
}

function cancel(w: Writing, event: RunEvent): void {
  if (event.type !== 'cancelled') return;
  w.happened({ what: 'cancelled', by: event.by, reason: event.reason });
  withdraw(w, event.by, event.reason);
  w.change({ ending: 'cancelled', stage: null, awaiting: null, attention: null });
}

function stageState(definition: Definition, around: Surroundings, key: string, stage: Stage): StateConfig {
  const states: States = { route: { always: routes(definition, key, stage) } };
  const names = stage.components.map((component, index) => `${index + 1}_${component.kind}`);
  stage.components.forEach((component, index) => {
    const name = names[index] ?? '';
    states[name] = componentState(definition, around, key, index, component, names[index + 1] ?? 'route');
  });
  return { id: key, initial: names[0] ?? 'route', entry: act((w) => enter(w, key)), states };
}

function enter(w: Writing, stage: string): void {
  const round = (w.context.rounds[stage] ?? 0) + 1;
  w.change({ stage, rounds: { ...w.context.rounds, [stage]: round } });
  w.happened({ what: 'entered', stage, round });
}

function componentState(
  definition: Definition,
  around: Surroundings,
  stage: string,
  index: number,
  component: Component,
  next: string,
): StateConfig {
  switch (component.kind) {
    case 'form':
      return formState(definition, stage, index, next);
    case 'http':
      return {
        entry: act((w) => startCall(w, definition, around, stage, index)),
        on: {
          effect_done: {
            guard: ({ context, event }) => context.awaiting?.effect === event.effect,
            target: next,
            actions: act((w, event) => event.type === 'effect_done' && takeResult(w, event)),
          },
        },
      };
    case 'email':
      return { entry: act((w) => startMail(w, definition, around, stage, index)), always: { target: next } };
    case 'note':
      return { always: { target: next } };
  }
}

function formState(definition: Definition, stage: string, index: number, next: string): StateConfig {
  return {
    entry: act((w) => openHandOff(w, definition, stage, index)),
    on: {
      answered: {
        guard: ({ context: { open }, event }) => open?.id === event.handOff && open.generation === event.generation,
        target: next,
        actions: act((w, event) => event.type === 'answered' && takeAnswers(w, definition, event)),
      },
      reassigned: {
        guard: ({ context: { open }, event }) => open?.id === event.handOff && open.person.email !== event.to.email,
        actions: act((w, event) => event.type === 'reassigned' && reassign(w, definition, event)),
      },
      remind_due: { guard: isOpen, actions: act((w) => remind(w, definition)) },
      overdue: { guard: isOpen, actions: act(markOverdue) },
      escalate_due: { guard: isOpen, actions: act((w) => escalate(w, definition)) },
    },
  };
}

function isOpen({ context, event }: { context: RunContext; event: { handOff: string } }): boolean {
  return context.open?.id === event.handOff;
}

function routes(definition: Definition, from: string, stage: Stage): Transition {
  if (stage.next === undefined) return { target: `#${ENDED}` };
  const only = stage.next.length === 1;
  return stage.next.map((successor) => ({
    guard: ({ context }: { context: RunContext }) => isTaken(definition, successor, context),
    target: successor.to === END ? `#${ENDED}` : `#${successor.to}`,
    actions: act((w) => w.happened({ what: 'routed', from, to: successor.to, why: whyTaken(successor, only) })),
  }));
}

function isTaken(definition: Definition, successor: Successor, context: RunContext): boolean {
  return successor.when === undefined || holds(successor.when, definition, context.facts, context.starter);
}

/** Why this path: the rule that held, in the owner's words where there are some. */
function whyTaken({ when, label }: Successor, only: boolean): string {
  if (only && when === undefined) return 'There is one way on.';
  if (when === undefined) return label ? `No other rule held: ${label}.` : 'No other rule held.';
  return label ? `${label} (${when})` : when;
}

function act(write: (writing: Writing, event: RunEvent) => unknown) {
  return kit.enqueueActions(({ context, event, enqueue }) => {
    const writing = createWriting(
      context,
      (part) => enqueue.assign(part),
      (asked) => enqueue({ type: 'ask', params: asked }),
    );
    write(writing, event);
  });
}
