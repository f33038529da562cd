import { z } from 'zod';
import { lacksOnCourse, stagesToPut, standingOf, stepOf } from '../../machines/course.ts';
import { type Definition, labelOf, stageTitle } from '../../machines/definition.ts';
import type { Outcome, RunContext, RunStatus } from '../../machines/outcome.ts';
import type { Person, Value } from '../../machines/values.ts';
import type { Actors, Told } from '../actors/actors.ts';
import { putBack } from '../actors/mailbox.ts';
import { factsOf } from '../children/kept.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { Broken, Refusal } from '../errors.ts';
import type { Library } from '../workflows/library.ts';

/** What an owner may do about a run, whatever it waits for. Every one but a retry and a reminder needs a reason. */
export type Act =
  | { is: 'retry' }
  | { is: 'remind' }
  | { is: 'cancel'; reason: string }
  | { is: 'give'; to: Person; reason: string }
  | { is: 'reopen'; stage: string; reason: string }
  /** To a stage, to the `end`, or (null) on past the step at which it rests; with the data that it would lack there. */
  | { is: 'steer'; to: string | null; values: Record<string, Value>; reason: string };

/** A run as it stands when somebody is about to act on it. */
export type Situation = {
  id: string;
  title: string;
  workflow: string;
  status: RunStatus;
  /** Why a message to it could not be delivered, if one could not. */
  setAside: string | null;
  definition: Definition;
  context: RunContext;
  /** A mark that changes when the run goes on: what was foreseen counts only as long as it is the same. */
  standing: string;
};

/** What an act would do. `outcome` is null where something that failed is only tried once more. */
export type Foreseen = { does: true; outcome: Outcome | null; takenBack: number } | { does: false; why: string };
/** What an act did. */
export type Acted = { done: true } | { done: false; why: string };

type Needs = { sql: Sql; library: Library; actors: Actors; clock: Clock; kick(): void };

type Row = {
  id: string;
  title: string;
  workflow: string;
  version: number;
  status: RunStatus;
  set_aside: string | null;
  context: unknown;
};

const CONTEXT = z.custom<RunContext>((context) => typeof context === 'object' && context !== null && 'facts' in context);

