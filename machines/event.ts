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
  | (Stamped & { type: 'retried'; by: string })
  | (Stamped & { type: 'cancelled'; by: string; reason: string })
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

/** What came back from an effect, already reduced to the values that the definition asked to save. */
export type EffectResult = { status: number; saved: Record<string, Value> };

/** Which way a model would go, and why. */
export type Judgement = { to: string; reason: string; confidence: number; model: string; tokens: number };

/** How a run begins. */
export type Beginning = Stamped & {
  run: string;
  starter: Person;
  trigger: 'form' | 'api' | 'schedule' | 'by_hand';
  facts: Facts;
};
