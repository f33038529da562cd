import type { StateValue } from 'xstate';
import type { Judgement, Parent, Report } from './event.ts';
import type { JoinOutcome, Tally } from './join.ts';
import type { Branch } from './questions/question.ts';
import type { SecretText } from './templates.ts';
import type { Facts, FileReference, Instant, Origin, Person, ShownFact, Value } from './values.ts';

/** A run's machine as stored: XState's value and context, plain JSON. Children and timers are rows of their own. */
export type StoredSnapshot = { status: 'active' | 'done'; value: StateValue; context: RunContext };

/** What a run knows. Everything in here is JSON. */
export type RunContext = {
  run: string;
  starter: Person;
  startedAt: Instant;
  facts: Facts;
  /** The hand-off that waits for somebody, if one does. */
  open: OpenHandOff | null;
  /** The effect whose result the run waits for. */
  awaiting: { effect: string; component: string } | null;
  /** Why an operator has to look, if one has to. */
  attention: Attention | null;
  /** The stage the run is in; null before the first and after the last. */
  stage: string | null;
  /** How often each stage has been entered. */
  rounds: Record<string, number>;
  /** How often branches with a limit have been taken, by `stage>index`. */
  taken?: Record<string, number>;
  /** What the run waits for that no person does. */
  waiting?: Waiting | null;
  /** Events that came before the run waited for them, by name. */
  heard?: Record<string, { data: Record<string, Value>; by: string; at: Instant }>;
  /** The keys of events that were heard, so that one that is reported again changes nothing. */
  heardKeys?: string[];
  /** What a model made of the fork at which a person now chooses. */
  proposal?: { judgement: Judgement | null; note: string } | null;
  /** The children that the run waits for. */
  fan?: Fan | null;
  /** Lists that are too long for each snapshot, by the datum: their rows stand beside the run (kept.ts). */
  kept?: Record<string, Kept>;
  /** The run that called this one as a step; `reported`: how often it was told of an end. */
  parent?: Parent & { reported: number };
  /** The versions in which workflows below this run are started. */
  calls?: Record<string, number>;
  /** How the run ended. */
  ending: 'done' | 'cancelled' | null;
  /** Scratch of the step under way: its time, its ids, who acts. Null in a stored snapshot. */
  step: Step | null;
};

/** The step under way. A hand-off to `acting` needs no email: that person sees the next form at once. */
export type Step = {
  at: Instant;
  fresh: string;
  numbered: number;
  acting: string | null;
  judges?: true;
  tables?: Record<string, number>;
};

/** A rest: until a moment, or until an event comes, at the latest by a moment. */
export type Waiting = { id: string; stage: string; component: string; until: Instant | null; event: string | null };

/** Children that a run waits for: how many, not what they say. Each stands in a row of its own, beside the run. */
export type Fan = {
  id: string;
  stage: string;
  component: string;
  /** Without those that were removed. */
  asked: number;
  arrived: number;
  failed: number;
  /** Those removed or replaced, by index: what they still send counts as late. */
  gone: number[];
  counts: Record<string, number>;
  /** How many indexes have been given out, and below which one children may start. */
  next: number;
  released: number;
  until: Instant | null;
  /** Why it would go on, if the owner says so: a child failed. */
  held: JoinOutcome | null;
};

/** The results of more children than a snapshot holds; `gone`: those removed. */
export type Kept = { fan: string; gone: number[]; origin: Origin };

/** A hand-off that waits for its person. */
export type OpenHandOff = {
  id: string;
  generation: number;
  stage: string;
  component: string;
  actor: string;
  person: Person;
  openedAt: Instant;
  dueAt: Instant | null;
};

/** Why a run cannot go on by itself. */
export type Attention = { effect: string; stage: string | null; error: string; since: Instant };

/** What one step asks of the shell. Nothing has been done yet. */
export type Outcome = {
  snapshot: StoredSnapshot;
  /** `attention`: waiting for an operator. */
  status: RunStatus;
  stage: string | null;
  /** The name of the run as its title template reads now. */
  title: string;
  happened: Happening[];
  handOffs: HandOffChange[];
  effects: Effect[];
  /** Effects that gave up and are to be tried again under their old key. */
  rearmed: string[];
  /** Effects that are not to be done any more; what is under way just now cannot be stopped. */
  dropped: string[];
  timers: TimerChange[];
  children: ChildrenChange[];
  /** Messages to other runs. */
  tells: Tell[];
};

