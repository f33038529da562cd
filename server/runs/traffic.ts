import type { Sql } from '../database/connect.ts';

/** How often each way was taken, by `from>to`, and how often each stage went on to somebody else, among so many runs. */
export type Traffic = { runs: number; ways: Record<string, number>; escalations: Record<string, number> };

/** So many runs are looked at: enough to see a habit, few enough to be read while a page waits. */
const NEWEST = 1000;

type Row = { is: 'way' | 'escalation'; name: string; n: number };

/** How often the newest runs of a workflow took each way, and went on to somebody else because nobody answered. */
export async function trafficOf({ sql }: { sql: Sql }, workflow: string): Promise<Traffic> {
  const [[counted], rows] = await Promise.all([
    sql<{ n: number }[]>`select count(*)::int as n from (select from runs where workflow = ${workflow} limit ${NEWEST}) r`,
    sql<Row[]>`
      with newest as materialized (select id from runs where workflow = ${workflow} order by started_at desc limit ${NEWEST}),
      happenings as (
        select e from newest n join history h on h.run_id = n.id cross join json_array_elements(h.happened) e
        where e->>'what' in ('routed', 'moved')
      )
      select 'way' as is, (e->>'from') || '>' || (e->>'to') as name, count(*)::int as n from happenings
      where e->>'what' = 'routed' group by 2
      union all
      select 'escalation', e->>'stage', count(*)::int from happenings
      where e->>'what' = 'moved' and e->>'why' = 'escalated' group by 2`,
  ]);
  const of = (is: Row['is']) => Object.fromEntries(rows.filter((row) => row.is === is).map(({ name, n }) => [name, n]));
  return { runs: counted?.n ?? 0, ways: of('way'), escalations: of('escalation') };
}
