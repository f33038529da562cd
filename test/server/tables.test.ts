import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayAfter, dayOf } from '../../machines/calendar.ts';
import { examine } from '../../server/doctor.ts';
import { arranged } from '../../server/tables/arrange.ts';
import { changesBetween, mergedRows } from '../../server/tables/changes.ts';
import { fromCsv, toCsv } from '../../server/tables/csv.ts';
import { readRows, readTypedRow } from '../../server/tables/rows.ts';
import { type Place, tableOf } from '../../server/tables/tables.ts';
import { createLibrary } from '../../server/workflows/library.ts';
import { publishApprovals } from '../world/approvals.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let place: Place;

beforeAll(async () => {
  world = await openWorld();
  const { definition } = await publishApprovals(world);
  place = { definition, table: 'approvers' };
});

afterAll(() => world.close());

const ROW = { cost_centre: '4711', limit: 1000, approver: 'anna@example.com' };

function revise(basedOn: number, rows: object[], note = '') {
  return world.portal.library.tables.revise({
    ...place,
    basedOn,
    rows: rows.map((row) => ({ ...row })),
    by: 'ops@example.com',
    note,
  });
}

/** Begins a run about one euro of a cost centre. */
async function begin(costCentre: string): Promise<string> {
  const origin = { from: 'trigger' as const, by: 'test', stage: null, at: world.portal.clock.now() };
  const { run } = await world.portal.actors.begin({
    workflow: 'approvals',
    starter: { email: 'emma@example.com', name: null },
    trigger: 'api',
    facts: { amount: { value: 100, origin }, cost_centre: { value: costCentre, origin } },
    idempotencyKey: null,
  });
  return run;
}

async function holderOf(run: string): Promise<string> {
  const [row] = await world.portal.sql<{ email: string }[]>`
    select person_email as email from hand_offs where run_id = ${run} and state = 'open'`;
  return row?.email ?? 'nobody';
}

async function eventsOf(run: string): Promise<{ tables?: Record<string, number> }[]> {
  const rows = await world.portal.sql<{ event: { tables?: Record<string, number> } }[]>`
    select event from history where run_id = ${run} order by seq`;
  return rows.map(({ event }) => event);
}

