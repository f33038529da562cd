import type { Logger } from 'pino';
import type { Beginning, RunEvent, Stamped } from '../../machines/event.ts';
import { placeIn, stepVersion } from '../../machines/move.ts';
import type { Outcome } from '../../machines/outcome.ts';
import { begin, step } from '../../machines/step.ts';
import { bornOf, callsOf } from '../children/calls.ts';
import { placeKey, stillToStart } from '../children/starting.ts';
import type { Clock } from '../clock.ts';
import { isConnectionError, type Sql } from '../database/connect.ts';
import { Broken, notFound, Refusal } from '../errors.ts';
import type { Library, Published } from '../workflows/library.ts';
import type { Actors, Begun, Stepped } from './actors.ts';
import { BEGINNING } from './chain.ts';
import { type Commit, commit, recorded } from './commit.ts';
import { admit, stamp, type Told } from './gate.ts';
import { nextGroup, settle, type Waiting, type WaitingEvent, type WaitingStart } from './group.ts';
import { type LoadedRun, loadRuns, runsByKey, stillWaiting } from './load.ts';
import { createRecent } from './recent.ts';

/** What stepping needs of the portal. `committed` is called after each commit that left something to do. */
export type ActorsNeed = {
  sql: Sql;
  clock: Clock;
  library: Library;
  log: Logger;
  /** Whether a model is there to judge forks. */
  judges?: boolean;
  committed: () => void;
};

// Events that arrive while a group is being written form the next one. 32 keep a statement small enough to plan and
// parse in a few milliseconds; two groups under way keep the database busy while the other one is stepped.
const GROUP_SIZE = 32;
const GROUPS_AT_ONCE = 2;
// An event overtaken this often by others on the same run is given up with an error, which no real load comes near.
const MOST_TRIES = 50;
// A few kilobytes each. People who go straight on, and programs, act again within seconds.
const MOST_RECENT = 1000;

/** A step about to be written. `late` came after it in the same group and found nothing left to change. */
type Prepared = { waiting: Waiting; commit: Commit; after: LoadedRun; late: WaitingEvent[] };

