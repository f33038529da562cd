import { z } from 'zod';
import type { Report } from '../../machines/event.ts';
import type { ChildRow } from '../../machines/results.ts';
import type { Value } from '../../machines/values.ts';
import type { Sql } from '../database/connect.ts';

/**
 * What steps read of the children of a run. A step is a pure function and cannot wait for the database: what it asked for
 * and was not there is loaded, and the step is made once more.
 */
export type Family = {
  /** The children of a fan-out in order; none, and noted as lacking, while they are not loaded. */
  read(fan: string): readonly ChildRow[];
  /** Makes a step, again when it lacked children, and forgets them afterwards: the next step may find them changed. */
  with<T>(sql: Sql, make: () => T): Promise<T>;
};

/** Opens an empty store of children. */
export function createFamily(): Family {
  const loaded = new Map<string, readonly ChildRow[]>();
  let lacking = new Set<string>();

  function attempt<T>(make: () => T): { lacks: Set<string>; end: () => T } {
    lacking = new Set();
    try {
      const made = make();
      return { lacks: lacking, end: () => made };
    } catch (error) {
      return {
        lacks: lacking,
        end: () => {
          throw error;
        },
      };
    }
  }

  return {
    read(fan) {
      const rows = loaded.get(fan);
      if (rows === undefined) lacking.add(fan);
      return rows ?? [];
    },
    async with(sql, make) {
      const mine = new Set<string>();
      for (;;) {
        const { lacks, end } = attempt(make);
        if (lacks.size === 0) {
          for (const fan of mine) loaded.delete(fan);
          return end();
        }
        const rows = await childrenOf(sql, [...lacks]);
        for (const fan of lacks) {
          loaded.set(fan, rows.get(fan) ?? []);
          mine.add(fan);
        }
      }
    },
  };
}

type Row = { fan_id: string; index: number; key: string; input: unknown; state: string; report: unknown };

// Written by our own steps.
const INPUT = z.custom<Record<string, Value>>((input) => typeof input === 'object' && input !== null);
const REPORT = z.custom<Report>((report) => typeof report === 'object' && report !== null).nullable();
const STATE = z.enum(['open', 'arrived', 'late', 'failed', 'withdrawn', 'removed']);

/** The children of these fan-outs, each in the order of its items. */
export async function childrenOf(sql: Sql, fans: string[]): Promise<Map<string, ChildRow[]>> {
  const rows = await sql<Row[]>`
    select fan_id, index, key, input, case when state in ('waiting', 'released') then 'open' else state end as state, report
    from children where fan_id = any(${fans}::uuid[]) order by fan_id, index`;
  const found = new Map<string, ChildRow[]>();
  for (const { fan_id, index, key, input, state, report } of rows) {
    const row = { index, key, input: INPUT.parse(input), state: STATE.parse(state), report: REPORT.parse(report) };
    const siblings = found.get(fan_id);
    if (siblings === undefined) found.set(fan_id, [row]);
    else siblings.push(row);
  }
  return found;
}