describe('the rows of a table', () => {
  test('are those of the file until somebody edits them', async () => {
    const { tables } = world.portal.library;
    expect(await tables.newest(place)).toEqual({
      revision: 0,
      rows: [ROW, { cost_centre: '4712', limit: 2500.5, approver: 'ben@example.com', from: '2026-01-01', until: '2026-12-31' }],
    });
    expect(await tables.current(place.definition)).toEqual({ approvers: 0 });
    expect(await tables.history(place)).toEqual([]);
  });

  test('count at once in the next step, which says which revision it looked at', async () => {
    const before = await begin('4713');
    expect(await holderOf(before)).toBe('clerk@example.com');
    const rows = [ROW, { ...ROW, cost_centre: '4713', approver: 'cleo@example.com' }];
    expect(await revise(0, rows, 'New team')).toEqual({ is: 'revised', revision: 1 });
    const after = await begin('4713');
    expect(await holderOf(after)).toBe('cleo@example.com');
    await world.portal.actors.tell(before, { type: 'cancelled', by: 'ops@example.com', reason: 'A test' });
    expect((await eventsOf(before)).map(({ tables }) => tables)).toEqual([{ approvers: 0 }, { approvers: 1 }]);
  });

  test('count only on the days between their dates', async () => {
    const { tables } = world.portal.library;
    const { revision } = await tables.newest(place);
    const today = dayOf(world.portal.clock.now(), place.definition.timezone);
    const dated = (approver: string, dates: object) => ({ ...ROW, approver, ...dates });
    const tomorrow = dayAfter(today, 1);
    await revise(revision, [
      dated('past@example.com', { until: dayAfter(today, -1) }),
      dated('future@example.com', { from: tomorrow }),
      dated('today@example.com', { from: today, until: today }),
    ]);
    expect(await holderOf(await begin('4711'))).toBe('today@example.com');
    await world.advance('1d');
    expect(await holderOf(await begin('4711'))).toBe('future@example.com');
  });

  test('revised by another server count within a second', async () => {
    const { sql, clock, library } = world.portal;
    const other = createLibrary({ sql, clock, baseUrl: world.url, settings: {} });
    const { revision } = await library.tables.newest(place);
    await library.tables.current(place.definition);
    await other.tables.revise({ ...place, basedOn: revision, rows: [ROW], by: 'ops@example.com', note: '' });
    await expect.poll(() => library.tables.current(place.definition), { timeout: 3000 }).toEqual({ approvers: revision + 1 });
  });

  test('are loaded again wherever a history is replayed', async () => {
    const { sql, clock } = world.portal;
    const library = createLibrary({ sql, clock, baseUrl: world.url, settings: {} });
    const examined = await examine({ sql, library });
    expect(examined.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  });

  test('that somebody else changed meanwhile are not overwritten', async () => {
    const { revision: before } = await world.portal.library.tables.newest(place);
    expect(await revise(0, [])).toMatchObject({ is: 'overtaken', now: { revision: before } });
    expect((await world.portal.library.tables.newest(place)).revision).toBe(before);
  });

  test('that ten people change at once are changed by one of them', async () => {
    const { revision } = await world.portal.library.tables.newest(place);
    const all = await Promise.all(Array.from({ length: 10 }, (_, n) => revise(revision, [{ ...ROW, limit: 100 + n }])));
    expect(all.filter(({ is }) => is === 'revised')).toHaveLength(1);
    expect(all.filter(({ is }) => is === 'overtaken')).toHaveLength(9);
  });

  test('never change afterwards, not even by hand', async () => {
    await expect(world.portal.sql`update table_revisions set note = 'x'`).rejects.toThrow('never change');
    await expect(world.portal.sql`delete from table_revisions`).rejects.toThrow('never change');
  });

  test('have a history: who, when, how many rows', async () => {
    const history = await world.portal.library.tables.history(place);
    expect(history.at(-1)).toMatchObject({
      revision: 1,
      by: 'ops@example.com',
      note: 'New team',
      added: 0,
      altered: 1,
      removed: 0,
    });
    expect(history[1]).toMatchObject({ added: 0, altered: 1, removed: 2 });
  });

  test('that are the same as before make no revision', async () => {
    const { revision, rows } = await world.portal.library.tables.newest(place);
    expect(await revise(revision, rows)).toEqual({ is: 'unchanged', revision });
  });

  test('are 10,000 at most', async () => {
    const { revision } = await world.portal.library.tables.newest(place);
    expect(await revise(revision, Array(10_001).fill(ROW))).toMatchObject({ is: 'wrong' });
    const full = Array.from({ length: 10_000 }, (_, n) => ({ ...ROW, cost_centre: String(n) }));
    expect(await revise(revision, full)).toEqual({ is: 'revised', revision: revision + 1 });
  });
});

describe('what differs between two tables', () => {
  const row = fc.record({ a: fc.integer({ min: 0, max: 3 }) });
  const rows = fc.array(row, { maxLength: 12 });

  test('leads from one to the other', () => {
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const again = [...before] as object[];
        let moved = 0;
        for (const change of changesBetween(before, after)) {
          if (change.is === 'removed') {
            again.splice(change.place - 1 + moved, 1);
            moved -= 1;
          } else {
            again.splice(change.place - 1, change.is === 'altered' ? 1 : 0, change.row);
            if (change.is === 'added') moved += 1;
          }
        }
        expect(again).toEqual(after);
      }),
    );
  });

  test('is brought together: where only one of two changed anything, theirs is what comes out', () => {
    fc.assert(
      fc.property(rows, rows, (base, other) => {
        expect(mergedRows(base, other, base)).toEqual(other);
        expect(mergedRows(base, base, other)).toEqual(other);
        expect(mergedRows(base, other, other)).toEqual(other);
      }),
    );
  });

  test('is brought together row by row, and yours counts where both touched the same', () => {
    const at = (...values: number[]) => values.map((a) => ({ a }));
    expect(mergedRows(at(1, 2, 3), at(10, 2, 3), at(1, 2, 30))).toEqual(at(10, 2, 30));
    expect(mergedRows(at(1, 2, 3), at(10, 2, 3), at(11, 2, 3))).toEqual(at(11, 2, 3));
    expect(mergedRows(at(1, 2), at(1, 2, 3), at(1, 2, 4))).toEqual(at(1, 2, 3, 4));
    expect(mergedRows(at(1, 2, 3), at(1, 3), at(1, 2, 4))).toEqual(at(1, 4));
  });
});

