import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../server/database/connect.ts';
import { type FreshDatabase, freshDatabase } from '../world/database.ts';
import { SARIF } from '../world/sarif.ts';
import { TEST_SECRET } from '../world/world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GOOD = readFileSync(join(ROOT, 'workflows/expense-approval.yaml'), 'utf8');

let folder: string;
let database: FreshDatabase;

beforeAll(async () => {
  [folder, database] = await Promise.all([mkdtemp(join(tmpdir(), 'baton-commands-')), freshDatabase()]);
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

type Ended = { code: number; out: string; err: string };

function baton(args: string[], more: Record<string, string> = {}): Promise<Ended> {
  const env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: database.url,
    BATON_DATA_DIR: folder,
    BATON_SECRET: TEST_SECRET,
    ...more,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'server/cli.ts', ...args], { cwd: ROOT, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** The shipped workflow, and a run of it. */
async function publishAndRun(): Promise<void> {
  await baton(['publish', await file('expense.yaml', GOOD)]);
  const data = await file('data.json', JSON.stringify({ amount: 7000, purpose: 'Train', manager_email: 'mara@example.com' }));
  await baton(['run', 'expense-approval', '--data', data, '--email', 'emma@example.com']);
}

describe('baton check', () => {
  test.each([
    ['a syntax error', GOOD.replace('owners: [', 'owners: ]'), /:5:9 .*syntax/],
    ['an unknown field', GOOD.replace('guidance: |', 'guidence: |'), /:39:5 .*unknown_field.*\n.*Did you mean guidance/],
    ['a missing successor', GOOD.replace('next: review', 'next: reviw'), /:75:5 .*unknown_stage.*\n.*Did you mean review/],
    ['a condition on undeclared data', GOOD.replace('amount > 5000', 'amont > 5000'), /:48:63 .*condition.*amont.*amount.*\n/],
  ])(
    'prints place, reason and remedy of %s, ends with 1, and nothing is published',
    async (_, source, expected) => {
      const path = await file('broken.yaml', source);
      const checked = await baton(['check', path]);
      expect(checked.code).toBe(1);
      expect(checked.out).toContain(`${path}:`);
      expect(checked.out).toMatch(expected);
      const published = await baton(['publish', path]);
      expect(published.code).toBe(1);
      expect(published.out).toContain('Nothing was published.');
      const sql = connect(database.url, { name: 'commands', max: 1 });
      const [row] = await sql`select count(*)::int as n from versions`;
      await sql.end();
      expect(row).toEqual({ n: 0 });
    },
    30_000,
  );

  test('prints the same for programs, as JSON and as SARIF, and ends with 1 all the same', async () => {
    const path = await file('for-programs.yaml', GOOD.replace('guidance: |', 'guidence: |'));
    const [json, sarif, none] = await Promise.all(
      ['json', 'sarif', 'xml'].map((format) => baton(['check', path, '--format', format])),
    );
    expect(JSON.parse(json?.out ?? '')).toMatchObject({ findings: [{ file: path, line: 39, code: 'unknown_field' }] });
    expect(SARIF.parse(JSON.parse(sarif?.out ?? '')).runs[0]?.results).toHaveLength(1);
    expect([json?.code, sarif?.code, none?.code]).toEqual([1, 1, 2]);
  }, 30_000);

  test('has nothing to say about the workflows that ship', async () => {
    const { code, out } = await baton(['check', 'workflows/expense-approval.yaml', 'workflows/morning-feedback-check.yaml']);
    expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: 2 });
  });
});

describe('the other commands', () => {
  test('publish a file, start a run with its data, make a key, and find the database sound', async () => {
    const path = await file('expense.yaml', GOOD);
    expect(await baton(['publish', path])).toMatchObject({ code: 0, out: 'expense-approval: version 1\n' });
    expect(await baton(['publish', path])).toMatchObject({ code: 0, out: 'expense-approval: version 1\n' });
    const data = await file('data.json', JSON.stringify({ amount: 120.5, purpose: 'Train', manager_email: 'mara@example.com' }));
    const run = await baton(['run', 'expense-approval', '--data', data, '--email', 'emma@example.com']);
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toMatch(/^[0-9a-f-]{36}\n$/);
    const wrong = await file('wrong.json', JSON.stringify({ amount: 'lots' }));
    const refused = await baton(['run', 'expense-approval', '--data', wrong]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('amount:');
    expect((await baton(['key', 'create', '--name', 'accounting'])).out).toMatch(/^baton_[\w-]{43}\n$/);
    const [, id = ''] = /^([0-9a-f-]{36}) {2}accounting {2}.*last used never/m.exec((await baton(['key', 'list'])).out) ?? [];
    expect(await baton(['key', 'revoke', id])).toMatchObject({ code: 0 });
    expect(await baton(['key', 'revoke', id])).toMatchObject({ code: 1 });
    const doctor = await baton(['doctor']);
    expect(doctor.code, doctor.out).toBe(0);
    expect(doctor.out).toContain('ok    every history, replayed, gives the stored snapshot (1 looked at)');
  }, 60_000);

  test('list and compare versions, move runs after saying what would happen, and bring a version back', async () => {
    await publishAndRun();
    const two = await file('two.yaml', GOOD.replace('amount > 5000, label', 'amount > 9000, label').replace('5,000', '9,000'));
    const published = await baton(['publish', two]);
    const [, newest = ''] = /version (\d+)/.exec(published.out) ?? [];
    const before = String(Number(newest) - 1);
    expect((await baton(['versions', 'expense-approval'])).out).toMatch(new RegExp(`^${newest} \\(live\\)`));
    expect((await baton(['diff', 'expense-approval', before, newest])).out).toContain('amount > 9000; before');
    const tried = await baton(['move', 'expense-approval']);
    expect(tried.out).toContain(`would move from version ${before} to ${newest}`);
    expect(tried.out).toContain('Add --yes to do it.');
    const moved = await baton(['move', 'expense-approval', '--reason', 'A higher limit', '--yes']);
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.out).toContain(`moved from version ${before} to ${newest}`);
    expect((await baton(['move', 'expense-approval'])).out).toBe(`Every run under way is on version ${newest}.\n`);
    const restored = await baton(['restore', 'expense-approval', before]);
    expect(restored.out).toBe(`expense-approval: version ${Number(newest) + 1}\n`);
    expect(await baton(['restore', 'expense-approval', 'x'])).toMatchObject({ code: 1 });
    expect((await baton(['doctor'])).code).toBe(0);
  }, 120_000);

  test('say what they do not understand, and which settings are wrong, all at once', async () => {
    expect(await baton(['dance'])).toMatchObject({ code: 2 });
    const { code, err } = await baton(['start'], {
      PORT: 'many',
      BATON_CLOCK: 'test',
      RESEND_API_KEY: 're_x',
      BATON_BASE_URL: 'ftp://x',
    });
    expect(code).toBe(1);
    for (const name of ['PORT', 'BATON_CLOCK', 'BATON_BASE_URL']) expect(err).toContain(name);
    expect(err).not.toContain('    at ');
  }, 30_000);
});
