import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { publishApprovals } from '../world/approvals.ts';
import { linkIn, type Page, type Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;
let owner: Visitor;
let place: { definition: Awaited<ReturnType<typeof publishApprovals>>['definition']; table: string };

beforeAll(async () => {
  world = await openWorld();
  const { definition } = await publishApprovals(world);
  place = { definition, table: 'approvers' };
  owner = await signIn();
});

afterAll(() => world.close());

const TABLE = '/workflows/approvals/tables/approvers';

async function signIn(): Promise<Visitor> {
  const visitor = world.visitor();
  await visitor.submit(await visitor.get('/sign-in'), { email: 'ops@example.com' });
  const letter = (await world.letters({ to: 'ops@example.com', kind: 'sign_in' })).at(-1);
  if (letter === undefined) throw new Error('No sign-in link arrived.');
  await visitor.submit(await visitor.get(linkIn(letter)), {});
  return visitor;
}

/** What the first form of the page would send as it stands. */
function formOf({ html }: Page): Record<string, string> {
  const [form = ''] = /<form[^>]*action="[^"]*\/approvers"[\s\S]*?<\/form>/.exec(html) ?? [];
  const inputs = form.match(/<input[^>]*>/g) ?? [];
  const read = (tag: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return Object.fromEntries(
    inputs.filter((tag) => read(tag, 'type') !== 'checkbox').map((tag) => [read(tag, 'name'), read(tag, 'value')]),
  );
}

function send(who: Visitor, page: Page, values: Record<string, string>): Promise<Page> {
  return who.submit({ ...page, html: '' }, { ...formOf(page), ...values }, TABLE);
}

async function rows(): Promise<Record<string, unknown>[]> {
  return (await world.portal.library.tables.newest(place)).rows;
}

/** Puts the table back to two rows. */
async function reset(): Promise<void> {
  const { revision } = await world.portal.library.tables.newest(place);
  const two = ['4711', '4712'].map((cost_centre, n) => ({ cost_centre, limit: 1000 * (n + 1), approver: 'anna@example.com' }));
  await world.portal.library.tables.revise({ ...place, basedOn: revision, rows: two, by: 'ops@example.com', note: '' });
}

describe("an owner's lookup table", () => {
  test('is linked from its workflow, and shows its rows and whether they count', async () => {
    expect((await owner.get('/workflows/approvals')).html).toContain(`href="${TABLE}"`);
    const page = await owner.get(TABLE);
    expect(page.status).toBe(200);
    expect(page.html).toContain('Who approves what');
    expect(page.html).toContain('value="2,500.50"');
    expect(page.html).toContain('Counts today.');
    const { revision } = await world.portal.library.tables.newest(place);
    const dated = [
      { cost_centre: '1', limit: 1, approver: 'a@example.com', until: '2020-01-31' },
      { cost_centre: '2', limit: 1, approver: 'a@example.com', from: '2999-01-01' },
    ];
    await world.portal.library.tables.revise({ ...place, basedOn: revision, rows: dated, by: 'x', note: '' });
    const { html } = await owner.get(TABLE);
    expect(html).toContain('No longer counts: only until 31 January 2020.');
    expect(html).toContain('Does not count yet: only from 1 January 2999.');
  });

  test('is changed by sending its form: cells, a new row, its place, a row that goes away', async () => {
    await reset();
    const page = await owner.get(TABLE);
    const saved = await send(owner, page, {
      'c.0.limit': '1,500',
      'remove.1': 'yes',
      'place.2': '1',
      'c.2.cost_centre': '4710',
      'c.2.limit': '10',
      'c.2.approver': 'cleo@example.com',
      'c.2.from': '2026-03-01',
      note: 'Cleo came',
    });
    expect(saved.html).toMatch(/Saved as revision \d+/);
    expect(await rows()).toEqual([
      { cost_centre: '4710', limit: 10, approver: 'cleo@example.com', from: '2026-03-01' },
      { cost_centre: '4711', limit: 1500, approver: 'anna@example.com' },
    ]);
    expect(saved.html).toContain('Cleo came');
    expect(saved.html).toContain('ops@example.com');
  });

  test('gets one more row to fill in without losing what was typed', async () => {
    await reset();
    const page = await send(owner, await owner.get(TABLE), { 'c.0.limit': '77', act: 'add' });
    expect(page.html).toContain('value="77"');
    expect(formOf(page).count).toBe('4');
    expect((await rows())[0]).toMatchObject({ limit: 1000 });
  });

  test('says beside each cell what is wrong with it, and saves nothing: 422', async () => {
    await reset();
    const page = await send(owner, await owner.get(TABLE), {
      'c.0.limit': 'a lot',
      'c.1.approver': 'nobody',
      'c.1.from': '2026-03-02',
      'place.1': 'top',
    });
    expect(page.status).toBe(422);
    expect(page.html).toContain('value="a lot"');
    expect(page.html).toContain('<a href="#c.0.limit">Row 1, Limit (EUR)</a>');
    expect(page.html).toContain('id="p-c.1.approver"');
    expect(page.html).toContain('Please give a place like 3.');
    const dates = await send(owner, await owner.get(TABLE), { 'c.0.from': '2026-03-02', 'c.0.until': '2026-03-01' });
    expect(dates.html).toContain('This day lies before the one from which the row counts.');
    expect((await rows())[0]).toMatchObject({ limit: 1000 });
  });

  test('that somebody else changed meanwhile shows both changes, brought together, and saves on a second press', async () => {
    await reset();
    const [mine, theirs] = [await owner.get(TABLE), await owner.get(TABLE)];
    await send(owner, theirs, { 'c.0.approver': 'dora@example.com' });
    const conflict = await send(owner, mine, { 'c.1.limit': '3000', note: 'Prices' });
    expect(conflict.status).toBe(409);
    expect(conflict.html).toContain('Somebody else was faster');
    expect(conflict.html).toContain('<ins>dora@example.com</ins>');
    expect(conflict.html).toContain('<ins>€3,000.00</ins>');
    expect((await rows())[1]).toMatchObject({ limit: 2000 });
    await send(owner, conflict, {});
    expect(await rows()).toEqual([
      { cost_centre: '4711', limit: 1000, approver: 'dora@example.com' },
      { cost_centre: '4712', limit: 3000, approver: 'anna@example.com' },
    ]);
  });

  test('of many rows is edited page by page', async () => {
    await reset();
    const { revision } = await world.portal.library.tables.newest(place);
    const many = Array.from({ length: 120 }, (_, n) => ({ cost_centre: `c${n}`, limit: n, approver: 'anna@example.com' }));
    await world.portal.library.tables.revise({ ...place, basedOn: revision, rows: many, by: 'x', note: '' });
    const page = await owner.get(`${TABLE}?page=2`);
    expect(page.html).toContain('these are 51 to 100');
    const saved = await send(owner, page, { 'c.0.limit': '9999' });
    expect(saved.html).toContain('these are 51 to 100');
    expect((await rows()).map(({ limit }) => limit)).toEqual(many.map(({ limit }) => (limit === 50 ? 9999 : limit)));
  });

  test('goes out as a CSV file and comes back in', async () => {
    await reset();
    const csv = await owner.get(`${TABLE}/csv`);
    expect(csv.headers.get('content-disposition')).toContain('approvals-approvers.csv');
    expect(csv.html).toBe(
      'cost_centre,limit,approver,remark,from,until\r\n4711,"1,000.00",anna@example.com,,,\r\n4712,"2,000.00",anna@example.com,,,\r\n',
    );
    const file = new File(['cost_centre;limit;approver\n1;5,00;a@example.com\n'], 'new.csv');
    const saved = await owner.submit(await owner.get(TABLE), { file }, `${TABLE}/csv`);
    expect(saved.html).toContain('From the file new.csv');
    expect(await rows()).toEqual([{ cost_centre: '1', limit: 5, approver: 'a@example.com' }]);
    const wrong = new File(['cost_centre,limit,approver\n1,x,a@example.com\n'], 'wrong.csv');
    const refused = await owner.submit(saved, { file: wrong }, `${TABLE}/csv`);
    expect(refused.status).toBe(422);
    expect(refused.html).toContain('Row 1, Limit: Please give the amount in EUR');
  });

  test('takes earlier rows again, those of the file too', async () => {
    const page = await owner.get(TABLE);
    const { basedOn = '' } = formOf(page);
    const restored = await owner.submit(page, { revision: '0', basedOn }, `${TABLE}/restoration`);
    expect(restored.html).toContain('Rows of the workflow file');
    expect((await rows())[1]).toMatchObject({ limit: 2500.5, until: '2026-12-31' });
    const stale = await owner.submit(page, { revision: '1', basedOn }, `${TABLE}/restoration`);
    expect(stale.status).toBe(409);
  });

  test('shows what people wrote as text', async () => {
    await reset();
    const nasty = '"><script>alert(1)</script>';
    const page = await send(owner, await owner.get(TABLE), { 'c.0.remark': nasty });
    expect(page.html).not.toContain('<script>alert');
    expect(page.html).toContain('&lt;script&gt;');
  });

  test.each([
    '/workflows/approvals/tables/nothing',
    '/workflows/approvals/tables/constructor',
    '/workflows/nothing/tables/approvers',
  ])('%s is not there', async (path) => {
    expect((await owner.get(path)).status).toBe(404);
  });
});

describe('a program with a key', () => {
  const API = '/api/v1/workflows/approvals/tables/approvers';
  let key = '';
  beforeAll(async () => {
    ({ key } = await createKey(world.portal, 'prices'));
    await reset();
  });

  async function call(
    method: string,
    body?: object,
  ): Promise<{ status: number; json: { revision: number; rows: object[]; error?: unknown } }> {
    const response = await fetch(new URL(API, world.url), {
      method,
      headers: { authorization: `Bearer ${key}` },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, json: JSON.parse(await response.text()) };
  }

  test('reads a table and writes what it read, which changes nothing', async () => {
    const { status, json } = await call('GET');
    expect(status).toBe(200);
    expect(json.rows).toHaveLength(2);
    expect(await call('PUT', { revision: json.revision, rows: json.rows })).toEqual({ status: 200, json });
  });

  test('writes rows, and the history says which key it was', async () => {
    const { json } = await call('GET');
    const put = await call('PUT', {
      revision: json.revision,
      rows: [{ cost_centre: '1', limit: '12.50', approver: 'A@example.com', remark: null }],
    });
    expect(put).toMatchObject({
      status: 200,
      json: { revision: json.revision + 1, rows: [{ cost_centre: '1', limit: 12.5, approver: 'a@example.com' }] },
    });
    expect((await world.portal.library.tables.history(place))[0]).toMatchObject({ by: 'the API key "prices"' });
  });

  test('is told when somebody was faster: 409', async () => {
    const { json } = await call('GET');
    expect(await call('PUT', { revision: json.revision - 1, rows: [] })).toMatchObject({
      status: 409,
      json: { error: { code: 'overtaken' } },
    });
  });

  test('is told what is wrong, cell by cell: 422', async () => {
    const { json } = await call('GET');
    const rows = [{ cost_centre: '1', limit: 'x', colour: 'red' }];
    expect(await call('PUT', { revision: json.revision, rows })).toMatchObject({
      status: 422,
      json: {
        error: {
          problems: [
            { field: 'rows.0.limit', message: 'Please give the amount in EUR, in digits, like 1,234.50.' },
            { field: 'rows.0.approver', message: 'Please fill this in.' },
            { field: 'rows.0.colour', message: 'This table has no column "colour".' },
          ],
        },
      },
    });
  });
});
