import type { Definition, Table } from '../../machines/definition.ts';
import type { TableRow } from '../../machines/effects.ts';
import { tableRow } from '../../machines/tables.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import { Broken, notFound } from '../errors.ts';
import { changesBetween } from './changes.ts';
import { addRevision, listRevisions, newestRevisions, type Revision, rowsOfRevision } from './revisions.ts';
import { type JsonRow, MOST_ROWS, TOO_MANY_ROWS, tidyRow } from './rows.ts';

/** A table of a workflow, as a version of it declares the columns. */
export type Place = { definition: Definition; table: string };

/** The rows of a table at a revision; revision 0 is what the workflow's file says. */
export type TableState = { revision: number; rows: JsonRow[] };

/** A change of a table's rows. `basedOn`: the revision that was edited. */
export type Revising = Place & { basedOn: number; rows: JsonRow[]; by: string; note: string };

/** What became of it. `overtaken`: somebody changed the table meanwhile, and nothing was saved. */
export type Revised =
  | { is: 'revised'; revision: number }
  | { is: 'unchanged'; revision: number }
  | { is: 'overtaken'; now: TableState }
  | { is: 'wrong'; sentence: string };

export type Tables = {
  /**
   * The revision of each table that counts now, for stepping: afterwards `rows` knows them. Revised here it counts at
   * once; revised by another process it counts within a second, as if the step had come a moment earlier.
   */
  current(definition: Definition): Promise<Record<string, number>>;
  /** What an event carries of the tables; nothing for a workflow that declares none. */
  stamp(definition: Definition): Promise<{ tables?: Record<string, number> }>;
  /** Gets revisions ready for `rows`. */
  load(workflow: string, revisions: Record<string, number>): Promise<void>;
  /** The rows of a revision that has been got ready, read by the columns of this version. */
  rows(definition: Definition, table: string, revision: number): readonly TableRow[];
  /** A table as it stands, for editing. Throws Refusal 404 when there is no such table. */
  newest(place: Place): Promise<TableState>;
  /** A table as it stood. Throws Refusal 404 when there is no such revision. */
  at(place: Place, revision: number): Promise<TableState>;
  /** Saves rows that have been read as a new revision. */
  revise(change: Revising): Promise<Revised>;
  /** Who changed a table, when, and how many rows; the newest 200, newest first. */
  history(place: Place): Promise<Revision[]>;
};

type Loaded = { rows: JsonRow[]; read: WeakMap<Table, readonly TableRow[]> };

const NEWEST_FOR_MS = 1000;
// A few hundred kilobytes each at the very most; mostly a few rows.
const MOST_LOADED = 300;
const MOST_IN_HISTORY = 200;

/** The lookup tables. Revisions never change, so each is read once in a process. */
export function createTables({ sql, clock }: { sql: Sql; clock: Clock }): Tables {
  const loaded = new Map<string, Loaded>();
  const newest = new Map<string, { revisions: Map<string, number>; asOfMs: number }>();

  async function newestOf(workflow: string): Promise<Map<string, number>> {
    const known = newest.get(workflow);
    if (known !== undefined && performance.now() - known.asOfMs < NEWEST_FOR_MS) return known.revisions;
    const revisions = await newestRevisions(sql, workflow);
    newest.set(workflow, { revisions, asOfMs: performance.now() });
    return revisions;
  }

  async function loadOne(workflow: string, table: string, revision: number): Promise<Loaded | null> {
    const key = keyOf(workflow, table, revision);
    const known = loaded.get(key);
    if (known !== undefined) return known;
    const rows = await rowsOfRevision(sql, workflow, table, revision);
    if (rows === null) return null;
    const one = { rows, read: new WeakMap() };
    loaded.set(key, one);
    const [oldest] = loaded.keys();
    if (loaded.size > MOST_LOADED && oldest !== undefined) loaded.delete(oldest);
    return one;
  }

  const tables: Tables = {
    async current(definition) {
      const names = Object.keys(definition.tables);
      if (names.length === 0) return {};
      const revisions = await newestOf(definition.workflow);
      const current = Object.fromEntries(names.map((name) => [name, revisions.get(name) ?? 0]));
      await tables.load(definition.workflow, current);
      return current;
    },
    async stamp(definition) {
      return Object.keys(definition.tables).length === 0 ? {} : { tables: await tables.current(definition) };
    },
    async load(workflow, revisions) {
      for (const [table, revision] of Object.entries(revisions)) if (revision > 0) await loadOne(workflow, table, revision);
    },
    rows(definition, name, revision) {
      const table = tableOf({ definition, table: name });
      const one = loaded.get(keyOf(definition.workflow, name, revision));
      if (one === undefined) throw new Broken(`table ${name}`, `Revision ${revision} of ${name} was not got ready.`);
      const read = one.read.get(table) ?? one.rows.flatMap((row) => tableRow(table, row));
      one.read.set(table, read);
      return read;
    },
    async newest(place) {
      tableOf(place);
      const revisions = await newestRevisions(sql, place.definition.workflow);
      return tables.at(place, revisions.get(place.table) ?? 0);
    },
    async at(place, revision) {
      const table = tableOf(place);
      const rows = revision === 0 ? table.rows : (await loadOne(place.definition.workflow, place.table, revision))?.rows;
      if (rows === undefined) throw notFound(`revision ${revision} of this table`);
      return { revision, rows: rows.map((row) => tidyRow(table, row)) };
    },
    async revise(change) {
      if (change.rows.length > MOST_ROWS) return { is: 'wrong', sentence: TOO_MANY_ROWS };
      for (;;) {
        const now = await tables.newest(change);
        const changes = changesBetween(now.rows, change.rows);
        if (changes.length === 0) return { is: 'unchanged', revision: now.revision };
        if (now.revision !== change.basedOn) return { is: 'overtaken', now };
        const count = (is: string) => changes.filter((one) => one.is === is).length;
        const { definition, table, rows, by, note } = change;
        const revision = now.revision + 1;
        const counts = { added: count('added'), altered: count('altered'), removed: count('removed') };
        const made = { workflow: definition.workflow, table, rows, revision, by, note, at: clock.now(), ...counts };
        if (!(await addRevision(sql, made))) continue;
        newest.delete(definition.workflow);
        return { is: 'revised', revision };
      }
    },
    async history(place) {
      tableOf(place);
      return listRevisions(sql, place.definition.workflow, place.table, MOST_IN_HISTORY);
    },
  };
  return tables;
}

/** A table that the definition declares. Throws Refusal 404 when it declares none of this name. */
export function tableOf({ definition, table }: Place): Table {
  const found = Object.hasOwn(definition.tables, table) ? definition.tables[table] : undefined;
  if (found === undefined) throw notFound('such table');
  return found;
}

function keyOf(workflow: string, table: string, revision: number): string {
  return `${workflow} ${table} ${revision}`;
}
