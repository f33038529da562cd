import type { Facts, Instant, Person, Value } from './values.ts';

/**
 * Everything a run can be told. Time and fresh ids arrive in the event (`at`, `fresh`), so that the same events
 * always lead to the same snapshot. No type begins with `xstate.`: those belong to XState and are refused at the
 * gate (server/actors/gate.ts).
 */
export type RunEvent =
  | Answered
  | Supplied
  | (Stamped & { type: 'remind_due'; handOff: string })
  | (Stamped & { type: 'escalate_due'; handOff: string })
  | (Stamped & { type: 'overdue'; handOff: string })
  | (Stamped & { type: 'reassigned'; handOff: string; to: Person; by: string; reason: string })
  | (Stamped & { type: 'effect_done'; effect: string; result: EffectResult })
  | (Stamped & { type: 'effect_failed'; effect: string; error: string })
  | (Stamped & { type: 'judged'; effect: string; judgement: Judgement | null; note: string })
  | (Stamped & { type: 'wait_over'; wait: string })
  | Heard
  | (Stamped & { type: 'reported'; fan: string; reports: Report[] })
  | (Stamped & { type: 'fan_over'; fan: string })
  | (Stamped & { type: 'fan_accepted'; fan: string; by: string; reason: string })
  | (Stamped & { type: 'fan_changed'; fan: string; change: FanChange; by: string; reason: string })
  | (Stamped & { type: 'fan_repinned'; fan: string; version: number; by: string; reason: string })
  | (Stamped & { type: 'retried'; by: string })
  /** `recalled`: its parent needs it no longer, and need not be told. `removed`: this one alone, its siblings stay. */
  | (Stamped & { type: 'cancelled'; by: string; reason: string; recalled?: true; removed?: true })
  | Steered
  | (Stamped & { type: 'reopened'; stage: string; by: string; reason: string })
  | (Stamped & { type: 'version_moved'; version: number; from: number; by: string; reason: string });

/**
 * What every event carries: when it happened, and one fresh id from which the step numbers its own; whether a model is
 * there to judge forks, and which revision of each lookup table counts.
 */
export type Stamped = { at: Instant; fresh: string; judges?: true; tables?: Record<string, number> };

/** A person answered the form of a hand-off; the answers have been read and checked against its fields. */
export type Answered = Stamped & {
  type: 'answered';
  handOff: string;
  generation: number;
  by: Person;
  answers: Record<string, Value>;
  /** The way on that the person chose, where guidance decides. */
  route?: { to: string; reason: string };
  /** The mark of what the page showed; whoever signs, signs this. */
  seen?: string;
  /** The hidden id of the form that was posted: the same submission again is the same act. */
  submission: string;
};

/** A part of what a hand-off asks for; it stays open for the rest. */
export type Supplied = Stamped & {
  type: 'supplied';
  handOff: string;
  generation: number;
  by: Person;
  answers: Record<string, Value>;
  submission: string;
};

/** A program reported an event; what it brought has been read as the data in which the definition keeps it. */
export type Heard = Stamped & {
  type: 'heard';
  name: string;
  data: Record<string, Value>;
  by: string;
  /** The program's word for this very event: the same key again changes nothing. */
  key?: string;
};

/**
 * An owner puts a run on another course: to a stage, to its end, or (`to` null) on past the step at which it rests.
 * `standing`: where it rested when the owner looked (course.ts). `values`: data that the owner gives, since the run would
 * lack them from there on.
 */
export type Steered = Stamped & {
  type: 'steered';
  to: string | null;
  standing: string;
  values: Record<string, Value>;
  by: string;
  reason: string;
};

/** What came back from an effect, already reduced to the values that the definition asked to save. */
export type EffectResult = { status: number; saved: Record<string, Value> };

/** Which way a model would go, and why. */
export type Judgement = { to: string; reason: string; confidence: number; model: string; tokens: number };

/** How a run begins. */
export type Beginning = Stamped & {
  run: string;
  starter: Person;
  trigger: 'form' | 'api' | 'schedule' | 'by_hand' | 'sub_workflow';
  facts: Facts;
  /** The run that called this one as a step, and its place among that one's children. */
  parent?: Parent;
  /** The versions in which the workflows below this run are started, fixed when the run at the top began. */
  calls?: Record<string, number>;
};

/** Where a child reports to. `depth`: how many runs are above it; `many`: whether it has siblings. */
export type Parent = { run: string; fan: string; index: number; depth: number; many?: true };

/** What a child tells its parent when it ends. `nth` counts the reports of this child: one that was reopened reports again. */
export type Report = {
  index: number;
  nth: number;
  ended: 'done' | 'cancelled' | 'not_started';
  who: Person | null;
  results: Record<string, Value>;
  at: Instant;
  note: string;
};

/** What an owner changes among the children of a run while they are under way. */
export type FanChange =
  | { is: 'add'; key: string; input: Record<string, Value> }
  /**
   * One that is in is not removed. The run itself only counts: `taken` is how many were in, failed or gone when the child
   * was looked at, and must still be so; `failed`: it had reported that it failed.
   */
  | { is: 'remove'; index: number; failed: boolean; taken: number }
  | { is: 'replace'; index: number; failed: boolean; taken: number; key: string; input: Record<string, Value> };
