import type { ChildrenChange, Outcome } from '../../machines/outcome.ts';
import { columns } from '../database/columns.ts';
import type { Sql } from '../database/connect.ts';

/** A child's place: the run that called it, the one at the top, and where it stands among its siblings. */
export type Place = { parent: string; root: string; fan: string; index: number };

/** What a step means for families: the children of its run, the parent it reports to, or that it begins as a child. */
type FamilyStep = { run: string; at: string; outcome: Outcome; place: Place | null };

/** Whether a step has anything to do with children or a parent. Most have not, and their statement is the shorter for it. */
export function concernsFamily({ outcome, place }: FamilyStep): boolean {
  return place !== null || outcome.children.length > 0 || outcome.tells.length > 0;
}

/**
 * The parts of a commit's statement that concern families, as CTEs that follow `taken`, and the one that locks the
 * children about to begin. Rows of children are locked in their order, and only after those of runs: no two statements
 * can wait for each other.
 */
export function familyParts(sql: Sql, steps: readonly FamilyStep[]) {
  const rows = steps.map(rowsOf);
  const fans = columns(rows.flatMap((row) => row.fans));
  const added = columns(rows.flatMap((row) => row.added));
  const changed = columns(rows.flatMap((row) => row.changed));
  const released = columns(rows.flatMap((row) => row.released));
  const withdrawn = columns(rows.flatMap((row) => row.withdrawn));
  const joined = columns(rows.flatMap((row) => row.joined));
  const repinned = columns(rows.flatMap((row) => row.repinned));
  const told = columns(rows.flatMap((row) => row.told));
  return sql`,
    fanned_out as (
      insert into fans (id, run_id, stage, component, workflow, version, common, created_at, outcome, joined_at, joined_by, reason)
      select f.id, f.run_id, f.stage, f.component, f.workflow, f.version, f.common::json, f.at, f.outcome,
        case when f.outcome is not null then f.at end, f.by, f.reason
      from unnest(
        list_of(${fans('id')})::uuid[], list_of(${fans('run_id')})::uuid[], list_of(${fans('stage')}),
        list_of(${fans('component')}), list_of(${fans('workflow')}), list_of(${fans('version')})::int[],
        list_of(${fans('common')}), list_of(${fans('at')})::timestamptz[], list_of(${fans('outcome')}),
        list_of(${fans('by')}), list_of(${fans('reason')})
      ) as f(id, run_id, stage, component, workflow, version, common, at, outcome, by, reason)
      join taken t on t.id = f.run_id
    ),
    added as (
      insert into children (fan_id, index, key, input, state, try_at)
      select a.fan_id, a.index, a.key, a.input::json, a.state, a.at
      from unnest(
        list_of(${added('run_id')})::uuid[], list_of(${added('fan_id')})::uuid[], list_of(${added('index')})::int[],
        list_of(${added('key')}), list_of(${added('input')}), list_of(${added('state')}), list_of(${added('at')})::timestamptz[]
      ) as a(run_id, fan_id, index, key, input, state, at)
      join taken t on t.id = a.run_id
    ),
    named as materialized (
      select c.fan_id, c.index, c.state, c.report, c.other, c.tell, c.at from unnest(
        list_of(${changed('run_id')})::uuid[], list_of(${changed('fan_id')})::uuid[], list_of(${changed('index')})::int[],
        list_of(${changed('state')}), list_of(${changed('report')}), list_of(${changed('other')}),
        list_of(${changed('tell')}), list_of(${changed('at')})::timestamptz[]
      ) as c(run_id, fan_id, index, state, report, other, tell, at)
      join taken t on t.id = c.run_id
      union all
      select r.fan_id, i, 'released', null, null, null, r.at from unnest(
        list_of(${released('run_id')})::uuid[], list_of(${released('fan_id')})::uuid[], list_of(${released('first')})::int[],
        list_of(${released('below')})::int[], list_of(${released('at')})::timestamptz[]
      ) as r(run_id, fan_id, first, below, at)
      join taken t on t.id = r.run_id cross join lateral generate_series(r.first, r.below - 1) as i
    ),
    ended_early as materialized (
      select f.id as fan_id, w.tell, w.at from unnest(
        list_of(${withdrawn('run_id')})::uuid[], list_of(${withdrawn('fan_id')})::uuid[], list_of(${withdrawn('tell')}),
        list_of(${withdrawn('at')})::timestamptz[]
      ) as w(run_id, fan_id, tell, at)
      join taken t on t.id = w.run_id join fans f on f.run_id = w.run_id and (w.fan_id is null or f.id = w.fan_id)
    ),
    aimed as materialized (
      select * from named
      union all
      select c.fan_id, c.index, 'withdrawn', null, null, e.tell, e.at from ended_early e
      cross join lateral (
        select fan_id, index from children where fan_id = e.fan_id and state in ('waiting', 'released', 'open')) c
      where not exists (select from named n where n.fan_id = c.fan_id and n.index = c.index)
    ),
    held_children as materialized (
      select a.*, c.child_id, c.was from (select * from aimed order by fan_id, index) a
      cross join lateral (
        select c.child_id, c.state as was from children c where c.fan_id = a.fan_id and c.index = a.index
        offset 0 for no key update of c) c
    ),
    changed_children as (
      update children c set
        state = case
          -- Who was removed is not expected any more, whatever they still send.
          when h.state = 'conflicting' or h.was = 'removed' then c.state
          when h.state = 'released' and h.was <> 'waiting' then c.state
          when h.state = 'late' and exists (select from fans f where f.id = h.fan_id and f.outcome = 'not_awaited') then 'arrived'
          else h.state end,
        report = coalesce(h.report::json, c.report), other = coalesce(h.other::json, c.other),
        try_at = case when h.state = 'released' then h.at else c.try_at end
      from held_children h where c.fan_id = h.fan_id and c.index = h.index
    ),
    recalled as (
      insert into messages (run_id, key, event, deliver_at, try_at)
      select h.child_id, 'recall:' || h.fan_id, h.tell::json, h.at, h.at from held_children h
      where h.tell is not null and h.child_id is not null and h.was = 'open'
      on conflict (run_id, key) do nothing
    ),
    joined as (
      update fans f set outcome = j.outcome, joined_at = j.at, joined_by = j.by, reason = j.reason
      from unnest(
        list_of(${joined('run_id')})::uuid[], list_of(${joined('fan_id')})::uuid[], list_of(${joined('outcome')}),
        list_of(${joined('at')})::timestamptz[], list_of(${joined('by')}), list_of(${joined('reason')})
      ) as j(run_id, fan_id, outcome, at, by, reason)
      join taken t on t.id = j.run_id where f.id = j.fan_id
    ),
    repinned as (
      update fans f set version = p.version
      from unnest(
        list_of(${repinned('run_id')})::uuid[], list_of(${repinned('fan_id')})::uuid[], list_of(${repinned('version')})::int[]
      ) as p(run_id, fan_id, version)
      join taken t on t.id = p.run_id where f.id = p.fan_id
    ),
    told as (
      insert into messages (run_id, key, event, deliver_at, try_at)
      select m.to_run, m.key, m.event::json, m.at, m.at
      from unnest(
        list_of(${told('run_id')})::uuid[], list_of(${told('to_run')})::uuid[], list_of(${told('key')}),
        list_of(${told('event')}), list_of(${told('at')})::timestamptz[]
      ) as m(run_id, to_run, key, event, at)
      join taken t on t.id = m.run_id
      on conflict (run_id, key) do nothing
    ),
    begun_children as (
      update children c set state = 'open', child_id = p.id, leased_until = null, error = null
      from taken t join starting p on p.id = t.id where c.fan_id = p.fan_id and c.index = p.index
    )`;
}

