import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { dayOf } from '../../machines/calendar.ts';
import { humanise, type Table } from '../../machines/definition.ts';
import type { KeyedField } from '../../machines/fields/field.ts';
import { type ChangeLine, type Editor, type EditorRow, type TableNotice, TablePage } from '../../views/owner/table.tsx';
import { paths } from '../../views/paths.ts';
import { Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { arranged, type EditedRow } from '../tables/arrange.ts';
import { changesBetween, mergedRows, type RowChange, sharedEnds } from '../tables/changes.ts';
import { fromCsv, toCsv } from '../tables/csv.ts';
import { columnsOf, type JsonRow, readJsonRow, readRows, readTypedRow, shownRow, typedRow } from '../tables/rows.ts';
import { type Place, type Revised, tableOf } from '../tables/tables.ts';
import { type Posted, readPost, textOf } from './forms.ts';
import { type OwnerEnv, ownedWorkflow, ownerOnly } from './owner-only.ts';

const ROWS_ON_A_PAGE = 50;
// Beyond this what two people changed cannot be brought together in one form; it is told in words only.
const MOST_ROWS_IN_A_FORM = 300;
const MOST_VALUES = 20_000;

const NUMBER = z.coerce.number().int().min(0).max(1_000_000_000);
const EDITING = z.object({ basedOn: NUMBER, first: NUMBER, original: NUMBER, count: NUMBER.max(MOST_ROWS_IN_A_FORM + 100) });
const BASED_ON = z.object({ basedOn: NUMBER });
const RESTORING = z.object({ basedOn: NUMBER, revision: NUMBER });
const PLACE = z.coerce.number().int().min(1).max(10_000);

type Shown = { notice: TableNotice | null; editor: Editor | null };
type C = Context<OwnerEnv>;

/** The editor of a lookup table: rows, CSV files in and out, and bringing an earlier revision back. */
export function mountTables(app: Hono, portal: Portal): void {
  app.get(paths.table.pattern, ownerOnly(portal), async (c) => {
    const saved = NUMBER.safeParse(c.req.query('saved'));
    const notice: TableNotice | null = saved.success ? { is: 'saved', revision: saved.data } : null;
    return page(c, portal, await placeOf(c, portal), { notice, editor: null });
  });

  app.post(paths.table.pattern, ownerOnly(portal), async (c) => save(c, portal, await placeOf(c, portal)));

  app.get(paths.tableCsv.pattern, ownerOnly(portal), async (c) => {
    const place = await placeOf(c, portal);
    const { rows } = await portal.library.tables.newest(place);
    return c.body(toCsv(tableOf(place), rows), 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${place.definition.workflow}-${place.table}.csv"`,
    });
  });

  app.post(paths.tableCsv.pattern, ownerOnly(portal), async (c) => replace(c, portal, await placeOf(c, portal)));

  app.post(paths.tableRestoration.pattern, ownerOnly(portal), async (c) => restore(c, portal, await placeOf(c, portal)));
}

async function placeOf(c: C, portal: Portal): Promise<Place> {
  const { definition } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
  const place = { definition, table: c.req.param('table') ?? '' };
  tableOf(place);
  return place;
}

async function save(c: C, portal: Portal, place: Place): Promise<Response> {
  const posted = await readPost(c, MOST_VALUES);
  const { basedOn, first, original, count } = inForm(EDITING, posted);
  const table = tableOf(place);
  const rows = Array.from({ length: count }, (_, index) => editorRow(table, posted, index));
  const editor: Editor = { basedOn, first, original, rows, note: textOf(posted, 'note').slice(0, 200) };
  if (textOf(posted, 'act') === 'add')
    return page(c, portal, place, { notice: null, editor: { ...editor, rows: [...rows, emptyRow()] } });
  const edited = readEditor(table, rows.filter(isFilled));
  if (edited === null) return page(c, portal, place, { notice: null, editor }, 422);
  const base = await portal.library.tables.at(place, basedOn);
  const yours = arranged(base.rows, { first, original, rows: edited });
  const note = editor.note.trim();
  const revised = await portal.library.tables.revise({ ...place, basedOn, rows: yours, by: c.var.owner, note });
  if (revised.is !== 'overtaken') return answer(c, portal, place, revised, editor);
  const merged = mergedRows(base.rows, revised.now.rows, yours);
  const theirs = linesOf(table, changesBetween(base.rows, revised.now.rows));
  const changes = linesOf(table, changesBetween(revised.now.rows, merged));
  const notice = {
    is: 'overtaken' as const,
    ...(await lastChange(portal, place)),
    theirs,
    yours: changes,
    again: 'save' as const,
  };
  return page(c, portal, place, { notice, editor: mergedEditor(table, revised.now, merged, note) }, 409);
}

