import type { Effect, HandOffChange, Outcome } from '../../machines/outcome.ts';
import type { Person } from '../../machines/values.ts';
import { concernsFamily, familyParts, type Place, startingChildren } from '../children/commit.ts';
import { columns } from '../database/columns.ts';
import type { Sql } from '../database/connect.ts';
import { chain } from './chain.ts';

/** One outcome about to be written. `begins` is set for a run's first step. */
export type Commit = {
  run: string;
  /** The version of the workflow in which the step was made, and in which the run is from now on. */
  version: number;
  /** The step's number: one more than the seq it was computed from. */
  seq: number;
  /** The event and what happened as history keeps them, to the letter, and the hash over them. */
  event: string;
  happened: string;
  hash: Buffer;
  at: string;
  outcome: Outcome;
  /** The messages that this step consumes, if it came through the mailbox: all of them, or the step is not made. */
  messages: readonly number[];
  begins: Begins | null;
};

export type Begins = { workflow: string; starter: Person; trigger: string; idempotencyKey: string | null; place: Place | null };

/**
 * Writes a group of outcomes in ONE statement and answers the ids of the runs that took theirs. A run is missing when
 * its seq moved on, its message was consumed by another server, or its idempotency key is taken: step it anew.
 *
 * Runs are locked in the order of their ids (`locked`), so that the groups of several servers cannot deadlock; what a
 * step writes besides belongs to its run and is guarded by that lock. Rows arrive as columns (server/database/columns.ts).
 */