test('rows are put where they are to be, new ones without a place at the end', () => {
  const base = [1, 2, 3, 4, 5].map((n) => ({ n }));
  const part = [
    { own: 2, place: 2, row: { n: 2 } },
    { own: 3, place: 1, row: { n: 3 } },
    { own: null, place: null, row: { n: 7 } },
    { own: null, place: 4, row: { n: 6 } },
  ];
  const rows = arranged(base, { first: 1, original: 2, rows: part });
  expect(rows.map(({ n }) => n)).toEqual([3, 1, 2, 6, 4, 5, 7]);
});

describe('a CSV file', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const readBack = (text: string) => {
    const csv = fromCsv(tableOf(place), bytes(text));
    return csv.ok ? readRows(csv.rows, (one) => readTypedRow(tableOf(place), one)) : csv;
  };

  test('brings back exactly what was written, whatever stands in the cells', () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom('=', '+', '-', '@', "'", '"', ',', ';', '1', '4711'), fc.string({ maxLength: 5 })), {
        maxLength: 6,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const typed = cells.map((cell) => readTypedRow(tableOf(place), { ...TYPED, remark: [cell] }));
        const rows = typed.flatMap((read) => (read.ok ? [read.value] : []));
        expect(readBack(toCsv(tableOf(place), rows))).toEqual({ ok: true, rows });
      }),
    );
  });

  test('holds no cell that a spreadsheet would run', () => {
    const remarks = ['=1+1', '@SUM(A1)', '+cmd|x', "-2+3+cmd|' /C calc'!A0"];
    const csv = toCsv(
      tableOf(place),
      remarks.map((remark) => ({ ...ROW, remark })),
    );
    for (const line of csv.trim().split('\r\n').slice(1)) expect(line).toContain(',"\'');
    expect(toCsv(tableOf(place), [{ ...ROW, remark: '-5' }])).toContain(',-5,');
  });

  test('may have semicolons, labels for columns, and the letters of Windows', () => {
    expect(readBack('Cost centre;Limit;APPROVER;remark\r\n4711;"1.000,50";anna@example.com;x;;\r\n;;;\r\n')).toEqual({
      ok: true,
      rows: [{ cost_centre: '4711', limit: 1000.5, approver: 'anna@example.com', remark: 'x' }],
    });
    const windows = new Uint8Array([...bytes('cost_centre,limit,approver,remark\n1,2,a@example.com,M'), 0xfc, ...bytes('ller')]);
    expect(fromCsv(tableOf(place), windows)).toMatchObject({ ok: true, rows: [{ remark: ['Müller'] }] });
  });

  test.each([
    ['cost_centre,colour\n1,red', 'a column "colour"'],
    ['limit,limit\n1,2', 'names a column twice'],
    ['cost_centre\n1,2', 'more cells'],
  ])('that does not fit is refused with a sentence: %j', (text, sentence) => {
    expect(fromCsv(tableOf(place), bytes(text))).toMatchObject({ ok: false, sentence: expect.stringContaining(sentence) });
  });
});

const TYPED = { cost_centre: ['4711'], limit: ['1,000.00'], approver: ['anna@example.com'] };
