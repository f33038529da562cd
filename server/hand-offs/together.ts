import type { Together } from '../../machines/together.ts';
import type { Instant } from '../../machines/values.ts';
import type { Sql } from '../database/connect.ts';
import type { Library } from '../workflows/library.ts';

type Row = {
  stage: string;
  component: string;
  workflow: string;
  version: number;
  until: Instant | null;
  over: boolean;
  asked: number;
};

/** Among which others a run was called; null where nobody called it. One query, and only for a run that was called. */
export async function togetherWith(
  { sql, library }: { sql: Sql; library: Library },
  fan: string,
  run: string,
): Promise<Together | null> {
  const [row] = await sql<Row[]>`
    select f.stage, f.component, p.workflow, p.version, p.snapshot->'context'->'fan'->>'until' as until, p.snapshot->'context'->'fan'->>'id' is distinct from f.id::text as over,
      (select count(*)::int from children c where c.fan_id = f.id and c.state <> 'removed') as asked
    from fans f join runs p on p.id = f.run_id where f.id = ${fan} and f.run_id = (select parent_id from runs where id = ${run})`;
  if (row === undefined) return null;
  const { definition } = await library.version(row.workflow, row.version);
  const component = definition.stages[row.stage]?.components.find((one) => one.id === row.component);
  if (component?.kind !== 'sub_workflow') return null;
  return { component, asked: row.asked, until: row.until, timezone: definition.timezone, isOver: row.over };
}
