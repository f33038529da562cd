import type { Beginning } from '../../machines/event.ts';
import type { Outcome } from '../../machines/outcome.ts';
import type { Facts, Person } from '../../machines/values.ts';
import type { Place } from '../children/commit.ts';
import type { Told } from './gate.ts';

/** How a run is to begin. Time and id are added when it is stepped. */
export type Start = {
  workflow: string;
  starter: Person;
  trigger: Beginning['trigger'];
  facts: Facts;
  /** The caller's word for "this very start"; the same key again answers with the first run. */
  idempotencyKey: string | null;
  /** Set for a child: where it belongs, and what was fixed when the run at the top began. */
  child?: Child;
};

/** A child about to begin: its place, and the versions in which it and what is below it are started. */
export type Child = Place & { depth: number; many: boolean; version: number | null; calls: Record<string, number> };

/** What became of an event. */
export type Stepped =
  /** It was committed as step `seq`. */
  | { is: 'stepped'; run: string; seq: number; outcome: Outcome }
  /** The run is past it: the hand-off is decided or moved, the effect is done, the run has ended. Nothing changed. */
  | { is: 'too_late'; run: string };

export type Begun = { is: 'begun'; run: string; seq: number; outcome: Outcome } | { is: 'already'; run: string };

/** Messages of the mailbox on their way into one step: their rows go in the very commit of that step. */
export type Delivery = { messages: readonly number[]; run: string; event: Told };

/** The door to the runs: everything that happens to one goes through here, one event one step one commit. */
export type Actors = {
  /** Starts a run on the newest version. Throws Refusal 404 when there is no such workflow. */
  begin(start: Start): Promise<Begun>;
  /** Tells a run something. Throws Refusal 404 when there is no such run, Broken when the step itself fails. */
  tell(run: string, event: Told): Promise<Stepped>;
  /**
   * What a run would do if it were told something; null when it is past it. Nothing is done. Throws as the step would.
   */
  foresee(run: string, event: Told): Promise<Outcome | null>;
  /** Tells a run a message of the mailbox, or several that make one event. Throws Split when another server took some of them. */
  deliver(delivery: Delivery): Promise<Stepped>;
  /** Waits for the steps under way; later ones are refused with 503. */
  close(): Promise<void>;
};

export type { Told };
