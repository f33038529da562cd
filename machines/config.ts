import { type Component, componentId } from './components/component.ts';
import { stagesToPut } from './course.ts';
import { type Definition, END, firstStage, type Stage } from './definition.ts';
import { CHOOSE, judgedBranches, signOffId } from './questions/asking.ts';

type Place = { stage: string; component: number };
type HandOffPlace = { stage: string; component: string };

// Keys of stages are lower-case, so these can never be one.
const BEGIN = 'BEGIN';
const ENDED = 'ENDED';
const CANCELLED = 'CANCELLED';
/** Where XState puts a run that has ended and is told something: from there it may be reopened. */
export const RESTING = BEGIN;

/** The machine of a definition as XState JSON: what `createMachine` takes, and XState's own tools open. */
export function configOf(definition: Definition) {
  return {
    id: definition.workflow,
    initial: BEGIN,
    // Without a limit a cycle of silent stages would hang the process.
    options: { maxIterations: 1000 },
    states: {
      // XState enters the initial state at every transition, with an empty context, and throws the result away.
      [BEGIN]: {
        always: { guard: 'has_begun' as const, target: firstStage(definition), actions: 'begin' as const },
      },
      ...Object.fromEntries(Object.entries(definition.stages).map(([key, stage]) => [key, stageState(definition, key, stage)])),
      [ENDED]: { id: ENDED, type: 'final' as const, entry: 'end' as const },
      [CANCELLED]: { id: CANCELLED, type: 'final' as const },
    },
    on: {
      cancelled: { target: `#${CANCELLED}`, actions: 'cancel' as const },
      effect_failed: { actions: 'need_attention' as const },
      retried: { guard: 'needs_attention' as const, actions: 'retry' as const },
      heard: { guard: 'is_new_event' as const, actions: 'keep_event' as const },
      reported: { actions: 'note_late' as const },
      version_moved: { actions: 'note_version' as const },
      steered: stagesToPut(definition).map((to) => ({
        guard: { type: 'steers' as const, params: { to } },
        target: targetOf(to),
        actions: 'steer' as const,
      })),
      reopened: Object.keys(definition.stages).map((stage) => ({
        guard: { type: 'reopens' as const, params: { stage } },
        target: `#${stage}`,
        actions: { type: 'reopen' as const, params: { stage } },
      })),
    },
  };
}

function targetOf(stage: string): string {
  return stage === END ? `#${ENDED}` : `#${stage}`;
}

function stageState(definition: Definition, key: string, stage: Stage) {
  const names = stage.components.map((component, index) => `${index + 1}_${component.kind}`);
  const first = names[0] ?? 'route';
  const components = stage.components.map(
    (component, index) => [names[index] ?? '', componentState(key, index, component, names[index + 1] ?? 'route')] as const,
  );
  const skip = stage.skip === undefined ? {} : { skip: skipState(key, stage.skip.to ?? onlySuccessor(stage), first) };
  return {
    id: key,
    initial: stage.skip === undefined ? first : 'skip',
    entry: { type: 'enter' as const, params: { stage: key } },
    states: {
      ...skip,
      ...Object.fromEntries(components),
      route: { always: routes(key, stage) },
      ...judging(definition, key, stage),
    },
  };
}

/** Where a stage leads that is left out: its only successor; `check` asks for a name where there are several. */
export function onlySuccessor({ next = [] }: Stage): string {
  return next.length === 1 ? (next[0]?.to ?? END) : END;
}

function skipState(stage: string, to: string, first: string) {
  const params = { stage };
  return {
    always: [
      { guard: { type: 'is_skipped' as const, params }, target: targetOf(to), actions: { type: 'skip' as const, params } },
      { target: first },
    ],
  };
}

function componentState(stage: string, index: number, component: Component, next: string) {
  const params = { stage, component: index };
  switch (component.kind) {
    case 'email':
      return { entry: { type: 'mail' as const, params }, always: { target: next } };
    case 'note':
      return { always: { target: next } };
    case 'rules':
      return { entry: { type: 'apply_rules' as const, params }, always: { target: next } };
    case 'lookup':
      return lookupState(params, component.table, component.otherwise, next);
    default: {
      const resting = restingState(stage, index, component, next);
      const past = { guard: { type: 'steers' as const, params: { to: null } }, target: next, actions: 'steer' as const };
      // An owner may let the run go on without what it waits for.
      return { ...resting, on: { ...resting.on, steered: past } };
    }
  }
}

type Resting = Exclude<Component, { kind: 'email' | 'note' | 'rules' | 'lookup' }>;

/** The state of a component at which a run waits for somebody or something. */
function restingState(stage: string, index: number, component: Resting, next: string) {
  const params = { stage, component: index };
  switch (component.kind) {
    case 'checklist':
      return checklistState(stage, component.id, component.sign_off !== undefined, next);
    case 'http':
      return { entry: { type: 'call' as const, params }, on: { effect_done: resultTo(next) } };
    case 'document':
      return { entry: { type: 'make_document' as const, params }, on: { effect_done: resultTo(next) } };
    case 'wait':
      return waitState(params, component, next);
    case 'sub_workflow':
      return fanState(params, next);
    default:
      return handOffState({ stage, component: componentId(component, index) }, next);
  }
}

/** Children are under way; whatever changes their number is judged, until the result is fixed. */
function fanState(params: Place, next: string) {
  return {
    entry: { type: 'fan_out' as const, params },
    always: { guard: 'is_joined' as const, target: next },
    on: {
      reported: { guard: 'is_fan' as const, actions: 'take_reports' as const },
      fan_over: { guard: 'is_fan' as const, actions: 'end_fan' as const },
      fan_accepted: { guard: 'is_acceptable' as const, actions: 'accept_partial' as const },
      fan_repinned: { guard: 'is_fan' as const, actions: 'repin' as const },
      fan_changed: { guard: 'is_changeable' as const, actions: 'change_children' as const },
    },
  };
}