async function replace(c: C, portal: Portal, place: Place): Promise<Response> {
  const posted = await readPost(c);
  const { basedOn } = inForm(BASED_ON, posted);
  const [file] = posted.uploads.file ?? [];
  if (file === undefined) return wrong(c, portal, place, ['Please choose a file.']);
  const table = tableOf(place);
  const csv = fromCsv(table, new Uint8Array(await file.arrayBuffer()));
  if (!csv.ok) return wrong(c, portal, place, [csv.sentence]);
  const read = readRows(csv.rows, (row) => readTypedRow(table, row));
  if (!read.ok)
    return wrong(
      c,
      portal,
      place,
      read.problems.map(({ row, column, sentence }) => `Row ${row}, ${labelIn(table, column)}: ${sentence}`),
    );
  const note = `From the file ${file.name}`.slice(0, 200);
  const revised = await portal.library.tables.revise({ ...place, basedOn, rows: read.rows, by: c.var.owner, note });
  return revised.is === 'overtaken'
    ? overtaken(c, portal, place, basedOn, revised.now, read.rows, 'file')
    : answer(c, portal, place, revised, null);
}

async function restore(c: C, portal: Portal, place: Place): Promise<Response> {
  const { basedOn, revision } = inForm(RESTORING, await readPost(c));
  const table = tableOf(place);
  const { rows } = await portal.library.tables.at(place, revision);
  const read = readRows(rows, (row) => readJsonRow(table, row));
  if (!read.ok) {
    const sentences = read.problems.map(({ row, column, sentence }) => `Row ${row}, ${labelIn(table, column)}: ${sentence}`);
    return wrong(c, portal, place, ['These rows do not fit the columns of today.', ...sentences]);
  }
  const note = revision === 0 ? 'Rows of the workflow file' : `Rows as in revision ${revision}`;
  const revised = await portal.library.tables.revise({ ...place, basedOn, rows: read.rows, by: c.var.owner, note });
  return revised.is === 'overtaken'
    ? overtaken(c, portal, place, basedOn, revised.now, read.rows, 'restore')
    : answer(c, portal, place, revised, null);
}

async function answer(
  c: C,
  portal: Portal,
  place: Place,
  revised: Exclude<Revised, { is: 'overtaken' }>,
  editor: Editor | null,
): Promise<Response> {
  if (revised.is === 'wrong')
    return page(c, portal, place, { notice: { is: 'wrong', sentences: [revised.sentence] }, editor }, 422);
  if (revised.is === 'unchanged') return page(c, portal, place, { notice: { is: 'unchanged' }, editor: null });
  const turned = editor === null || editor.first === 0 ? '' : `&page=${Math.floor(editor.first / ROWS_ON_A_PAGE) + 1}`;
  const at = { workflow: place.definition.workflow, table: place.table };
  return c.redirect(`${paths.table.to(at)}?saved=${revised.revision}${turned}`, 303);
}

function wrong(c: C, portal: Portal, place: Place, all: string[]): Promise<Response> {
  const sentences = all.length > 50 ? [...all.slice(0, 50), `And ${all.length - 50} more.`] : all;
  return page(c, portal, place, { notice: { is: 'wrong', sentences }, editor: null }, 422);
}

async function overtaken(
  c: C,
  portal: Portal,
  place: Place,
  basedOn: number,
  now: { rows: JsonRow[] },
  rows: JsonRow[],
  again: 'file' | 'restore',
): Promise<Response> {
  const table = tableOf(place);
  const base = await portal.library.tables.at(place, basedOn);
  const theirs = linesOf(table, changesBetween(base.rows, now.rows));
  const yours = linesOf(table, changesBetween(now.rows, rows));
  return page(
    c,
    portal,
    place,
    { notice: { is: 'overtaken', ...(await lastChange(portal, place)), theirs, yours, again }, editor: null },
    409,
  );
}

async function lastChange(portal: Portal, place: Place) {
  const [newest] = await portal.library.tables.history(place);
  return { by: newest?.by ?? 'Somebody', at: newest?.at ?? portal.clock.now() };
}

async function page(
  c: C,
  portal: Portal,
  place: Place,
  { notice, editor }: Shown,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { definition, table: name } = place;
  const table = tableOf(place);
  const [{ revision, rows }, history] = await Promise.all([
    portal.library.tables.newest(place),
    portal.library.tables.history(place),
  ]);
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_ON_A_PAGE));
  const asked = NUMBER.safeParse(c.req.query('page'));
  const at = Math.min(Math.max(asked.success ? asked.data : 1, 1), pages);
  const first = (at - 1) * ROWS_ON_A_PAGE;
  const shown = editor ?? editorOf(table, revision, first, rows.slice(first, first + ROWS_ON_A_PAGE));
  const today = dayOf(portal.clock.now(), definition.timezone);
  return c.html(
    <TablePage
      owner={c.var.owner}
      workflow={definition.workflow}
      workflowTitle={definition.title}
      table={name}
      tableTitle={table.title ?? humanise(name)}
      timezone={definition.timezone}
      columns={columnsOf(table)}
      editor={{ ...shown, rows: shown.rows.map((row) => ({ ...row, state: stateOf(table, row, today) })) }}
      total={rows.length}
      page={editor === null ? at : Math.floor(editor.first / ROWS_ON_A_PAGE) + 1}
      pages={pages}
      notice={notice}
      history={history}
    />,
    status,
  );
}

