import { createHash } from 'node:crypto';
import { readDefinition } from '../../machines/check/read.ts';
import { compile, type Workflow } from '../../machines/compile.ts';
import type { Definition } from '../../machines/definition.ts';
import { renderLine } from '../../machines/templates.ts';
import type { Instant } from '../../machines/values.ts';
import { createFamily, type Family } from '../children/family.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { Broken, notFound } from '../errors.ts';
import { createTables, type Tables } from '../tables/tables.ts';
import { type Schedule, schedulesOf } from './schedules.ts';

/** A published version, compiled. It never changes. */
export type Published = Workflow & {
  workflow: string;
  version: number;
  definition: Definition;
  source: string;
  hash: string;
  origin: Origin;
  publishedBy: string;
  publishedAt: Instant;
  note: string;
};

export type Origin = 'file' | 'guidance' | 'command' | 'restore';

/** What is to be published; `definition` is what the check made of `source`. */
export type ToPublish = { source: string; definition: Definition; origin: Origin; by: string; note: string };

export type Library = {
  /** The newest version of a workflow. Throws Refusal 404 when there is none. */
  newest(workflow: string): Promise<Published>;
  /**
   * The number of the newest version, for starting runs. Published here it counts at once; published by another process
   * it counts within a second, as if the start had come a moment earlier. Throws Refusal 404 when there is none.
   */
  newestNumber(workflow: string): Promise<number>;
  /** One version. Throws Refusal 404 when there is none. */
  version(workflow: string, number: number): Promise<Published>;
  /** The newest version of every workflow, by title. */
  list(): Promise<Published[]>;
  /** All versions of a workflow, newest first, without their definitions. */
  versions(workflow: string): Promise<VersionLine[]>;
  /**
   * Publishes a new version. `after`: the version it was made from; null answers when another one came in between.
   * A source equal to the newest is not published again: the newest is answered.
   */
  publish(what: ToPublish, after?: number): Promise<Published | null>;
  /** The lookup tables of all workflows, whose rows owners edit. */
  tables: Tables;
  /** The children of runs, as far as steps read them. */
  family: Family;
};

export type VersionLine = { version: number; origin: Origin; publishedBy: string; publishedAt: Instant; note: string };

/** What the library needs of the portal. */
export type LibraryNeeds = { sql: Sql; clock: Clock; baseUrl: string; settings: Record<string, string> };

type Row = {
  workflow: string;
  number: number;
  source: string;
  hash: string;
  origin: Origin;
  published_by: string;
  published_at: Instant;
  note: string;
};

const NEWEST_FOR_MS = 1000;