/** A message to another run, put in its mailbox once under its key. */
export type Tell = { run: string; key: string; event: { type: 'reported'; fan: string; reports: [Report] } };

/** What a step changes among the children of its run. */
export type ChildrenChange =
  /** A fan-out: `common` is what every child begins with besides its own `input`. */
  | {
      is: 'fanned_out';
      fan: string;
      stage: string;
      component: string;
      workflow: string;
      version: number | null;
      common: Record<string, Value>;
    }
  /** Children from index `first` on, waiting to be released. */
  | { is: 'added'; fan: string; first: number; children: ChildPlan[] }
  /** Those with an index from `from` on and below `below` may start. */
  | { is: 'released'; fan: string; from: number; below: number }
  | { is: 'reported'; fan: string; as: 'arrived' | 'late' | 'failed' | 'conflicting'; report: Report }
  | { is: 'removed'; fan: string; index: number; by: string; reason: string }
  /** Everything still open: of one fan-out, or of the whole run. */
  | { is: 'withdrawn'; fan: string | null; by: string; reason: string }
  /** Children that have not begun are to begin in this version. */
  | { is: 'repinned'; fan: string; version: number }
  | { is: 'joined'; fan: string; outcome: JoinOutcome; reason: string; by: string };

/** A child that is to start: what it is called, and what it begins with. */
export type ChildPlan = { key: string; input: Record<string, Value> };

/** How a branch came to be taken. */
export type HowRouted = 'only' | 'rule' | 'otherwise' | 'limit' | 'skip' | 'model' | 'person' | 'late' | 'none';

export type RunStatus = 'active' | 'attention' | 'done' | 'cancelled';

/** One line of history: what the step did, in the words of the mission. */
export type Happening =
  | { what: 'started'; by: Person }
  | { what: 'entered'; stage: string; round: number }
  | { what: 'handed_off'; handOff: string; stage: string; to: Person; dueAt: Instant | null; silent: boolean }
  | { what: 'answered'; handOff: string; stage: string; by: Person; answers: ShownFact[] }
  | { what: 'routed'; from: string; to: string; why: string; how?: HowRouted; instead?: string[] }
  | { what: 'skipped'; stage: string; because: string }
  | { what: 'judged'; effect: string; stage: string; judgement: Judgement | null; note: string }
  | { what: 'supplied'; handOff: string; stage: string; by: Person; answers: ShownFact[] }
  | { what: 'reminded'; handOff: string; to: Person }
  | { what: 'overdue'; handOff: string; stage: string }
  | { what: 'moved'; handOff: string; stage: string; from: Person; to: Person; why: MoveReason; by: string; reason: string }
  | { what: 'withdrawn'; handOff: string; stage: string; from: Person }
  | { what: 'called'; effect: string; stage: string; component: string }
  | { what: 'returned'; effect: string; stage: string; component: string; status: number; saved: Record<string, Value> }
  | { what: 'mailed'; effect: string; stage: string; component: string; to: string; subject: string }
  | { what: 'failed'; effect: string; stage: string | null; error: string }
  | { what: 'waiting'; stage: string; component: string; until: Instant | null; event: string | null }
  | { what: 'waited'; stage: string; component: string; why: 'time' | 'event' | 'nothing came' }
  | { what: 'heard'; name: string; by: string; saved: ShownFact[]; kept: boolean }
  | { what: 'looked_up'; stage: string; component: string; table: string; found: ShownFact[] | null }
  | { what: 'ruled'; stage: string; component: string; rule: string | null; set: ShownFact[] }
  | { what: 'reopened'; stage: string; by: string; reason: string }
  | {
      what: 'steered';
      from: string | null;
      /** The step that was passed over. */
      over: string | null;
      to: string | null;
      by: string;
      reason: string;
      given: ShownFact[];
    }
  | { what: 'version_moved'; from: number; to: number; by: string; reason: string }
  | { what: 'fanned_out'; fan: string; stage: string; component: string; workflow: string; asked: number; until: Instant | null }
  | { what: 'reported'; fan: string; stage: string | null; component: string | null; taken: number; late: number }
  | {
      what: 'joined';
      fan: string;
      stage: string;
      component: string;
      outcome: JoinOutcome;
      tally: Tally;
      by: string | null;
      reason: string;
    }
  | { what: 'held'; fan: string; stage: string; component: string; failed: number }
  | {
      what: 'children_changed';
      fan: string;
      stage: string;
      component: string;
      change: 'add' | 'remove' | 'replace';
      key: string | null;
      by: string;
      reason: string;
    }
  | { what: 'repinned'; fan: string; stage: string; component: string; version: number; by: string; reason: string }
  | { what: 'retried'; by: string; effect: string }
  | { what: 'cancelled'; by: string; reason: string }
  | { what: 'ended'; stage: string | null };