function editorOf(table: Table, basedOn: number, first: number, rows: readonly JsonRow[]): Editor {
  return { basedOn, first, original: rows.length, rows: [...rowsFrom(table, first, rows), emptyRow()], note: '' };
}

/** What two people made of a table, for one of them to look through; null when it is too much for a form. */
function mergedEditor(table: Table, now: { revision: number; rows: JsonRow[] }, merged: JsonRow[], note: string): Editor | null {
  const { first, last } = sharedEnds(now.rows, merged);
  const part = merged.slice(first, merged.length - last);
  if (part.length > MOST_ROWS_IN_A_FORM) return null;
  return { basedOn: now.revision, first, original: now.rows.length - first - last, rows: rowsFrom(table, first, part), note };
}

function rowsFrom(table: Table, first: number, rows: readonly JsonRow[]): EditorRow[] {
  return rows.map((row, index) => {
    const own = first + index + 1;
    return { ...emptyRow(), own, place: String(own), typed: typedRow(table, row) };
  });
}

function emptyRow(): EditorRow {
  return { own: null, place: '', typed: {}, removed: false, problems: {}, state: '' };
}

function editorRow(table: Table, posted: Posted, index: number): EditorRow {
  const own = PLACE.safeParse(textOf(posted, `own.${index}`));
  return {
    ...emptyRow(),
    own: own.success ? own.data : null,
    place: textOf(posted, `place.${index}`).trim(),
    typed: Object.fromEntries(columnsOf(table).map(({ key }) => [key, posted.texts[`c.${index}.${key}`] ?? []])),
    removed: textOf(posted, `remove.${index}`) === 'yes',
  };
}

/** A new row that nobody wrote anything into is none. */
function isFilled({ own, typed }: EditorRow): boolean {
  return own !== null || Object.values(typed).some((texts) => texts.some((text) => text.trim() !== ''));
}

/** Reads what was typed; null when something is wrong, which then stands beside its cell. */
function readEditor(table: Table, rows: EditorRow[]): EditedRow[] | null {
  const edited: EditedRow[] = [];
  for (const row of rows) {
    if (row.removed) continue;
    const place = row.place === '' ? null : PLACE.safeParse(row.place);
    if (place?.success === false) row.problems.place = 'Please give a place like 3.';
    const read = readTypedRow(table, row.typed);
    if (!read.ok) for (const { field, sentence } of read.problems) row.problems[field] = sentence;
    else edited.push({ own: row.own, place: place?.data ?? null, row: read.value });
  }
  return rows.every(({ problems }) => Object.keys(problems).length === 0) ? edited : null;
}

function linesOf(table: Table, changes: RowChange[]): ChangeLine[] {
  return changes.map((change) => {
    const before = change.is === 'added' ? {} : shownRow(table, change.is === 'altered' ? change.before : change.row);
    const after = change.is === 'removed' ? {} : shownRow(table, change.row);
    const cells = columnsOf(table).map(({ key }) => ({
      label: labelIn(table, key),
      before: before[key] ?? '',
      after: after[key] ?? '',
    }));
    return { is: change.is, place: change.place, cells: cells.filter((cell) => cell.before !== cell.after) };
  });
}

function labelIn(table: Table, key: string): string {
  const column: KeyedField | undefined = columnsOf(table).find((one) => one.key === key);
  return column?.field.label ?? humanise(key);
}

/** Whether a row counts today, where its dates say so. */
function stateOf(table: Table, { typed }: EditorRow, today: string): string {
  const [from = '', until = ''] = [typed.from?.[0], typed.until?.[0]];
  const shown = shownRow(table, { from, until });
  if (until !== '' && until < today) return `No longer counts: only until ${shown.until}.`;
  if (from !== '' && from > today) return `Does not count yet: only from ${shown.from}.`;
  return from === '' && until === '' ? '' : 'Counts today.';
}

function inForm<T>(form: z.ZodType<T>, { texts }: Posted): T {
  const read = form.safeParse(Object.fromEntries(Object.entries(texts).map(([name, [text]]) => [name, text])));
  if (!read.success)
    throw new Refusal(400, 'bad_form', 'This form is not complete. Please go back, load the page again and try once more.');
  return read.data;
}
