import { type ActorLogic, initialTransition, type SnapshotFrom, transition } from 'xstate';
import { z } from 'zod';
import { surroundingsOf, type Workflow } from './compile.ts';
import { RESTING } from './config.ts';
import type { Beginning, RunEvent } from './event.ts';
import { noteLate } from './fan-out.ts';
import { withKept, withoutKept } from './kept.ts';
import type { Outcome, RunContext, RunStatus, StoredSnapshot } from './outcome.ts';
import { renderLine } from './templates.ts';
import { type Asked, createWriting } from './writing.ts';

/**
 * Begins a run. Pure: the same workflow and beginning give the same outcome, and nothing has been done yet.
 * Throws when the definition cannot be stepped, which `check` is there to prevent.
 */
export function begin(workflow: Workflow, beginning: Beginning): Outcome {
  const [snapshot, actions] = initialTransition(workflow.machine, beginning);
  if (snapshot.status === 'error') throw snapshot.error;
  return outcomeOf(workflow, snapshot, actions);
}

/**
 * One event, one step. Pure: `transition` of XState gives the next snapshot and what is asked of the shell.
 * Null when the event does not concern the run any more (the hand-off is decided, the run has ended): nothing changes.
 * Throws when a rule or a template of the definition fails; the stored snapshot is untouched then.
 */
export function step(workflow: Workflow, stored: StoredSnapshot, event: RunEvent): Outcome | null {
  const reopens = event.type === 'reopened';
  if (event.type === 'reported' && stored.status !== 'active') return lateOutcome(workflow, stored, event);
  if ((stored.status === 'active') === reopens) return null;
  const { at, fresh, judges, tables } = event;
  const step = { at, fresh, numbered: 0, acting: null, ...(judges ? { judges } : {}), ...(tables ? { tables } : {}) };
  const facts = withKept(workflow.definition, surroundingsOf(workflow), stored.context);
  const context: RunContext = { ...stored.context, facts, step };
  // A machine of XState that has ended takes no event: a run that is reopened sets out from where it began.
  const before = workflow.machine.resolveState({ value: reopens ? RESTING : stored.value, context });
  const [after, actions] = transition(steppingOf(workflow.machine, before), before, event);
  // An event that is only noted leaves the snapshot as it was, and still happened.
  return after === before && actions.length === 0 ? null : outcomeOf(workflow, after, actions);
}

/** A run that has ended changes no more; what its children still report is kept as late. */
function lateOutcome(workflow: Workflow, stored: StoredSnapshot, event: Extract<RunEvent, { type: 'reported' }>): Outcome {
  const outcome = emptyOutcome(workflow, stored);
  const { writing } = createWriting(
    { ...stored.context, step: { at: event.at, fresh: event.fresh, numbered: 0, acting: null } },
    (asked) => put(outcome, asked),
  );
  noteLate(writing, event);
  return outcome;
}

type Machine = Workflow['machine'];
type Stepping = ActorLogic<SnapshotFrom<Machine>, RunEvent>;

const steppings = new WeakMap<Machine, Stepping>();

/**
 * The machine as logic that only steps. XState's `transition` first makes an actor in the initial state and throws it
 * away, which costs as much as the step itself; any snapshot of the machine will do for that.
 */
function steppingOf(machine: Machine, any: SnapshotFrom<Machine>): Stepping {
  const known = steppings.get(machine);
  if (known !== undefined) return known;
  const stepping: Stepping = {
    transition: (snapshot, event, scope) => machine.transition(snapshot, event, scope),
    getInitialSnapshot: () => any,
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  steppings.set(machine, stepping);
  return stepping;
}

type Snapshot = ReturnType<typeof transition<Machine>>[0];
type Actions = ReturnType<typeof transition<Machine>>[1];

function outcomeOf(workflow: Workflow, snapshot: Snapshot, actions: Actions): Outcome {
  const context: RunContext = { ...snapshot.context, step: null };
  const outcome = emptyOutcome(workflow, {
    status: snapshot.status === 'done' ? 'done' : 'active',
    value: snapshot.value,
    context,
  });
  outcome.snapshot.context = withoutKept(context);
  for (const action of actions) if (action.type === 'ask') put(outcome, askedIn(action.params));
  return outcome;
}

function emptyOutcome({ definition }: Workflow, snapshot: StoredSnapshot): Outcome {
  const { context } = snapshot;
  return {
    snapshot,
    status: statusOf(context),
    stage: context.stage,
    title:
      definition.run_title === undefined
        ? definition.title
        : renderLine(definition.run_title, definition, context.facts, { portal: '', settings: {}, starter: context.starter }),
    happened: [],
    handOffs: [],
    effects: [],
    rearmed: [],
    dropped: [],
    timers: [],
    children: [],
    tells: [],
  };
}

// XState types the params of actions as unknown on their way out; only `ask` of compile.ts ever makes them.
const ASKED = z.custom<Asked>((params) => typeof params === 'object' && params !== null && 'asks' in params);

function askedIn(params: unknown): Asked {
  return ASKED.parse(params);
}

function put(outcome: Outcome, asked: Asked): void {
  switch (asked.asks) {
    case 'happened':
      outcome.happened.push(asked.happening);
      break;
    case 'hand_off':
      outcome.handOffs.push(asked.change);
      break;
    case 'effect':
      outcome.effects.push(asked.effect);
      break;
    case 'drop':
      outcome.dropped.push(asked.effect);
      break;
    case 'rearm':
      outcome.rearmed.push(asked.effect);
      break;
    case 'timer':
      outcome.timers.push(asked.timer);
      break;
    case 'children':
      outcome.children.push(asked.change);
      break;
    case 'tell':
      outcome.tells.push(asked.tell);
      break;
  }
}

function statusOf(context: RunContext): RunStatus {
  if (context.ending !== null) return context.ending;
  // Where a child failed, an owner has the word.
  return context.attention === null && !context.fan?.held ? 'active' : 'attention';
}