/** The published workflows. Versions never change, so each is read and compiled once in a process. */
export function createLibrary(needs: LibraryNeeds): Library {
  const { sql } = needs;
  const tables = createTables(needs);
  const family = createFamily();
  const compiled = new Map<string, Published>();
  const newest = new Map<string, { number: number; asOfMs: number }>();

  function open(row: Row, read?: Definition): Published {
    const key = `${row.workflow} ${row.number}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const published = compiledFrom(row, read ?? definitionOf(row), needs, { tables, family });
    compiled.set(key, published);
    return published;
  }

  const library: Library = {
    tables,
    family,
    async newestNumber(workflow) {
      const known = newest.get(workflow);
      if (known !== undefined && performance.now() - known.asOfMs < NEWEST_FOR_MS) return known.number;
      const [row] = await sql<{ newest: number }[]>`select newest from workflows where key = ${workflow}`;
      if (row === undefined) throw notFound(`workflow ${workflow}`);
      newest.set(workflow, { number: row.newest, asOfMs: performance.now() });
      return row.newest;
    },
    async newest(workflow) {
      const [row] = await sql<Row[]>`
        select v.* from versions v join workflows w on w.key = v.workflow and w.newest = v.number where w.key = ${workflow}`;
      if (row === undefined) throw notFound(`workflow ${workflow}`);
      return open(row);
    },
    async version(workflow, number) {
      const known = compiled.get(`${workflow} ${number}`);
      if (known !== undefined) return known;
      const [row] = await sql<Row[]>`select * from versions where workflow = ${workflow} and number = ${number}`;
      if (row === undefined) throw notFound(`version ${number} of workflow ${workflow}`);
      return open(row);
    },
    async list() {
      const rows = await sql<Row[]>`
        select v.* from versions v join workflows w on w.key = v.workflow and w.newest = v.number order by w.title, w.key`;
      return rows.map((row) => open(row));
    },
    async versions(workflow) {
      const rows = await sql<Omit<Row, 'source'>[]>`
        select workflow, number, hash, origin, published_by, published_at, note from versions
        where workflow = ${workflow} order by number desc`;
      return rows.map((row) => ({
        version: row.number,
        origin: row.origin,
        publishedBy: row.published_by,
        publishedAt: row.published_at,
        note: row.note,
      }));
    },
    async publish(what, after) {
      const workflow = what.definition.workflow;
      const before = await library.newest(workflow).catch(() => null);
      if (before !== null && before.source === what.source) return before;
      if (after !== undefined && (before?.version ?? 0) !== after) return null;
      const row = await insertVersion(needs, what, before?.version ?? 0);
      newest.delete(workflow);
      return row === null ? null : open(row, what.definition);
    },
  };
  return library;
}

/** What was published was checked before, so it is read right here. */
function definitionOf(row: Row): Definition {
  const { definition, findings } = readDefinition(row.source, `${row.workflow} version ${row.number}`);
  if (definition === null) throw new Broken(`workflow ${row.workflow}`, findings[0]?.message ?? 'The definition cannot be read.');
  return definition;
}

function compiledFrom(
  row: Row,
  definition: Definition,
  { baseUrl, settings }: LibraryNeeds,
  { tables, family }: Pick<Library, 'tables' | 'family'>,
): Published {
  const rows = (table: string, revision: number) => tables.rows(definition, table, revision);
  const around = { portal: baseUrl, settings: settingsOf(definition, baseUrl, settings), rows, children: family.read };
  return {
    definition,
    machine: compile(definition, around),
    workflow: row.workflow,
    version: row.number,
    source: row.source,
    hash: row.hash,
    origin: row.origin,
    publishedBy: row.published_by,
    publishedAt: row.published_at,
    note: row.note,
  };
}

/** Each setting as the operator gave it, else its default with the portal's address filled in. */
function settingsOf(definition: Definition, portal: string, given: Record<string, string>): Record<string, string> {
  const reach = { portal, settings: {}, starter: { email: '', name: null } };
  return Object.fromEntries(
    Object.entries(definition.settings).map(([name, text]) => [
      name,
      given[name] ?? renderLine(text, definition, {}, reach, 2000),
    ]),
  );
}

/**
 * One statement: the version, the workflow's newest number, changed wordings and schedules. Null when another process
 * published in between: `newest` is compared and raised in the same update.
 */
async function insertVersion({ sql, clock }: LibraryNeeds, what: ToPublish, before: number): Promise<Row | null> {
  const { definition, source, origin, by, note } = what;
  const at = clock.now();
  const hash = createHash('sha256').update(source).digest('hex');
  const stages = JSON.stringify(Object.entries(definition.stages).map(([stage, { guidance }]) => ({ stage, text: guidance })));
  const schedules: Schedule[] = schedulesOf(definition);
  const [row] = await sql<Row[]>`
    with raised as (
      insert into workflows (key, title, newest, created_at) values (${definition.workflow}, ${definition.title}, 1, ${at})
      on conflict (key) do update set newest = workflows.newest + 1, title = excluded.title where workflows.newest = ${before}
      returning key, newest
    ),
    added as (
      insert into versions (workflow, number, source, hash, origin, published_by, published_at, note)
      select key, newest, ${source}, ${hash}, ${origin}, ${by}, ${at}, ${note} from raised
      returning *
    ),
    worded as (
      insert into guidance (workflow, version, stage, text, changed_by, changed_at)
      select a.workflow, a.number, s.stage, s.text, ${by}, ${at}
      from added a, json_to_recordset(${stages}::text::json) as s(stage text, text text)
      where s.text is distinct from (
        select g.text from guidance g where g.workflow = a.workflow and g.stage = s.stage order by g.version desc limit 1)
    ),
    scheduled as (
      insert into schedules (workflow, trigger, cron, timezone, watermark, active)
      select a.workflow, s.trigger, s.cron, s.timezone, ${at}, true
      from added a, json_to_recordset(${JSON.stringify(schedules)}::text::json) as s(trigger int, cron text, timezone text)
      on conflict (workflow, trigger) do update set cron = excluded.cron, timezone = excluded.timezone, active = true,
        watermark = case when schedules.cron = excluded.cron and schedules.timezone = excluded.timezone and schedules.active
          then schedules.watermark else excluded.watermark end
    ),
    unscheduled as (
      update schedules set active = false
      where workflow in (select workflow from added) and trigger <> all(${schedules.map((one) => one.trigger)}::int[])
    )
    select * from added`;
  return row ?? null;
}
