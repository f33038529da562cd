import { stageTitle } from '../../machines/definition.ts';
import { placeIn } from '../../machines/move.ts';
import type { Person } from '../../machines/values.ts';
import type { Actors } from '../actors/actors.ts';
import { type LoadedRun, loadRuns } from '../actors/load.ts';
import type { Sql } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import type { Library, Published } from './library.ts';

type Needs = { sql: Sql; library: Library; actors: Actors };

/** Which runs are to go to which version. `runs`: null means all that are under way and not there yet. */
export type MoveWish = { workflow: string; to: number; runs: string[] | null };

/** A run with what would happen to it, or has happened. `why` says so in sentences where it stays. */
export type RunMove = {
  run: string;
  title: string;
  version: number;
  stage: string | null;
  waitsFor: Person | null;
} & Fate;

/** `moves`: it can; `moved`: it did; `there`: it was there already; `stays`: it cannot, for this reason. */
type Fate = { is: 'moves' | 'moved' | 'there'; why: null } | { is: 'stays'; why: string };

/** The runs of a wish, and how many more there are than were looked at. */
export type MovePlan = { to: number; moves: RunMove[]; more: number };

const AT_ONCE = 32;

/** What would happen to each run, the oldest first. Changes nothing. Throws Refusal 404 when there is no such version. */
export async function planMove(needs: Needs, wish: MoveWish, most: number): Promise<MovePlan> {
  const there = await needs.library.version(wish.workflow, wish.to);
  const rows = await chosenRuns(needs.sql, wish, most);
  const moves = await inBatches(rows, async (batch) => {
    const loaded = await loadRuns(
      needs.sql,
      batch.map(({ id }) => id),
    );
    return Promise.all(batch.map(async (row) => planned(needs, there, row, loaded.get(row.id))));
  });
  const more = Math.max(0, (rows[0]?.all ?? 0) - rows.length);
  return { to: wish.to, moves: [...moves, ...unknownRuns(wish, rows)], more };
}

/**
 * Moves each run in a step of its own. A run that cannot move stays and says why, whatever becomes of the others; a run
 * that is there already is left alone, so that the same wish may be sent again.
 */
export async function moveRuns(needs: Needs, wish: MoveWish, by: string, reason: string, most: number): Promise<MovePlan> {
  const { moves, ...plan } = await planMove(needs, wish, most);
  const done = await inBatches(moves, (batch) =>
    Promise.all(batch.map((move) => (move.is === 'moves' ? moved(needs, move, wish.to, by, reason) : move))),
  );
  return { ...plan, moves: done };
}

type Row = {
  id: string;
  title: string;
  version: number;
  stage: string | null;
  person_email: string | null;
  person_name: string | null;
  all: number;
};

async function chosenRuns(sql: Sql, { workflow, to, runs }: MoveWish, most: number): Promise<Row[]> {
  return sql<Row[]>`
    select r.id, r.title, r.version, r.stage, h.person_email, h.person_name, count(*) over ()::int as all
    from runs r left join lateral (
      select person_email, person_name from hand_offs where run_id = r.id and state = 'open' order by opened_at desc limit 1
    ) h on true
    where r.workflow = ${workflow}
      and case when ${runs === null}::boolean then r.ended_at is null and r.version <> ${to}
        else r.id = any(${runs ?? []}::uuid[]) end
    order by r.id limit ${most}`;
}

async function planned({ library }: Needs, there: Published, row: Row, run: LoadedRun | Error | undefined): Promise<RunMove> {
  const here = await library.version(there.workflow, row.version);
  const waitsFor = row.person_email === null ? null : { email: row.person_email, name: row.person_name };
  const stage = row.stage === null ? null : stageTitle(here.definition, row.stage);
  const about = { run: row.id, title: row.title, version: row.version, stage, waitsFor };
  return { ...about, ...fateOf(here, there, run) };
}

function fateOf(here: Published, there: Published, run: LoadedRun | Error | undefined): Fate {
  if (here.version === there.version) return { is: 'there', why: null };
  if (run === undefined || run instanceof Error) return { is: 'stays', why: run?.message ?? 'It is gone.' };
  const placed = placeIn(here, there, run.snapshot);
  return placed.ok ? { is: 'moves', why: null } : { is: 'stays', why: placed.why };
}

function unknownRuns({ runs }: MoveWish, rows: Row[]): RunMove[] {
  const known = new Set(rows.map(({ id }) => id));
  const about = { title: '', version: 0, stage: null, waitsFor: null };
  return (runs ?? [])
    .filter((run) => !known.has(run))
    .map((run) => ({ run, ...about, is: 'stays', why: 'This workflow has no such run.' }));
}

async function moved({ actors }: Needs, move: RunMove, to: number, by: string, reason: string): Promise<RunMove> {
  try {
    const stepped = await actors.tell(move.run, { type: 'version_moved', version: to, from: move.version, by, reason });
    if (stepped.is === 'stepped') return { ...move, is: 'moved', why: null };
    return { ...move, is: 'stays', why: 'It ended or was moved by somebody else at the same moment.' };
  } catch (error) {
    // One run that cannot be moved must not keep the others from it; a database that is away ends the whole.
    if (error instanceof Refusal && error.status === 503) throw error;
    return { ...move, is: 'stays', why: error instanceof Error ? error.message : String(error) };
  }
}

async function inBatches<A, B>(all: A[], work: (batch: A[]) => Promise<B[]>): Promise<B[]> {
  const done: B[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) done.push(...(await work(all.slice(at, at + AT_ONCE))));
  return done;
}
