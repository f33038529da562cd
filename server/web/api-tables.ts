import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { paths } from '../../views/paths.ts';
import { Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { MOST_ROWS, readJsonRow, readRows, TOO_MANY_ROWS } from '../tables/rows.ts';
import { type Place, tableOf } from '../tables/tables.ts';
import { type ApiEnv, Invalid, jsonIn, keyOnly, LARGEST, problem, tooLarge, valid } from './api.ts';

const WRITING = z.strictObject({
  revision: z.int().min(0),
  rows: z.array(z.record(z.string(), z.unknown())).max(MOST_ROWS, TOO_MANY_ROWS),
  note: z.string().trim().max(200).default(''),
});

/** What programs may do with lookup tables: read the rows that count now, and put others in their place. */
export function mountApiTables(app: Hono, portal: Portal): void {
  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));
  const keyed = keyOnly(portal);

  api.get(paths.apiTable.pattern, keyed, async (c) => c.json(await tableJson(portal, await placeOf(c, portal))));

  api.put(paths.apiTable.pattern, keyed, bodyLimit({ maxSize: LARGEST, onError: tooLarge }), async (c) => {
    const place = await placeOf(c, portal);
    const table = tableOf(place);
    const { revision, rows: given, note } = valid(WRITING, await jsonIn(c));
    const read = readRows(given, (row) => readJsonRow(table, row));
    if (!read.ok)
      throw new Invalid(
        read.problems.map(({ row, column, sentence }) => ({ field: `rows.${row - 1}.${column}`, message: sentence })),
      );
    const by = `the API key "${c.var.key.name}"`;
    const revised = await portal.library.tables.revise({ ...place, basedOn: revision, rows: read.rows, by, note });
    if (revised.is === 'wrong') throw new Invalid([{ field: 'rows', message: revised.sentence }]);
    if (revised.is === 'overtaken') throw overtaken(revision, revised.now.revision);
    return c.json(await tableJson(portal, place));
  });

  app.route('/', api);
}

async function placeOf(c: Context, { library }: Portal): Promise<Place> {
  const { definition } = await library.newest(c.req.param('workflow') ?? '');
  return { definition, table: c.req.param('table') ?? '' };
}

async function tableJson({ library }: Portal, place: Place) {
  const { definition, table } = place;
  const { revision, rows } = await library.tables.newest(place);
  return { workflow: definition.workflow, table, revision, rows };
}

function overtaken(basedOn: number, now: number): Refusal {
  const sentence = `The table is at revision ${now}, not ${basedOn} any more. Read it again and bring both together.`;
  return new Refusal(409, 'overtaken', sentence);
}
