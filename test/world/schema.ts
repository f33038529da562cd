import type { Sql } from '../../server/database/connect.ts';

/** What the migrations add up to, as text: every table with its columns, constraints, indexes and triggers. */
export async function describeSchema(sql: Sql): Promise<string> {
  const lines = await sql<{ line: string }[]>`
    with tables as (
      select c.oid, c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    ), parts as (
      select t.name, 1 as part, a.attnum::text as place, format('  %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then ' not null' else '' end,
        case when a.attidentity <> '' then ' generated as identity' else '' end,
        case when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end) as line
      from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
      union all
      -- Postgres 18 lists 'not null' as constraints too; they stand with the columns already.
      select t.name, 2, k.conname, format('  %s: %s', k.conname, pg_get_constraintdef(k.oid))
      from tables t join pg_constraint k on k.conrelid = t.oid and k.contype in ('p', 'u', 'f', 'c', 'x')
      union all
      select t.name, 3, i.indexrelid::regclass::text, '  ' || pg_get_indexdef(i.indexrelid)
      from tables t join pg_index i on i.indrelid = t.oid
      where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
      union all
      select t.name, 4, g.tgname, format('  %s (enabled: %s)', pg_get_triggerdef(g.oid), g.tgenabled)
      from tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
      union all
      select t.name, 0, '', E'\\ntable ' || t.name from tables t
      union all
      select '~', 5, f.proname, pg_get_functiondef(f.oid) from pg_proc f where f.pronamespace = 'public'::regnamespace
    )
    select line from parts order by name collate "C", part, lpad(place, 100) collate "C"`;
  return [
    '-- What the migrations add up to. Made by UPDATE_SCHEMA=1 npm test -- migrate; do not edit.',
    ...lines.map(({ line }) => line),
    '',
  ].join('\n');
}
