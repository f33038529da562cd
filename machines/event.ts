import type { Facts, Instant, Person, Value } from './values.ts';

/**
 * Everything a run can be told. Time and fresh ids arrive in the event (`at`, `fresh`), so that the same events
 * always lead to the same snapshot. No type begins with `xstate.`: those belong to XState and are refused at the
 * gate (server/actors/gate.ts).
 */
export type RunEvent =
  | Answered
  | (Stamped & { type: 'remind_due'; handOff: string })
  | (Stamped & { type: 'escalate_due'; handOff: string })
  | (Stamped & { type: 'overdue'; handOff: string })
  | (Stamped & { type: 'reassigned'; handOff: string; to: Person; by: string; reason: string })
  | (Stamped & { type: 'effect_done'; effect: string; result: EffectResult })
  | (Stamped & { type: 'effect_failed'; effect: string; error: string })
  | (Stamped & { type: 'retried'; by: string })
  | (Stamped & { type: 'cancelled'; by: string; reason: string });

/** What every event carries: when it happened, and one fresh id from which the step numbers its own. */
export type Stamped = { at: Instant; fresh: string };

/** A person answered the form of a hand-off; the answers have been read and checked against its fields. */
export type Answered = Stamped & {
  type: 'answered';
  handOff: string;
  generation: number;
  by: Person;
  answers: Record<string, Value>;
  /** The hidden id of the form that was posted: the same submission again is the same act. */
  submission: string;
};

/** What came back from an effect, already reduced to the values that the definition asked to save. */
export type EffectResult = { status: number; saved: Record<string, Value> };

/** How a run begins. */
export type Beginning = Stamped & {
  run: string;
  starter: Person;
  trigger: 'form' | 'api' | 'schedule' | 'by_hand';
  facts: Facts;
};
