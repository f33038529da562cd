import { enqueueActions, setup } from 'xstate';
import { configOf, onlySuccessor } from './config.ts';
import { leave, maySteer, steer } from './course.ts';
import { type Definition, stageOf } from './definition.ts';
import {
  needAttention,
  retryEffect,
  type Surroundings,
  startCall,
  startDocument,
  startJudgement,
  startMail,
  takeResult,
} from './effects.ts';
import type { Beginning, RunEvent } from './event.ts';
import { holds } from './expressions.ts';
import { shownFacts, withComputed } from './facts.ts';
import {
  acceptPartial,
  changeChildren,
  endInTime,
  mayAccept,
  mayChange,
  noteLate,
  repin,
  startFanOut,
  takeReports,
} from './fan-out.ts';
import { escalate, markOverdue, maySign, openHandOff, reassign, remind, takeAnswers, takePart } from './hand-offs.ts';
import type { RunContext } from './outcome.ts';
import { momentOf } from './people.ts';
import { type BranchPlace, howTaken, isSure, isTaken, isWithinLimit, successorAt, takeBranch } from './routes.ts';
import { lookUp, takeRow, takeRule } from './tables.ts';
import type { Person } from './values.ts';
import { endWait, isNew, keepHeard, startWait, takeHeard } from './waits.ts';
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

type Place = { stage: string; component: number };
type HandOffPlace = { stage: string; component: string };

/**
 * Definition → XState machine. A stage is a compound state, each of its components a state inside it, and `route` the
 * last one, from which the first successor whose condition holds is taken. No `after` and no `invoke`: what takes time
 * is asked of the shell and comes back as an event. The configuration is plain JSON (`configOf`); what its names mean
 * stands here.
 */
export function compile(definition: Definition, around: Surroundings) {
  const machine = machineOf(definition, around);
  surroundings.set(machine, around);
  return machine;
}

const surroundings = new WeakMap<object, Surroundings>();

/** Where a compiled workflow reads what stands beside its runs. */
export function surroundingsOf({ machine }: Workflow): Surroundings {
  return surroundings.get(machine) ?? { portal: '', settings: {} };
}

