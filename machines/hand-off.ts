import type { Instant, Person, ShownFact } from './values.ts';

/** The cases of a hand-off as the person with the link meets them; one page each. */
export type HandOffState =
  | { is: 'open'; ask: Ask }
  | { is: 'decided'; by: Person; at: Instant; answer: ShownFact[]; about: About }
  | { is: 'moved'; from: Person; to: Person; at: Instant; why: 'escalated' | 'reassigned'; reason: string; about: About }
  | { is: 'withdrawn'; by: Person; at: Instant; reason: string; about: About };

/** What may be said of a hand-off even to somebody whose link has ended: nobody's data. */
export type About = { workflow: string; version: number; stage: string; contact: string };

/** An open hand-off with all that its page needs. */
export type Ask = {
  handOff: string;
  generation: number;
  run: string;
  workflow: string;
  version: number;
  /** Title of the run, e.g. `Expense of $7,500.00`. */
  title: string;
  stage: string;
  component: string;
  actor: string;
  person: Person;
  starter: Person;
  round: number;
  openedAt: Instant;
  dueAt: Instant | null;
  /** The guidance as it was published when the hand-off was made. */
  guidance: string;
};