export type MoveReason = 'escalated' | 'reassigned';

export type HandOffChange =
  | { is: 'opened'; handOff: OpenHandOff; round: number }
  | { is: 'decided'; id: string; by: Person; at: Instant; submission: string; answer: ShownFact[] }
  | { is: 'moved'; id: string; generation: number; from: Person; to: Person; at: Instant; why: MoveReason; reason: string }
  | { is: 'withdrawn'; id: string; generation: number; at: Instant; by: string; reason: string };

/** Something to do in the outside world, after the commit, under the idempotency key `id`. */
export type Effect = { id: string } & (MailEffect | HttpEffect | JudgeEffect | DocumentEffect);

/** One mail. Facts are as they stood in the step, so that the mail can be rendered again byte for byte. */
export type MailEffect = {
  kind: 'mail';
  mail:
    | { is: 'receipt'; to: Person; facts: ShownFact[] }
    | {
        is: 'hand_off';
        to: Person;
        /** The fan-out, for one of several children: letters to the same person leave as one. */
        fan?: string;
        handOff: string;
        generation: number;
        stage: string;
        dueAt: Instant | null;
        asks: Person;
        facts: ShownFact[];
        round: number;
      }
    | {
        is: 'reminder';
        to: Person;
        fan?: string;
        handOff: string;
        generation: number;
        stage: string;
        dueAt: Instant | null;
        since: Instant;
        asks: Person;
        facts: ShownFact[];
      }
    | {
        is: 'escalation';
        to: Person;
        fan?: string;
        handOff: string;
        generation: number;
        stage: string;
        dueAt: Instant | null;
        asks: Person;
        from: Person;
        why: MoveReason;
        facts: ShownFact[];
      }
    | { is: 'moved'; to: Person; handOff: string; stage: string; now: Person; why: MoveReason }
    | {
        is: 'withdrawn';
        to: Person;
        fan?: string;
        /** With all of its siblings that are open. */
        together?: true;
        handOff: string;
        stage: string;
        reason: string;
      }
    | {
        is: 'outcome';
        to: Person;
        subject: string;
        body: string;
        stage: string;
        component: string;
        attachments?: FileReference[];
      };
};

/** One HTTP call. Secrets are named, not held: they are put in when the call is made. */
export type HttpEffect = {
  kind: 'http';
  stage: string;
  component: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  /** Header name → text in which secrets are named. */
  headers: Record<string, SecretText>;
  json: unknown;
  /** Data key → path in the answer, e.g. `payment_id: body.id`. */
  save: Record<string, string>;
};

/** A question to the runner: which of the declared branches fits. It is told nothing but what stands here. */
export type JudgeEffect = {
  kind: 'judge';
  stage: string;
  workflow: string;
  stageTitle: string;
  guidance: string;
  successors: Branch[];
  facts: ShownFact[];
  confidence: number;
  tokens: number;
  /** In seconds, over all tries. */
  timeLimit: number;
};

/** A file to be made from a text. */
export type DocumentEffect = {
  kind: 'document';
  stage: string;
  component: string;
  title: string;
  /** The file's name, with its ending. */
  name: string;
  format: 'pdf' | 'markdown';
  text: string;
  /** The datum that holds the file. */
  into: string;
};

export type TimerChange =
  | { is: 'set'; key: string; at: Instant; event: { type: 'remind_due' | 'escalate_due' | 'overdue'; handOff: string } }
  | { is: 'set'; key: string; at: Instant; event: { type: 'wait_over'; wait: string } }
  | { is: 'set'; key: string; at: Instant; event: { type: 'fan_over'; fan: string } }
  | { is: 'withdrawn'; prefix: string };