function machineOf(definition: Definition, around: Surroundings) {
  const base = setup({
    types: {} as { context: RunContext; events: RunEvent; input: Beginning },
    actions: {
      /** Never performed: the shell reads the params off the list that `transition` gives back. */
      ask: (_: unknown, _asked: Asked) => {},
    },
  });
  /** An action that writes down what it asks for and what changes; `P` is what the configuration says with its name. */
  const act = <P>(write: (writing: Writing, event: RunEvent, params: P) => unknown) =>
    enqueueActions<RunContext, RunEvent, P, RunEvent, never, { type: 'ask'; params: Asked }, never, never, never>(
      ({ context, event, enqueue }, params) => {
        const { writing, changes } = createWriting(context, (asked) => enqueue({ type: 'ask', params: asked }));
        write(writing, event, params);
        const changed = changes();
        if (changed !== null) enqueue.assign(changed);
      },
    );
  type About = { context: RunContext; event: RunEvent };
  return base
    .extend({
      actions: {
        begin: act((w) => begin(w, definition)),
        end: act((w) => end(w, definition)),
        cancel: act((w, event) => event.type === 'cancelled' && cancel(w, definition, event)),
        need_attention: act((w, event) => event.type === 'effect_failed' && needAttention(w, event)),
        retry: act((w, event) => event.type === 'retried' && retryEffect(w, event)),
        keep_event: act((w, event) => event.type === 'heard' && keepHeard(w, definition, event)),
        note_version: act((w, event) => noteVersion(w, definition, event)),
        reopen: act((w, event, _: { stage: string }) => event.type === 'reopened' && reopen(w, event)),
        steer: act((w, event) => event.type === 'steered' && steer(w, definition, event)),
        enter: act((w, _, { stage }: { stage: string }) => enter(w, stage)),
        skip: act((w, _, { stage }: { stage: string }) => skip(w, definition, stage)),
        hand_off: act((w, _, { stage, component }: HandOffPlace) => openHandOff(w, definition, stage, component)),
        take_answers: act((w, event) => event.type === 'answered' && takeAnswers(w, definition, event)),
        take_part: act((w, event) => event.type === 'supplied' && takePart(w, definition, event)),
        reassign: act((w, event) => event.type === 'reassigned' && reassign(w, definition, event)),
        remind: act((w) => remind(w, definition)),
        mark_overdue: act(markOverdue),
        escalate: act((w) => escalate(w, definition)),
        call: act((w, _, at: Place) => startCall(w, definition, around, at.stage, at.component)),
        make_document: act((w, _, at: Place) => startDocument(w, definition, around, at.stage, at.component)),
        take_result: act((w, event) => event.type === 'effect_done' && takeResult(w, definition, event)),
        mail: act((w, _, at: Place) => startMail(w, definition, around, at.stage, at.component)),
        wait: act((w, _, at: Place) => startWait(w, definition, at.stage, at.component)),
        hear: act((w, event) => event.type === 'heard' && takeHeard(w, definition, event)),
        hear_kept: act((w, _, { name }: { name: string }) => takeKept(w, definition, name)),
        end_wait: act((w, _, { why }: { why: 'time' | 'nothing came' }) => endWait(w, why)),
        fan_out: act((w, _, at: Place) => startFanOut(w, definition, around, at.stage, at.component)),
        take_reports: act((w, event) => event.type === 'reported' && takeReports(w, definition, around, event)),
        note_late: act((w, event) => event.type === 'reported' && noteLate(w, event)),
        end_fan: act((w) => endInTime(w, definition, around)),
        accept_partial: act((w, event) => event.type === 'fan_accepted' && acceptPartial(w, definition, around, event)),
        repin: act((w, event) => event.type === 'fan_repinned' && repin(w, definition, event)),
        change_children: act((w, event) => event.type === 'fan_changed' && changeChildren(w, definition, around, event)),
        look_up: act((w, _, at: Place) => takeRow(w, definition, around, at.stage, at.component)),
        apply_rules: act((w, _, at: Place) => takeRule(w, definition, at.stage, at.component)),
        go: act((w, _, at: { from: string; to: string; why: string; how: 'late' | 'none' }) =>
          w.happened({ what: 'routed', from: at.from, to: at.to, why: at.why, how: at.how }),
        ),
        take_branch: act((w, _, at: BranchPlace) =>
          takeBranch(w, definition, at, { how: howTaken(stageOf(definition, at.stage), successorAt(definition, at)) }),
        ),
        take_limit: act((w, _, at: BranchPlace) => takeBranch(w, definition, at, { how: 'limit' })),
        judge: act((w, _, { stage }: { stage: string }) => startJudgement(w, definition, stage)),
        take_judgement: act((w, event, at: BranchPlace) => takeJudgement(w, definition, event, at)),
        propose: act(propose),
        take_choice: act((w, event, at: BranchPlace) => takeChoice(w, definition, event, at)),
      },
      guards: {
        has_begun: ({ context }: About) => context.step !== null,
        needs_attention: ({ context }: About) => context.attention !== null,
        reopens: ({ event }: About, { stage }: { stage: string }) => event.type === 'reopened' && event.stage === stage,
        steers: ({ context, event }: About, { to }: { to: string | null }) => maySteer(context, event, to),
        is_skipped: ({ context }: About, { stage }: { stage: string }) => isSkipped(definition, stage, context),
        is_answered: ({ context, event }: About) =>
          (event.type === 'answered' || event.type === 'supplied') &&
          context.open?.id === event.handOff &&
          context.open.generation === event.generation &&
          maySign(context, event.by),
        is_returned: ({ context, event }: About, { checklist }: { checklist: string }) =>
          event.type === 'answered' &&
          context.open?.id === event.handOff &&
          context.open.generation === event.generation &&
          maySign(context, event.by) &&
          event.answers[`${checklist}_sign_off`] === 'returned',
        is_somebody_else: ({ context: { open }, event }: About) =>
          event.type === 'reassigned' && open?.id === event.handOff && open.person.email !== event.to.email,
        is_open: ({ context, event }: About) => 'handOff' in event && context.open?.id === event.handOff,
        is_awaited: ({ context, event }: About) => 'effect' in event && context.awaiting?.effect === event.effect,
        is_over: ({ context, event }: About) => event.type === 'wait_over' && context.waiting?.id === event.wait,
        is_past: ({ context }: About) => {
          const until = context.waiting?.until ?? null;
          return until !== null && context.step !== null && until <= context.step.at;
        },
        is_joined: ({ context }: About) => !context.fan,
        is_fan: ({ context, event }: About) => 'fan' in event && context.fan?.id === event.fan,
        is_acceptable: ({ context, event }: About) =>
          event.type === 'fan_accepted' && mayAccept(definition, context.fan, event.fan),
        is_changeable: ({ context, event }: About) =>
          event.type === 'fan_changed' && mayChange(definition, context.fan, event.fan, event.change),
        is_new_event: ({ context, event }: About) => event.type === 'heard' && isNew(context, event),
        is_event: ({ context, event }: About, { name }: { name: string }) =>
          event.type === 'heard' && event.name === name && isNew(context, event),
        is_kept: ({ context }: About, { name }: { name: string }) => Object.hasOwn(context.heard ?? {}, name),
        finds: ({ context }: About, at: Place) => {
          const component = stageOf(definition, at.stage).components[at.component];
          return component?.kind === 'lookup' && lookUp(definition, around, component, context) !== null;
        },
        holds: ({ context }: About, at: BranchPlace) =>
          isTaken(definition, at, context) && isWithinLimit(definition, at, context),
        holds_past_limit: ({ context }: About, at: BranchPlace) => isTaken(definition, at, context),
        has_model: ({ context }: About) => context.step?.judges === true,
        is_sure: ({ context, event }: About, at: BranchPlace) =>
          event.type === 'judged' && context.awaiting?.effect === event.effect && isSure(definition, at, event.judgement),
        is_chosen: ({ context, event }: About, at: BranchPlace) =>
          event.type === 'answered' &&
          context.open?.id === event.handOff &&
          context.open.generation === event.generation &&
          event.route?.to === successorAt(definition, at).to,
      },
    })
    .createMachine({
      context: ({ input }) => (input === undefined ? EMPTY : beginningOf(input, definition)),
      ...configOf(definition),
    });
}