/** The children that are about to begin, locked after the runs; one that is not to begin any more is missing. */
export function startingChildren(sql: Sql, steps: readonly FamilyStep[]) {
  const places = columns(steps.flatMap(({ run, place }) => (place === null ? [] : [{ id: run, ...place }])));
  return sql`
    places as materialized (
      select * from unnest(
        list_of(${places('id')})::uuid[], list_of(${places('parent')})::uuid[], list_of(${places('root')})::uuid[],
        list_of(${places('fan')})::uuid[], list_of(${places('index')})::int[]
      ) as p(id, parent_id, root_id, fan_id, index)
    ),
    -- A look-up for each of them ("offset 0", and no index over those that are released: all siblings stand in it).
    starting as materialized (
      select p.* from (select * from places where (select count(*) from locked) >= 0 order by fan_id, index) p
      cross join lateral (
        select from children c where c.fan_id = p.fan_id and c.index = p.index and c.state || '' = 'released'
        offset 0 for no key update of c) c
    ),`;
}

function rowsOf({ run: run_id, at, outcome: { children, tells } }: FamilyStep) {
  const of = <Is extends ChildrenChange['is']>(is: Is) =>
    children.filter((change): change is Extract<ChildrenChange, { is: Is }> => change.is === is);
  const [joins, releases, withdrawals] = [of('joined'), of('released'), of('withdrawn')];
  const begun = new Set(of('fanned_out').map(({ fan }) => fan));
  const stateOf = (fan: string, index: number) => {
    // What begins and ends in one and the same step finds no row to change.
    if (withdrawals.some((one) => one.fan === null || one.fan === fan)) return 'withdrawn';
    return releases.some((one) => one.fan === fan && index >= one.from && index < one.below) ? 'released' : 'waiting';
  };
  const addedIn = of('added');
  const isNew = (fan: string, index: number) =>
    addedIn.some((one) => one.fan === fan && index >= one.first && index < one.first + one.children.length);
  return {
    fans: of('fanned_out').map(({ fan, stage, component, workflow, version, common }) => {
      const join = joins.find((one) => one.fan === fan);
      const ended = { outcome: join?.outcome, by: join?.by, reason: join?.reason };
      return { id: fan, run_id, stage, component, workflow, version, common, at, ...ended };
    }),
    added: addedIn.flatMap(({ fan, first, children: plans }) =>
      plans.map(({ key, input }, place) => ({
        run_id,
        fan_id: fan,
        index: first + place,
        key,
        input,
        state: stateOf(fan, first + place),
        at,
      })),
    ),
    changed: [
      ...of('reported').map(({ fan, as, report }) => ({
        run_id,
        fan_id: fan,
        index: report.index,
        state: as,
        report: as === 'conflicting' ? null : report,
        other: as === 'conflicting' ? report : null,
        tell: null,
        at,
      })),
      ...of('removed').map(({ fan, index, by, reason }) => ({
        run_id,
        fan_id: fan,
        index,
        state: 'removed',
        report: null,
        other: null,
        tell: { ...recall(by, reason), removed: true },
        at,
      })),
    ],
    released: releases.flatMap(({ fan, from, below }) => {
      const first = firstStored(fan, from, below, isNew);
      return first === null ? [] : [{ run_id, fan_id: fan, first, below, at }];
    }),
    withdrawn: withdrawals.map(({ fan, by, reason }) => ({ run_id, fan_id: fan, tell: recall(by, reason), at })),
    joined: joins
      .filter(({ fan }) => !begun.has(fan))
      .map(({ fan, outcome, by, reason }) => ({ run_id, fan_id: fan, outcome, by, reason, at })),
    repinned: of('repinned').map(({ fan, version }) => ({ run_id, fan_id: fan, version })),
    told: tells.map(({ run, key, event }) => ({ run_id, to_run: run, key, event, at })),
  };
}

/** From which index on rows are there to be released; null when all of them are added in this very step. */
function firstStored(fan: string, from: number, below: number, isNew: (fan: string, index: number) => boolean): number | null {
  return from < below && !isNew(fan, from) ? from : null;
}

function recall(by: string, reason: string) {
  return { type: 'cancelled', by, reason, recalled: true };
}