export async function commit(sql: Sql, group: Commit[]): Promise<Set<string>> {
  const rows = group.map(rowsOf);
  const steps = columns(rows.map((row) => row.run));
  const opened = columns(rows.flatMap((row) => row.opened));
  const ended = columns(rows.flatMap((row) => row.ended));
  const sent = columns(rows.flatMap((row) => row.outbox));
  const set = columns(rows.flatMap((row) => row.set));
  const withdrawn = columns(rows.flatMap((row) => row.withdrawn));
  const family = group.map(({ run, at, outcome, begins }) => ({ run, at, outcome, place: begins?.place ?? null }));
  const families = family.some(concernsFamily);
  // What seldom happens stands in the statement only when it does: every part costs time, even with nothing in it.
  const consumes = group.some(({ messages }) => messages.length > 0);
  const moves = rows.some((row) => row.moved.length > 0);
  const drops = rows.some((row) => row.dropped.length > 0);
  const rearms = rows.some((row) => row.rearmed.length > 0);
  const taken = await sql<{ id: string }[]>`
    with steps as materialized (
      select * from unnest(
        list_of(${steps('id')})::uuid[], list_of(${steps('seq')})::int[], list_of(${steps('at')})::timestamptz[],
        list_of(${steps('status')}), list_of(${steps('stage')}), list_of(${steps('title')}), list_of(${steps('snapshot')}),
        list_of(${steps('head')}), list_of(${steps('event')}), list_of(${steps('happened')}),
        list_of(${steps('messages')})::int[], list_of(${steps('workflow')}), list_of(${steps('version')})::int[],
        list_of(${steps('starter_email')}), list_of(${steps('starter_name')}), list_of(${steps('trigger')}),
        list_of(${steps('idempotency_key')})
      ) as s(id, seq, at, status, stage, title, snapshot, head, event, happened, messages, workflow, version, starter_email,
        starter_name, trigger, idempotency_key)
    ),
    locked as materialized (
      select r.id from runs r join steps s on s.id = r.id and s.seq = r.seq + 1 and s.workflow is null
      order by r.id for no key update of r
    ),
    ${consumes ? consuming(sql, group) : sql``}
    updated as (
      update runs r set seq = s.seq, version = s.version, status = s.status, stage = s.stage, title = s.title, snapshot = s.snapshot::json,
        head = decode(s.head, 'hex'), changed_at = s.at, set_aside = null,
        ended_at = case when s.status in ('done', 'cancelled') then s.at end
      from steps s join locked l on l.id = s.id
      where r.id = s.id and r.seq = s.seq - 1
        ${consumes ? sql`and (s.messages is null or (select count(*) from consumed c where c.run_id = s.id) = s.messages)` : sql``}
      returning r.id, r.workflow
    ),
    ${families ? startingChildren(sql, family) : sql``}
    begun as (
      insert into runs (id, workflow, version, seq, status, stage, title, starter_email, starter_name, trigger, snapshot,
        head, idempotency_key, parent_id, root_id, started_at, changed_at, ended_at)
      select s.id, workflow, version, seq, status, stage, title, starter_email, starter_name, trigger, snapshot::json,
        decode(head, 'hex'), idempotency_key, ${families ? sql`p.parent_id, coalesce(p.root_id, s.id)` : sql`null::uuid, s.id`},
        at, at, case when status in ('done', 'cancelled') then at end
      from steps s ${families ? sql`left join starting p on p.id = s.id` : sql``}
      where workflow is not null
        ${families ? sql`and (p.id is not null or not exists (select from places x where x.id = s.id))` : sql``}
      on conflict (idempotency_key) do nothing
      returning id, workflow
    ),
    taken as materialized (select id, workflow from updated union all select id, workflow from begun),
    remembered as (
      insert into history (run_id, seq, at, event, happened, hash)
      select s.id, s.seq, s.at, s.event::json, s.happened::json, decode(s.head, 'hex') from steps s join taken t on t.id = s.id
    ),
    opened as (
      insert into hand_offs (id, run_id, stage, component, actor, state, generation, person_email, person_name, round,
        wording, opened_at, due_at)
      select o.id, o.run_id, o.stage, o.component, o.actor, 'open', o.generation, o.person_email, o.person_name, o.round,
        (select newest from workflows w where w.key = t.workflow), o.opened_at, o.due_at
      from unnest(
        list_of(${opened('id')})::uuid[], list_of(${opened('run_id')})::uuid[], list_of(${opened('stage')}),
        list_of(${opened('component')}), list_of(${opened('actor')}), list_of(${opened('generation')})::int[],
        list_of(${opened('person_email')}), list_of(${opened('person_name')}), list_of(${opened('round')})::int[],
        list_of(${opened('opened_at')})::timestamptz[], list_of(${opened('due_at')})::timestamptz[]
      ) as o(id, run_id, stage, component, actor, generation, person_email, person_name, round, opened_at, due_at)
      join taken t on t.id = o.run_id
    ),
    ended as (
      update hand_offs h set state = e.state, generation = coalesce(e.generation, h.generation), ended_at = e.at,
        ended_by_email = e.by_email, ended_by_name = e.by_name, submission = e.submission, answer = e.answer::json,
        reason = e.reason
      from unnest(
        list_of(${ended('id')})::uuid[], list_of(${ended('run_id')})::uuid[], list_of(${ended('state')}),
        list_of(${ended('generation')})::int[], list_of(${ended('at')})::timestamptz[], list_of(${ended('by_email')}),
        list_of(${ended('by_name')}), list_of(${ended('submission')}), list_of(${ended('answer')}), list_of(${ended('reason')})
      ) as e(id, run_id, state, generation, at, by_email, by_name, submission, answer, reason)
      join taken t on t.id = e.run_id where h.id = e.id
    ),
    ${moves ? moving(sql, rows) : sql``}
    sent as (
      insert into outbox (id, run_id, kind, body, state, created_at, try_at, fan, bundle)
      select o.id, o.run_id, o.kind, o.body::json, 'ready', o.at, o.try_at, o.fan, o.bundle
      from unnest(
        list_of(${sent('id')})::uuid[], list_of(${sent('run_id')})::uuid[], list_of(${sent('kind')}), list_of(${sent('body')}),
        list_of(${sent('at')})::timestamptz[], list_of(${sent('fan')})::uuid[], list_of(${sent('bundle')}),
        list_of(${sent('try_at')})::timestamptz[]
      ) as o(id, run_id, kind, body, at, fan, bundle, try_at)
      join taken t on t.id = o.run_id
    ),
    ${rearms ? rearming(sql, rows) : sql``}
    ${drops ? dropping(sql, rows) : sql``}
    withdrawn as (
      delete from messages where id = any(array(
        select found.id from unnest(list_of(${withdrawn('run_id')})::uuid[], list_of(${withdrawn('prefix')})) as x(run_id, prefix)
        join taken t on t.id = x.run_id
        -- "offset 0" keeps this a look-up in messages_run_id_key_key for each run; joined freely it scans the table.
        cross join lateral (
          select m.id from messages m where m.run_id = x.run_id and starts_with(m.key, x.prefix) offset 0) as found))
    ),
    set_timers as (
      insert into messages (run_id, key, event, deliver_at, try_at)
      select s.run_id, s.key, s.event::json, s.at, s.at
      from unnest(
        list_of(${set('run_id')})::uuid[], list_of(${set('key')}), list_of(${set('event')}), list_of(${set('at')})::timestamptz[]
      ) as s(run_id, key, event, at)
      join taken t on t.id = s.run_id
      on conflict (run_id, key) do nothing
    )${families ? familyParts(sql, family) : sql``}
    select id from taken`;
  return new Set(taken.map((row) => row.id));
}

