import { stageTitle } from '../../machines/definition.ts';
import type { About, HandOffState } from '../../machines/hand-off.ts';
import type { RunContext } from '../../machines/outcome.ts';
import type { Together } from '../../machines/together.ts';
import type { Facts, Instant, Person, ShownFact } from '../../machines/values.ts';
import { factsOf } from '../children/kept.ts';
import type { Sql } from '../database/connect.ts';
import type { Library, Published } from '../workflows/library.ts';
import type { Linked } from './links.ts';
import { togetherWith } from './together.ts';

/** A hand-off as the person with a link to it meets it. */
export type FoundHandOff = {
  state: HandOffState;
  run: string;
  published: Published;
  facts: Facts;
  /** Among which others the run was called. */
  together: Together | null;
  /** What a model made of the fork at which this person chooses. */
  proposal: Proposal | null;
  stage: string;
  component: string;
  actor: string;
  /** The submission that decided it, so that the same one again is recognised. */
  submission: string | null;
  /** The address the link was made for. */
  person: Person;
};

type Proposal = NonNullable<RunContext['proposal']>;

type Row = {
  id: string;
  proposal: Proposal | null;
  run_id: string;
  stage: string;
  component: string;
  actor: string;
  state: 'open' | 'decided' | 'withdrawn';
  generation: number;
  person_email: string;
  person_name: string | null;
  round: number;
  opened_at: Instant;
  due_at: Instant | null;
  ended_at: Instant | null;
  ended_by_email: string | null;
  ended_by_name: string | null;
  submission: string | null;
  answer: ShownFact[] | null;
  reason: string | null;
  workflow: string;
  version: number;
  title: string;
  starter_email: string;
  starter_name: string | null;
  facts: Facts;
  guidance: string | null;
  move: Move | null;
  kept: RunContext['kept'] | null;
  fan: string | null;
};

type Move = {
  from_email: string;
  from_name: string | null;
  to_email: string;
  to_name: string | null;
  at: string;
  why: 'escalated' | 'reassigned';
  reason: string;
};

/**
 * The hand-off behind a good link, in the case that this link's generation meets; null when there is none. One query.
 * A link of an earlier generation meets `moved` (or `withdrawn`), never what became of it afterwards: that is another
 * person's affair.
 */
export async function findHandOff(portal: { sql: Sql; library: Library }, linked: Linked): Promise<FoundHandOff | null> {
  const [row] = await portal.sql<Row[]>`
    select h.*, r.workflow, r.version, r.title, r.starter_email, r.starter_name, r.snapshot->'context'->'facts' as facts,
      r.snapshot->'context'->'kept' as kept, r.snapshot->'context'->'parent'->>'fan' as fan,
      r.snapshot->'context'->'proposal' as proposal,
      (select g.text from guidance g where g.workflow = r.workflow and g.stage = h.stage and g.version <= h.wording
        order by g.version desc limit 1) as guidance,
      (select to_json(m) from hand_off_moves m where m.hand_off_id = h.id and m.generation = ${linked.generation}) as move
    from hand_offs h join runs r on r.id = h.run_id
    where h.id = ${linked.id}`;
  if (row === undefined || linked.generation < 1 || linked.generation > row.generation) return null;
  const published = await portal.library.version(row.workflow, row.version);
  return {
    state: stateOf(row, published),
    run: row.run_id,
    published,
    facts: await factsOf(portal.sql, published.definition, row),
    together: row.fan === null ? null : await togetherWith(portal, row.fan, row.run_id),
    proposal: row.proposal ?? null,
    stage: row.stage,
    component: row.component,
    actor: row.actor,
    submission: row.submission,
    person: row.move ? person(row.move.from_email, row.move.from_name) : person(row.person_email, row.person_name),
  };
}

/** The hand-off of a run that waits for this very person, if one does: they may have got no letter about it. */
export async function openFor(
  sql: Sql,
  run: string,
  { email }: Person,
): Promise<{ id: string; generation: number; stage: string } | null> {
  const [row] = await sql<{ id: string; generation: number; stage: string }[]>`
    select id, generation, stage from hand_offs where run_id = ${run} and state = 'open' and person_email = ${email}`;
  return row ?? null;
}

function stateOf(row: Row, published: Published): HandOffState {
  const about = aboutOf(row, published);
  const { move } = row;
  if (move !== null) {
    const from = person(move.from_email, move.from_name);
    const to = person(move.to_email, move.to_name);
    return { is: 'moved', from, to, at: new Date(move.at).toISOString(), why: move.why, reason: move.reason, about };
  }
  const by = person(row.ended_by_email ?? '', row.ended_by_name);
  const at = row.ended_at ?? row.opened_at;
  if (row.state === 'decided') return { is: 'decided', by, at, answer: row.answer ?? [], about };
  if (row.state === 'withdrawn') return { is: 'withdrawn', by, at, reason: row.reason ?? '', about };
  return {
    is: 'open',
    ask: {
      handOff: row.id,
      generation: row.generation,
      run: row.run_id,
      workflow: row.workflow,
      version: row.version,
      title: row.title,
      stage: row.stage,
      component: row.component,
      actor: row.actor,
      person: person(row.person_email, row.person_name),
      starter: person(row.starter_email, row.starter_name),
      round: row.round,
      openedAt: row.opened_at,
      dueAt: row.due_at,
      guidance: row.guidance ?? '',
    },
  };
}

function aboutOf(row: Row, { definition }: Published): About {
  return {
    workflow: definition.title,
    version: row.version,
    stage: stageTitle(definition, row.stage),
    contact: definition.owners[0] ?? '',
  };
}

function person(email: string, name: string | null): Person {
  return { email, name };
}