/** The runs of these ids as they stand, in their order; those that do not exist are left out. */
export async function situationsOf(
  { sql, library }: Pick<Needs, 'sql' | 'library'>,
  ids: readonly string[],
): Promise<Situation[]> {
  const rows = await sql<Row[]>`
    select id, title, workflow, version, status, set_aside->>'error' as set_aside, snapshot->'context' as context
    from runs where id = any(${[...ids]}::uuid[])`;
  const found = new Map(
    await Promise.all(
      rows.map(async ({ id, title, workflow, version, status, set_aside, context: stored }) => {
        const { definition } = await library.version(workflow, version);
        const snapshot = CONTEXT.parse(stored);
        const facts = await factsOf(sql, definition, { facts: snapshot.facts, kept: snapshot.kept });
        const context = { ...snapshot, facts };
        const standing = standingOf(context);
        return [id, { id, title, workflow, status, setAside: set_aside, definition, context, standing }] as const;
      }),
    ),
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** What an act would do to a run. Nothing is done, and nobody is written to. */
export async function foresee(needs: Needs, run: Situation, act: Act, by: string): Promise<Foreseen> {
  const event = eventFor(run, act, by);
  if (typeof event === 'string') return { does: false, why: event };
  if (event === null) return { does: true, outcome: null, takenBack: 0 };
  try {
    const outcome = await needs.actors.foresee(run.id, event);
    return outcome === null
      ? { does: false, why: GONE_ON }
      : { does: true, outcome, takenBack: await takenBack(needs, run, outcome) };
  } catch (error) {
    return { does: false, why: whyNot(error) };
  }
}

/** Acts on a run, if it still stands as it did when it was looked at. */
export async function perform(needs: Needs, run: Situation, act: Act, by: string, standing: string): Promise<Acted> {
  if (run.standing !== standing) return { done: false, why: GONE_ON };
  const event = eventFor(run, act, by);
  if (typeof event === 'string') return { done: false, why: event };
  if (event === null) {
    await putBack(needs.sql, run.id, needs.clock.now());
    needs.kick();
    return { done: true };
  }
  try {
    const told = await needs.actors.tell(run.id, event);
    return told.is === 'stepped' ? { done: true } : { done: false, why: GONE_ON };
  } catch (error) {
    return { done: false, why: whyNot(error) };
  }
}

const GONE_ON = 'It has gone on meanwhile.';
const ENDED = 'It has ended.';
const NOBODY = 'Nobody has it just now.';

/** The event by which an act is told to a run; a sentence where it makes no sense; null where messages are put back. */
function eventFor(run: Situation, act: Act, by: string): Told | string | null {
  const { context, definition, setAside } = run;
  const { open, ending } = context;
  if (act.is === 'reopen') {
    if (ending === null) return 'It has not ended.';
    if (!Object.hasOwn(definition.stages, act.stage)) return `Its version has no stage ${act.stage}.`;
    return { type: 'reopened', stage: act.stage, by, reason: act.reason };
  }
  if (ending !== null) return ENDED;
  switch (act.is) {
    case 'retry':
      if (setAside !== null) return null;
      return context.attention === null ? 'Nothing failed here.' : { type: 'retried', by };
    case 'remind':
      return open === null ? NOBODY : { type: 'remind_due', handOff: open.id };
    case 'cancel':
      return { type: 'cancelled', by, reason: act.reason };
    case 'give':
      if (open === null) return NOBODY;
      if (open.person.email === act.to.email) return 'They have it already.';
      return { type: 'reassigned', handOff: open.id, to: act.to, by, reason: act.reason };
    case 'steer':
      return steered(run, act, by);
  }
}

function steered({ context, definition, standing }: Situation, act: Extract<Act, { is: 'steer' }>, by: string): Told | string {
  const { to, values, reason } = act;
  if (to === null && stepOf(definition, context) === null) return 'It waits for nothing that could be left out.';
  if (to !== null && !stagesToPut(definition).includes(to)) return `Its version has no stage ${to}.`;
  const lacks = lacksOnCourse(definition, context, to, Object.keys(values));
  if (lacks.length > 0)
    return `From there on it needs what has not been gathered: ${lacks.map((key) => labelOf(definition, key)).join(', ')}.`;
  return { type: 'steered', to, standing, values, by, reason };
}

/** How many open runs below would be taken back with it. */
async function takenBack({ sql }: Needs, { id }: Situation, { children }: Outcome): Promise<number> {
  const withdrawn = children.flatMap((change) => (change.is === 'withdrawn' ? [change.fan] : []));
  if (withdrawn.length === 0) return 0;
  const [row] = await sql<{ n: number }[]>`
    with recursive below as (
      select c.child_id as id from fans f join children c on c.fan_id = f.id
      where f.run_id = ${id} and c.child_id is not null and (${withdrawn.includes(null)}::boolean or f.id = any(${withdrawn.flatMap((fan) => fan ?? [])}::uuid[]))
      union all
      select c.child_id from below b join fans f on f.run_id = b.id join children c on c.fan_id = f.id where c.child_id is not null
    )
    select count(*)::int as n from below b join runs r on r.id = b.id where r.ended_at is null`;
  return row?.n ?? 0;
}

function whyNot(error: unknown): string {
  if (error instanceof Refusal && error.status < 500) return error.message;
  if (error instanceof Broken) return `It cannot go this way: ${error.message}`;
  throw error;
}

/** The name of a place to which a run is put, for people. */
export function placeWords(definition: Definition, to: string | null): string {
  if (to === null) return 'on, without what it waits for';
  return to === 'end' ? 'at its end' : `at ${stageTitle(definition, to)}`;
}