/** The messages that become steps are gone with them. */
function consuming(sql: Sql, group: readonly Commit[]) {
  const consumed = columns(group.flatMap(({ run: run_id, messages }) => messages.map((id) => ({ id, run_id }))));
  return sql`
    consumed as (
      delete from messages where id = any(array(
        select c.id from unnest(list_of(${consumed('id')})::bigint[], list_of(${consumed('run_id')})::uuid[]) as c(id, run_id)
        join locked l on l.id = c.run_id))
      returning run_id
    ),`;
}

/** Hand-offs that go to somebody else. */
function moving(sql: Sql, rows: readonly Rows[]) {
  const moved = columns(rows.flatMap((row) => row.moved));
  return sql`
    moves as materialized (
      select m.* from unnest(
        list_of(${moved('id')})::uuid[], list_of(${moved('run_id')})::uuid[], list_of(${moved('generation')})::int[],
        list_of(${moved('from_email')}), list_of(${moved('from_name')}), list_of(${moved('to_email')}),
        list_of(${moved('to_name')}), list_of(${moved('at')})::timestamptz[], list_of(${moved('why')}), list_of(${moved('reason')})
      ) as m(id, run_id, generation, from_email, from_name, to_email, to_name, at, why, reason)
      join taken t on t.id = m.run_id
    ),
    noted as (
      insert into hand_off_moves (hand_off_id, generation, from_email, from_name, to_email, to_name, at, why, reason)
      select id, generation - 1, from_email, from_name, to_email, to_name, at, why, coalesce(reason, '') from moves
    ),
    moved as (
      update hand_offs h set generation = m.generation, person_email = m.to_email, person_name = m.to_name
      from moves m where h.id = m.id
    ),`;
}

/** Effects that nobody waits for any more. */
function dropping(sql: Sql, rows: readonly Rows[]) {
  const dropped = columns(rows.flatMap((row) => row.dropped));
  return sql`
    dropped as (
      update outbox o set state = 'dropped', done_at = d.at, leased_until = null
      from unnest(
        list_of(${dropped('id')})::uuid[], list_of(${dropped('run_id')})::uuid[], list_of(${dropped('at')})::timestamptz[]
      ) as d(id, run_id, at)
      join taken t on t.id = d.run_id
      where o.id = d.id and o.id = any(list_of(${dropped('id')})::uuid[]) and o.state in ('ready', 'held')
    ),`;
}

/** Effects that are tried again because an operator says so. */
function rearming(sql: Sql, rows: readonly Rows[]) {
  const rearmed = columns(rows.flatMap((row) => row.rearmed));
  return sql`
    rearmed as (
      update outbox o set state = 'ready', attempts = 0, try_at = a.at, first_tried_at = null, error = null, bundle = null,
        bundled_into = null
      from unnest(
        list_of(${rearmed('id')})::uuid[], list_of(${rearmed('run_id')})::uuid[], list_of(${rearmed('at')})::timestamptz[]
      ) as a(id, run_id, at)
      join taken t on t.id = a.run_id
      where o.id = a.id and o.id = any(list_of(${rearmed('id')})::uuid[]) and o.state = 'held'
    ),`;
}

/** How a step will stand in history; `head` is the hash of the step before. The hash tells whose commit it was, too. */
export function recorded(
  head: Uint8Array,
  seq: number,
  event: unknown,
  { happened }: Outcome,
): Pick<Commit, 'event' | 'happened' | 'hash'> {
  const texts = { event: JSON.stringify(event), happened: JSON.stringify(happened) };
  return { ...texts, hash: chain(head, seq, texts.event, texts.happened) };
}