function beginningOf(beginning: Beginning, definition: Definition): RunContext {
  const { run, starter, trigger, at, fresh, facts, judges, tables, parent, calls } = beginning;
  // Only who fills in the form is there to see the next one; everybody else has to be written to.
  const acting = trigger === 'form' ? starter.email : null;
  const step = { at, fresh, numbered: 0, acting, ...(judges ? { judges } : {}), ...(tables ? { tables } : {}) };
  return {
    ...EMPTY,
    run,
    starter,
    startedAt: at,
    facts: withComputed(definition, facts, { starter, at }),
    ...(parent ? { parent: { ...parent, reported: 0 } } : {}),
    ...(calls ? { calls } : {}),
    step,
  };
}

function begin(w: Writing, definition: Definition): void {
  const { starter, facts } = w.context;
  w.happened({ what: 'started', by: starter });
  const keys = Object.keys(definition.data).filter(
    (key) =>
      facts[key] !== undefined && (definition.data[key]?.visible_to === undefined || facts[key]?.origin.by === starter.email),
  );
  // Whoever started the run at the top has a receipt of that one.
  if (keys.length > 0 && !w.context.parent) w.mail({ is: 'receipt', to: starter, facts: shownFacts(definition, facts, keys) });
}

function end(w: Writing, definition: Definition): void {
  w.happened({ what: 'ended', stage: w.context.stage });
  w.change({ ending: 'done', stage: null });
  reportTo(w, definition, 'done', '');
}

function cancel(w: Writing, definition: Definition, event: Extract<RunEvent, { type: 'cancelled' }>): void {
  const { by, reason, recalled, removed } = event;
  w.happened({ what: 'cancelled', by, reason });
  leave(w, by, reason, recalled === true && !removed);
  // Also those that nobody waits for any more.
  if (callsOthers(definition)) w.ask({ asks: 'children', change: { is: 'withdrawn', fan: null, by, reason } });
  w.change({ ending: 'cancelled', stage: null });
  if (!recalled) reportTo(w, definition, 'cancelled', reason);
}

