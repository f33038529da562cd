import type { Instant } from '../../machines/values.ts';
import { retryRead, type Sql } from '../database/connect.ts';
import type { JsonRow } from './rows.ts';

/** One line of a table's history; the counts are of rows, against the revision before. */
export type Revision = {
  revision: number;
  by: string;
  at: Instant;
  note: string;
  added: number;
  altered: number;
  removed: number;
};

/** The newest revision of each table of a workflow; tables that nobody has edited are missing. */
export async function newestRevisions(sql: Sql, workflow: string): Promise<Map<string, number>> {
  const rows = await retryRead(
    () => sql<{ table_name: string; revision: number }[]>`
      select table_name, max(revision) as revision from table_revisions where workflow = ${workflow} group by table_name`,
  );
  return new Map(rows.map((row) => [row.table_name, row.revision]));
}

/** The rows of a revision; null when there is none. */
export async function rowsOfRevision(sql: Sql, workflow: string, table: string, revision: number): Promise<JsonRow[] | null> {
  const [found] = await retryRead(
    () => sql<{ rows: JsonRow[] }[]>`
      select rows from table_revisions where workflow = ${workflow} and table_name = ${table} and revision = ${revision}`,
  );
  return found?.rows ?? null;
}

/** The newest revisions of a table, newest first, without their rows. */
export async function listRevisions(sql: Sql, workflow: string, table: string, limit: number): Promise<Revision[]> {
  return sql<Revision[]>`
    select revision, changed_by as by, changed_at as at, note, added, altered, removed from table_revisions
    where workflow = ${workflow} and table_name = ${table} order by revision desc limit ${limit}`;
}

/** Adds a revision after the one that it was made from. False when another one came in between. */
export async function addRevision(
  sql: Sql,
  { workflow, table, rows, ...made }: Revision & { workflow: string; table: string; rows: JsonRow[] },
): Promise<boolean> {
  const { revision, by, at, note, added, altered, removed } = made;
  const inserted = await sql`
    insert into table_revisions (workflow, table_name, revision, rows, changed_by, changed_at, note, added, altered, removed)
    select ${workflow}, ${table}, ${revision}::int, ${JSON.stringify(rows)}::text::json, ${by}, ${at}::timestamptz, ${note},
      ${added}::int, ${altered}::int, ${removed}::int
    where ${revision - 1}::int = coalesce(
      (select max(revision) from table_revisions where workflow = ${workflow} and table_name = ${table}), 0)
    on conflict do nothing
    returning revision`;
  return inserted.length === 1;
}