type Rows = ReturnType<typeof rowsOf>;

function rowsOf(step: Commit) {
  const { run: run_id, at, outcome, begins } = step;
  const own = <T extends object>(row: T) => ({ run_id, ...row });
  return {
    run: {
      id: run_id,
      seq: step.seq,
      at,
      status: outcome.status,
      stage: outcome.stage,
      title: outcome.title,
      snapshot: outcome.snapshot,
      head: step.hash.toString('hex'),
      event: step.event,
      happened: step.happened,
      // How many of `consumed` are its own.
      messages: step.messages.length === 0 ? null : step.messages.length,
      workflow: begins?.workflow,
      version: step.version,
      starter_email: begins?.starter.email,
      starter_name: begins?.starter.name,
      trigger: begins?.trigger,
      idempotency_key: begins?.idempotencyKey,
    },
    opened: outcome.handOffs.flatMap((change) => (change.is === 'opened' ? [own(openedRow(change))] : [])),
    ended: outcome.handOffs.flatMap((change) => endedRow(change).map((row) => ({ run_id, ...row }))),
    moved: outcome.handOffs.flatMap((change) => (change.is === 'moved' ? [own(movedRow(change))] : [])),
    // An effect belongs to the version that asked for it, even when its run has moved to another one meanwhile.
    outbox: outcome.effects.map((effect) => own({ ...effectRow(effect, step.version, at), at })),
    rearmed: outcome.rearmed.map((id) => own({ id, at })),
    dropped: outcome.dropped.map((id) => own({ id, at })),
    set: outcome.timers.flatMap((timer) =>
      timer.is === 'set' ? [own({ key: timer.key, at: timer.at, event: timer.event })] : [],
    ),
    withdrawn: outcome.timers.flatMap((timer) => (timer.is === 'withdrawn' ? [own({ prefix: timer.prefix })] : [])),
  };
}

// Timers of siblings are due at the same moment and fire one after the other, and whoever ends several ends one by one.
const TOGETHER_MS = 2000;

function effectRow(effect: Effect, version: number, at: string) {
  const { id, kind, ...body } = effect;
  const { fan, bundle, later } = bundleOf(effect);
  const try_at = later ? new Date(Date.parse(at) + TOGETHER_MS).toISOString() : at;
  return { id, kind, body: { ...body, version }, fan, bundle, try_at };
}

/** Which letters leave together with this one, and whether it waits a moment for them. */
function bundleOf(effect: Effect): { fan?: string; bundle: string | null; later: boolean } {
  if (effect.kind !== 'mail' || !('fan' in effect.mail) || effect.mail.fan === undefined) return { bundle: null, later: false };
  const { mail } = effect;
  const occasion = mail.is === 'withdrawn' && mail.together ? 'recalled' : mail.is;
  const later = occasion !== 'hand_off' && occasion !== 'recalled';
  return { fan: mail.fan, bundle: `${mail.fan} ${occasion} ${mail.to.email}`, later };
}

function openedRow({ handOff, round }: Extract<HandOffChange, { is: 'opened' }>) {
  const { id, stage, component, actor, generation, person, openedAt, dueAt } = handOff;
  const who = { person_email: person.email, person_name: person.name };
  return { id, stage, component, actor, generation, ...who, round, opened_at: openedAt, due_at: dueAt };
}

function endedRow(change: HandOffChange) {
  if (change.is === 'decided') {
    const { id, at, by, submission, answer } = change;
    return [
      { id, state: 'decided', generation: null, at, by_email: by.email, by_name: by.name, submission, answer, reason: null },
    ];
  }
  if (change.is !== 'withdrawn') return [];
  const { id, generation, at, by, reason } = change;
  return [{ id, state: 'withdrawn', generation, at, by_email: by, by_name: null, submission: null, answer: null, reason }];
}

function movedRow({ id, generation, from, to, at, why, reason }: Extract<HandOffChange, { is: 'moved' }>) {
  const people = { from_email: from.email, from_name: from.name, to_email: to.email, to_name: to.name };
  return { id, generation, ...people, at, why, reason };
}