/** Tells the run that called this one how it ended, and what it hands back. */
function reportTo(w: Writing, definition: Definition, ended: 'done' | 'cancelled', note: string): void {
  const { parent, run, facts } = w.context;
  if (!parent) return;
  const nth = parent.reported + 1;
  const results = Object.fromEntries(
    definition.results.flatMap((key) => {
      const value = facts[key]?.value;
      return value === undefined || ended !== 'done' ? [] : [[key, value] as const];
    }),
  );
  const report = { index: parent.index, nth, ended, who: whoAnswered(definition, facts), results, at: w.at, note };
  w.change({ parent: { ...parent, reported: nth } });
  w.ask({
    asks: 'tell',
    tell: { run: parent.run, key: `report:${run}:${nth}`, event: { type: 'reported', fan: parent.fan, reports: [report] } },
  });
}

/** Who gave the newest of the results; nobody where no person did. */
function whoAnswered(definition: Definition, facts: RunContext['facts']): Person | null {
  const given = definition.results.flatMap((key) => {
    const origin = facts[key]?.origin;
    return origin?.from === 'answer' ? [origin] : [];
  });
  const newest = given.reduce<(typeof given)[number] | null>(
    (last, one) => (last === null || one.at >= last.at ? one : last),
    null,
  );
  return newest === null ? null : { email: newest.by, name: null };
}

/** Whether anything in a definition starts other workflows. */
function callsOthers({ stages }: Definition): boolean {
  return Object.values(stages).some(({ components }) => components.some(({ kind }) => kind === 'sub_workflow'));
}

function reopen(w: Writing, { stage, by, reason }: Extract<RunEvent, { type: 'reopened' }>): void {
  w.change({ ending: null });
  w.happened({ what: 'reopened', stage, by, reason });
}

/** The run has been put where it was in another version (machines/move.ts); this one may compute other things. */
function noteVersion(w: Writing, definition: Definition, event: RunEvent): void {
  if (event.type !== 'version_moved') return;
  w.change({ facts: withComputed(definition, w.context.facts, momentOf(w.context)) });
  w.happened({ what: 'version_moved', from: event.from, to: event.version, by: event.by, reason: event.reason });
}

function enter(w: Writing, stage: string): void {
  const round = (w.context.rounds[stage] ?? 0) + 1;
  w.change({ stage, rounds: { ...w.context.rounds, [stage]: round } });
  w.happened({ what: 'entered', stage, round });
}

function isSkipped(definition: Definition, stage: string, context: RunContext): boolean {
  const { skip: rule } = stageOf(definition, stage);
  return rule !== undefined && holds(rule.when, definition, context.facts, momentOf(context));
}

function skip(w: Writing, definition: Definition, key: string): void {
  const stage = stageOf(definition, key);
  if (stage.skip === undefined) return;
  const to = stage.skip.to ?? onlySuccessor(stage);
  w.happened({ what: 'skipped', stage: key, because: stage.skip.because });
  w.happened({ what: 'routed', from: key, to, why: stage.skip.because, how: 'skip' });
}

function takeKept(w: Writing, definition: Definition, name: string): void {
  const kept = w.context.heard?.[name];
  if (kept !== undefined) takeHeard(w, definition, { name, data: kept.data, by: kept.by });
}

function takeJudgement(w: Writing, definition: Definition, event: RunEvent, place: BranchPlace): void {
  if (event.type !== 'judged' || event.judgement === null) return;
  const { judgement, effect, note } = event;
  w.change({ awaiting: null });
  w.happened({ what: 'judged', effect, stage: place.stage, judgement, note });
  takeBranch(w, definition, place, { how: 'model', reason: judgement.reason });
}

/** No judgement, or not a sure one: a person decides, and sees what the model made of it. */
function propose(w: Writing, event: RunEvent): void {
  const { stage } = w.context;
  if (stage === null || (event.type !== 'judged' && event.type !== 'effect_failed')) return;
  const proposal =
    event.type === 'judged' ? { judgement: event.judgement, note: event.note } : { judgement: null, note: event.error };
  w.change({ awaiting: null, proposal });
  w.happened({ what: 'judged', effect: event.effect, stage, ...proposal });
}

function takeChoice(w: Writing, definition: Definition, event: RunEvent, place: BranchPlace): void {
  if (event.type !== 'answered' || event.route === undefined) return;
  takeAnswers(w, definition, event);
  if (w.context.proposal) w.change({ proposal: null });
  const { email } = event.by;
  const reason = event.route.reason === '' ? `${email} chose this way.` : `${email}: ${event.route.reason}`;
  takeBranch(w, definition, place, { how: 'person', reason });
}