/** Opens the door to the runs. Events that arrive together are loaded, stepped and committed together. */
export function createActors({ sql, clock, library, log, judges = false, committed }: ActorsNeed): Actors {
  let queue: Waiting[] = [];
  let closed = false;
  const busy = new Set<string>();
  const recent = createRecent(MOST_RECENT);
  const underWay = new Set<Promise<void>>();

  function enqueue(waiting: Waiting): void {
    if (closed) {
      waiting.reject(new Refusal(503, 'closing', 'The portal is restarting. Please try again in a moment.'));
      return;
    }
    queue.push(waiting);
    // One turn later, so that everything that arrived together is in the group.
    setImmediate(turn);
  }

  function turn(): void {
    while (queue.length > 0 && underWay.size < GROUPS_AT_ONCE) {
      const { group, rest } = nextGroup(queue, busy, GROUP_SIZE);
      if (group.length === 0) return;
      queue = rest;
      for (const { run } of group) busy.add(run);
      const work = run(group).finally(() => {
        for (const waiting of group) busy.delete(waiting.run);
        underWay.delete(work);
        turn();
      });
      underWay.add(work);
    }
  }

  async function run(group: Waiting[]): Promise<void> {
    try {
      const ids = [...new Set(group.flatMap((waiting) => (waiting.is === 'event' ? [waiting.run] : [])))];
      const kept = new Map<string, LoadedRun>();
      for (const id of ids) {
        const run = recent.get(id);
        if (run !== undefined) kept.set(id, run);
      }
      const runs = await loadRuns(
        sql,
        ids.filter((id) => !kept.has(id)),
      );
      await commitAll(await prepareAll(group, runs, kept));
    } catch (error) {
      if (isConnectionError(error)) await again(group, error);
      else for (const waiting of group) waiting.reject(error);
    }
  }

  /** `kept` are runs that were not loaded: what they say may be old. */
  async function prepareAll(group: Waiting[], runs: Map<string, LoadedRun | Error>, kept: ReadonlyMap<string, LoadedRun>) {
    const prepared: Prepared[] = [];
    for (const waiting of group) {
      try {
        if (waiting.is === 'start') {
          const made = await prepareStart(waiting);
          prepared.push({ waiting, commit: made, after: begunBy(made), late: [] });
          continue;
        }
        const first = prepared.find((one) => one.waiting.run === waiting.run);
        const run = first?.after ?? kept.get(waiting.run) ?? loaded(runs, waiting.run);
        const made = await prepareEvent(waiting, run);
        if (first !== undefined && made === null) first.late.push(waiting);
        else if (first !== undefined) queue.push(waiting);
        else if (made !== null) prepared.push({ waiting, commit: made, after: advanced(run, made), late: [] });
        else if (kept.has(waiting.run)) reload(waiting);
        else waiting.resolve({ is: 'too_late', run: waiting.run });
      } catch (error) {
        if (kept.has(waiting.run)) reload(waiting);
        else
          waiting.reject(error instanceof Refusal ? error : new Broken(`run ${waiting.run}`, messageOf(error), { cause: error }));
      }
    }
    return prepared;
  }

  /** What an event carries of the world beside its time, and what its step may therefore look up. */
  async function stampsOf({ definition }: Published): Promise<Pick<Stamped, 'tables' | 'judges'>> {
    const stamps = await library.tables.stamp(definition);
    return judges ? { ...stamps, judges: true } : stamps;
  }

  async function prepareStart({ start, run }: WaitingStart): Promise<Commit> {
    const { starter, trigger, facts, idempotencyKey, child } = start;
    const version = child?.version ?? (await library.newestNumber(start.workflow));
    const published = await library.version(start.workflow, version);
    const born = child === undefined ? await callsOf(library, published) : bornOf(child);
    const event: Beginning = {
      run,
      starter,
      trigger,
      facts,
      ...born,
      at: clock.now(),
      fresh: run,
      ...(await stampsOf(published)),
    };
    const outcome = await library.family.with(sql, () => begin(published, event));
    const begins = { workflow: start.workflow, starter, trigger, idempotencyKey, place: child ?? null };
    return { run, version, seq: 1, ...recorded(BEGINNING, 1, event, outcome), at: event.at, outcome, messages: [], begins };
  }

  async function prepareEvent({ run, event: told, messages }: WaitingEvent, loadedRun: LoadedRun): Promise<Commit | null> {
    const stepped = await stepIn(loadedRun, told);
    if (stepped === null) return null;
    const { event, outcome, version } = stepped;
    const seq = loadedRun.seq + 1;
    return { run, version, seq, ...recorded(loadedRun.head, seq, event, outcome), at: event.at, outcome, messages, begins: null };
  }

  /** Steps a run in its version; a run that moves to another one is put there first. */
  async function stepIn({ workflow, version, snapshot }: LoadedRun, told: Told) {
    const published = await library.version(workflow, version);
    const stamped = async (by: Published) => ({ ...stamp(told, clock.now(), clock.fresh()), ...(await stampsOf(by)) });
    if (told.type !== 'version_moved') {
      const event = await stamped(published);
      return inVersion(version, event, await library.family.with(sql, () => step(published, snapshot, event)));
    }
    if (told.from !== version || told.version === version) return null;
    const there = await library.version(workflow, told.version);
    const placed = placeIn(published, there, snapshot);
    if (!placed.ok) throw new Refusal(409, 'cannot_move', placed.why);
    const event = await stamped(there);
    if (event.type !== 'version_moved') return null;
    const outcome = await library.family.with(sql, () => stepVersion(published, there, snapshot, event));
    return inVersion(told.version, event, outcome);
  }

  async function commitAll(prepared: Prepared[]): Promise<void> {
    if (prepared.length === 0) return;
    try {
      const taken = await commit(
        sql,
        prepared.map((one) => one.commit),
      );
      await conclude(prepared, taken);
    } catch (error) {
      if (isConnectionError(error)) await afterLostConnection(prepared, error);
      else if (prepared.length === 1)
        for (const { waiting, late } of prepared) for (const one of [waiting, ...late]) one.reject(error);
      // One bad event must not spoil another's step.
      else for (const one of prepared) await commitAll([one]);
    }
  }

  async function conclude(prepared: Prepared[], taken: ReadonlySet<string>): Promise<void> {
    const stale: Waiting[] = [];
    for (const { waiting, commit: made, after, late } of prepared) {
      if (taken.has(waiting.run)) {
        recent.keep(after);
        settle(waiting, made.seq, made.outcome);
        for (const { run, resolve } of late) resolve({ is: 'too_late', run });
      } else stale.push(waiting, ...late);
    }
    if (taken.size > 0) committed();
    if (stale.length > 0) await overtaken(stale);
  }

  /** Starts whose key was taken are answered with the first run; events are stepped again on the new state. */
  async function overtaken(stale: Waiting[]): Promise<void> {
    const keys = stale.flatMap((w) => (w.is === 'start' && w.start.idempotencyKey !== null ? [w.start.idempotencyKey] : []));
    const messages = stale.flatMap((w) => (w.is === 'event' ? w.messages : []));
    const places = stale.flatMap((w) => (w.is === 'start' && w.start.child !== undefined ? [w.start.child] : []));
    const toStart = places.length > 0 ? await stillToStart(sql, places) : new Set<string>();
    const firsts = keys.length > 0 ? await runsByKey(sql, keys) : new Map<string, string>();
    const left = messages.length > 0 ? await stillWaiting(sql, messages) : new Set<number>();
    for (const waiting of stale) {
      const first = waiting.is === 'start' ? firsts.get(waiting.start.idempotencyKey ?? '') : undefined;
      if (waiting.is === 'start' && first !== undefined) waiting.resolve({ is: 'already', run: first });
      else if (waiting.is === 'start' && waiting.start.child !== undefined && !toStart.has(placeKey(waiting.start.child)))
        waiting.resolve({ is: 'already', run: waiting.run });
      else if (waiting.is === 'event' && waiting.messages.length > 0 && waiting.messages.every((one) => !left.has(one)))
        waiting.resolve({ is: 'too_late', run: waiting.run });
      else if (waiting.is === 'event' && waiting.messages.some((one) => !left.has(one))) waiting.reject(new Split());
      else retry(waiting, new Error('Overtaken too often.'));
    }
  }

  /** The statement may have been committed although its answer was lost: our own hash in the history tells. */
  async function afterLostConnection(prepared: Prepared[], error: unknown): Promise<void> {
    log.warn({ err: error }, 'The database did not answer a commit; looking whether it was done.');
    const hashes = await ownHashes(prepared).catch(() => null);
    if (hashes === null) {
      await again(
        prepared.flatMap((one) => [one.waiting, ...one.late]),
        error,
      );
      return;
    }
    const done = new Set(
      prepared
        .filter(({ commit: made }) => hashes.get(made.run)?.some((hash) => Buffer.from(hash).equals(made.hash)))
        .map((one) => one.waiting.run),
    );
    await conclude(prepared, done);
  }

  async function ownHashes(prepared: Prepared[]): Promise<Map<string, Uint8Array[]>> {
    await pause(100);
    const runs = prepared.map((one) => one.waiting.run);
    const rows = await sql<{ run_id: string; hash: Uint8Array }[]>`
      select run_id, hash from history where run_id = any(${runs}::uuid[]) order by seq desc limit ${runs.length * 50}`;
    const found = new Map<string, Uint8Array[]>();
    for (const row of rows) found.set(row.run_id, [...(found.get(row.run_id) ?? []), row.hash]);
    return found;
  }

  async function again(group: Waiting[], error: unknown): Promise<void> {
    await pause(200);
    for (const waiting of group) retry(waiting, error);
  }

  /** What a kept run says may be old: ask the database before believing it. */
  function reload(waiting: Waiting): void {
    recent.forget(waiting.run);
    queue.unshift(waiting);
  }

  function retry(waiting: Waiting, error: unknown): void {
    recent.forget(waiting.run);
    waiting.tries += 1;
    if (closed || waiting.tries > (isConnectionError(error) ? 5 : MOST_TRIES)) waiting.reject(unavailable(error));
    else queue.unshift(waiting);
  }

  return {
    begin: (start) =>
      new Promise<Begun>((resolve, reject) => enqueue({ is: 'start', start, run: clock.fresh(), tries: 0, resolve, reject })),
    tell: (run, event) =>
      new Promise<Stepped>((resolve, reject) =>
        enqueue({ is: 'event', run, event: admit(event), messages: [], tries: 0, resolve, reject }),
      ),
    async foresee(id, event) {
      const stepped = await stepIn(loaded(await loadRuns(sql, [id]), id), admit(event));
      return stepped?.outcome ?? null;
    },
    deliver: ({ messages, run, event }) =>
      new Promise<Stepped>((resolve, reject) =>
        enqueue({ is: 'event', run, event: admit(event), messages, tries: 0, resolve, reject }),
      ),
    async close() {
      while (queue.length > 0 || underWay.size > 0) await Promise.all([...underWay, pause(5)]);
      closed = true;
    },
  };
}

function loaded(runs: Map<string, LoadedRun | Error>, id: string): LoadedRun {
  const run = runs.get(id);
  if (run === undefined) throw notFound(`run ${id}`);
  if (run instanceof Error) throw run;
  return run;
}

/** The run as it will be once this step is written. */
function advanced(run: LoadedRun, made: Commit): LoadedRun {
  return { ...run, version: made.version, seq: made.seq, snapshot: made.outcome.snapshot, head: made.hash };
}

function begunBy(made: Commit): LoadedRun {
  const { workflow } = made.begins ?? { workflow: '' };
  return advanced(
    { id: made.run, workflow, version: made.version, seq: 0, head: BEGINNING, snapshot: made.outcome.snapshot },
    made,
  );
}

function inVersion(version: number, event: RunEvent, outcome: Outcome | null) {
  return outcome === null ? null : { version, event, outcome };
}

/** Some of the messages that were to make one event were taken by another server: the others make one of their own. */
export class Split extends Error {}

function unavailable(error: unknown): Refusal {
  const sentence = 'The portal cannot reach its database just now. Nothing was saved; please try again in a minute.';
  return new Refusal(503, 'unavailable', sentence, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