function resultTo(target: string) {
  return { guard: 'is_awaited' as const, target, actions: 'take_result' as const };
}

function lookupState(params: Place, table: string, none: string | undefined, next: string) {
  const take = { type: 'look_up' as const, params };
  const why = `No row of ${table} fits.`;
  const instead =
    none === undefined
      ? { target: next, actions: [take] }
      : {
          target: targetOf(none),
          actions: [take, { type: 'go' as const, params: { from: params.stage, to: none, why, how: 'none' as const } }],
        };
  return { always: [{ guard: { type: 'finds' as const, params }, target: next, actions: [take] }, instead] };
}

function waitState(params: Place, component: Extract<Component, { kind: 'wait' }>, next: string) {
  const entry = { type: 'wait' as const, params };
  const why = component.event === undefined ? ('time' as const) : ('nothing came' as const);
  const over = { type: 'end_wait' as const, params: { why } };
  const late =
    component.event === undefined || component.otherwise === undefined
      ? { guard: 'is_over' as const, target: next, actions: [over] }
      : {
          guard: 'is_over' as const,
          target: targetOf(component.otherwise),
          actions: [
            over,
            {
              type: 'go' as const,
              params: {
                from: params.stage,
                to: component.otherwise,
                why: `${component.event} did not come within ${component.at_most ?? 'the time'}.`,
                how: 'late' as const,
              },
            },
          ],
        };
  if (component.event === undefined) {
    return { entry, always: { guard: 'is_past' as const, target: next, actions: over }, on: { wait_over: late } };
  }
  const named = { name: component.event };
  return {
    entry,
    always: {
      guard: { type: 'is_kept' as const, params: named },
      target: next,
      actions: { type: 'hear_kept' as const, params: named },
    },
    on: {
      wait_over: late,
      heard: { guard: { type: 'is_event' as const, params: named }, target: next, actions: 'hear' as const },
    },
  };
}

/** What may happen to an open hand-off besides being answered. */
const WHILE_OPEN = {
  reassigned: { guard: 'is_somebody_else', actions: 'reassign' },
  remind_due: { guard: 'is_open', actions: 'remind' },
  overdue: { guard: 'is_open', actions: 'mark_overdue' },
  escalate_due: { guard: 'is_open', actions: 'escalate' },
} as const;

function handOffState(params: HandOffPlace, next: string) {
  return {
    entry: { type: 'hand_off' as const, params },
    on: {
      answered: { guard: 'is_answered' as const, target: next, actions: 'take_answers' as const },
      supplied: { guard: 'is_answered' as const, actions: 'take_part' as const },
      ...WHILE_OPEN,
    },
  };
}

/** A checklist that a second person signs: filled in, then signed or given back. */
function checklistState(stage: string, id: string, signed: boolean, next: string) {
  const fill = { stage, component: id };
  if (!signed) return handOffState(fill, next);
  const sign = { stage, component: signOffId(id) };
  const back = {
    guard: { type: 'is_returned' as const, params: { checklist: id } },
    target: 'fill',
    actions: 'take_answers' as const,
  };
  const { answered: accepted, ...others } = handOffState(sign, `#${stage}.${next}`).on;
  return {
    on: {},
    initial: 'fill',
    states: {
      fill: handOffState(fill, 'sign_off'),
      sign_off: { entry: { type: 'hand_off' as const, params: sign }, on: { ...others, answered: [back, accepted] } },
    },
  };
}

function routes(stage: string, { next }: Stage) {
  if (next === undefined) return [{ target: `#${ENDED}` }];
  const judged = next.some(({ guidance }) => guidance !== undefined);
  const byRule = next.flatMap((successor, index) => {
    if (judged && successor.when === undefined) return [];
    const params = { stage, index };
    const taken = {
      guard: { type: 'holds' as const, params },
      target: targetOf(successor.to),
      actions: { type: 'take_branch' as const, params },
    };
    if (successor.at_most === undefined) return [taken];
    const past = {
      guard: { type: 'holds_past_limit' as const, params },
      target: targetOf(successor.afterwards ?? END),
      actions: { type: 'take_limit' as const, params },
    };
    return [taken, past];
  });
  if (!judged) return byRule;
  return [...byRule, { guard: 'has_model' as const, target: 'judge' }, { target: 'choose' }];
}

/** The states in which a fork is decided by guidance: by a model that is sure enough, else by a person. */
function judging(definition: Definition, stage: string, { next = [] }: Stage) {
  if (judgedBranches(definition, stage).length === 0) return {};
  const branches = next.flatMap(({ guidance, otherwise, to }, index) =>
    guidance !== undefined || otherwise ? [{ params: { stage, index }, target: targetOf(to) }] : [],
  );
  const unsure = { guard: 'is_awaited' as const, target: 'choose', actions: 'propose' as const };
  return {
    judge: {
      entry: { type: 'judge' as const, params: { stage } },
      on: {
        judged: [
          ...branches.map(({ params, target }) => ({
            guard: { type: 'is_sure' as const, params },
            target,
            actions: { type: 'take_judgement' as const, params },
          })),
          unsure,
        ],
        effect_failed: unsure,
      },
    },
    choose: {
      entry: { type: 'hand_off' as const, params: { stage, component: CHOOSE } },
      on: {
        answered: branches.map(({ params, target }) => ({
          guard: { type: 'is_chosen' as const, params },
          target,
          actions: { type: 'take_choice' as const, params },
        })),
        ...WHILE_OPEN,
      },
    },
  };
}
