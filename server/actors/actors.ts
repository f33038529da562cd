import type { Outcome } from '../../machines/outcome.ts';
import type { Facts, Person } from '../../machines/values.ts';
import type { Told } from './gate.ts';

/** How a run is to begin. Time and id are added when it is stepped. */
export type Start = {
  workflow: string;
  starter: Person;
  trigger: 'form' | 'api' | 'schedule' | 'by_hand';
  facts: Facts;
  /** The caller's word for "this very start"; the same key again answers with the first run. */
  idempotencyKey: string | null;
};

/** What became of an event. */
export type Stepped =
  /** It was committed as step `seq`. */
  | { is: 'stepped'; run: string; seq: number; outcome: Outcome }
  /** The run is past it: the hand-off is decided or moved, the effect is done, the run has ended. Nothing changed. */
  | { is: 'too_late'; run: string };

export type Begun = { is: 'begun'; run: string; seq: number; outcome: Outcome } | { is: 'already'; run: string };

/** A message of the mailbox on its way into a step: its row goes in the very commit of that step. */
export type Delivery = { message: number; run: string; event: Told };

/** The door to the runs: everything that happens to one goes through here, one event one step one commit. */
export type Actors = {
  /** Starts a run on the newest version. Throws Refusal 404 when there is no such workflow. */
  begin(start: Start): Promise<Begun>;
  /** Tells a run something. Throws Refusal 404 when there is no such run, Broken when the step itself fails. */
  tell(run: string, event: Told): Promise<Stepped>;
  /** Tells a run a message of the mailbox. */
  deliver(delivery: Delivery): Promise<Stepped>;
  /** Waits for the steps under way; later ones are refused with 503. */
  close(): Promise<void>;
};

export type { Told };
