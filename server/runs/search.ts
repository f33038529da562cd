import { hasSought, type Sought } from '../../machines/sought.ts';
import type { Facts, Person } from '../../machines/values.ts';
import type { Clock } from '../clock.ts';
import type { Sql } from '../database/connect.ts';
import type { Library } from '../workflows/library.ts';
import { fitting, type RunFilter } from './filter.ts';

type Needs = { sql: Sql; clock: Clock; library: Library };

/**
 * A page of what was found, the newest first. `found` counts all pages; it is not `complete` when there are more runs
 * than were looked at. `next` begins the next page, which may be one that looks further back.
 */
export type Found = { ids: string[]; next: string | null; found: number; complete: boolean };

/** How many runs one search looks at; whoever wants to look further back asks for the next page. */
export const LOOKS_AT = 5000;
const AT_ONCE = 250;

/**
 * Finds runs by words. It reads what was gathered out of the snapshots, as it reads for people, and keeps nothing of its
 * own: an index over values would be written by every step of every run, and would know neither the names of answers nor
 * how amounts and days read. So it is the search that costs something, and its limit bounds that.
 */
export async function searchRuns(needs: Needs, filter: RunFilter, sought: Sought): Promise<Found> {
  const { limit } = filter;
  const after = filter.after?.toLowerCase() ?? null;
  const newest = await lookThrough(needs, filter, sought, null);
  const isFurther = after !== null && newest.end !== null && after <= newest.end;
  const looked = isFurther ? await lookThrough(needs, filter, sought, after) : newest;
  // Ids are in order of time, as text, too.
  const older = looked.ids.filter((id) => after === null || id < after);
  const ids = older.slice(0, limit);
  const next = older.length > limit ? (ids.at(-1) ?? null) : looked.end;
  return { ids, next, found: newest.ids.length, complete: newest.end === null };
}

/** `end`: the last run that was looked at, when there may be older ones. */
type Looked = { ids: string[]; end: string | null };

async function lookThrough(needs: Needs, filter: RunFilter, sought: Sought, from: string | null): Promise<Looked> {
  const ids: string[] = [];
  let end = from;
  // Some at once, so that neither memory nor everybody else's requests feel it.
  for (let lookedAt = 0; lookedAt < LOOKS_AT; lookedAt += AT_ONCE) {
    const rows = await read(needs, filter, end);
    for (const row of rows) {
      const { definition } = await needs.library.version(row.workflow, row.version);
      if (hasSought(sought, definition, { title: row.title, people: peopleOf(row), facts: row.facts })) ids.push(row.id);
    }
    if (rows.length < AT_ONCE) return { ids, end: null };
    end = rows.at(-1)?.id ?? end;
  }
  return { ids, end };
}

type Row = {
  id: string;
  workflow: string;
  version: number;
  title: string;
  starter_email: string;
  starter_name: string | null;
  person_email: string | null;
  person_name: string | null;
  facts: Facts;
};

async function read({ sql, clock }: Needs, filter: RunFilter, after: string | null): Promise<Row[]> {
  return sql<Row[]>`
    select r.id, r.workflow, r.version, r.title, r.starter_email, r.starter_name, h.person_email, h.person_name,
      r.snapshot->'context'->'facts' as facts
    from runs r left join lateral (
      select person_email, person_name from hand_offs
      where run_id = r.id and state = 'open' order by opened_at desc limit 1
    ) h on true
    where ${fitting(sql, clock.now(), filter, after)}
    order by r.id desc limit ${AT_ONCE}`;
}

/** Who started it, and who has it now: the people whom the list names. */
function peopleOf(row: Row): Person[] {
  const starter = { email: row.starter_email, name: row.starter_name };
  return row.person_email === null ? [starter] : [starter, { email: row.person_email, name: row.person_name }];
}
