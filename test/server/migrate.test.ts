import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type Sql } from '../../server/database/connect.ts';
import { MIGRATIONS, migrate } from '../../server/database/migrate.ts';
import { type FreshDatabase, freshDatabase } from '../world/database.ts';
import { describeSchema } from '../world/schema.ts';

const SCHEMA = new URL('../schema.sql', import.meta.url);

let database: FreshDatabase;
let sql: Sql;
let folder: string;

beforeEach(async () => {
  database = await freshDatabase({ empty: true });
  sql = connect(database.url, { name: 'test' });
  folder = mkdtempSync(join(tmpdir(), 'baton-migrations-'));
  cpSync(MIGRATIONS, folder, { recursive: true });
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await sql.end();
  await database.drop();
});

test('the migrations add up to test/schema.sql', async () => {
  await migrate(sql);
  const schema = await describeSchema(sql);
  if (process.env.UPDATE_SCHEMA) writeFileSync(SCHEMA, schema);
  expect(schema).toBe(readFileSync(SCHEMA, 'utf8'));
});

test('ten servers that start at once apply each migration once', async () => {
  const pools = Array.from({ length: 10 }, (_, n) => connect(database.url, { max: 1, name: `starter ${n}` }));
  await Promise.all(pools.map((pool) => migrate(pool)));
  await Promise.all(pools.map((pool) => pool.end()));
  const rows = await sql<{ number: number }[]>`select number from schema_versions order by number`;
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
});

test('starting again changes nothing', async () => {
  await migrate(sql);
  const before = await describeSchema(sql);
  await migrate(sql);
  expect(await describeSchema(sql)).toBe(before);
});

test('an older server refuses a newer schema and names both', async () => {
  await migrate(sql);
  const [last] = await sql<[{ number: number }]>`
    insert into schema_versions (number, name, checksum) select max(number) + 1, 'later', '' from schema_versions returning number`;
  const known = last.number - 1;
  await expect(migrate(sql)).rejects.toThrow(
    `The database has schema ${last.number}, and this Baton knows schema ${known} only.`,
  );
});

test('a file that was changed after it was applied is refused', async () => {
  await migrate(sql, { folder });
  const first = join(folder, '0001-workflows.sql');
  writeFileSync(first, `${readFileSync(first, 'utf8')}\n-- a late thought\n`);
  await expect(migrate(sql, { folder })).rejects.toThrow('Migration 0001-workflows.sql is not the one that was applied');
});

test('a migration that fails leaves nothing behind, and can be mended and applied', async () => {
  await migrate(sql, { folder });
  const [{ next }] = await sql<[{ next: number }]>`select max(number) + 1 as next from schema_versions`;
  const broken = join(folder, `${String(next).padStart(4, '0')}-pets.sql`);
  writeFileSync(broken, 'create table pets (id int primary key);\ninsert into pets values (1), (1);\n');
  await expect(migrate(sql, { folder })).rejects.toThrow('nothing of it was applied');
  expect(await sql`select to_regclass('pets') as pets`).toEqual([{ pets: null }]);
  writeFileSync(broken, 'create table pets (id int primary key);\n');
  await migrate(sql, { folder });
  expect(await sql`select to_regclass('pets')::text as pets`).toEqual([{ pets: 'pets' }]);
});

test('migrations are numbered without gaps', async () => {
  writeFileSync(join(folder, '0099-later.sql'), 'select 1;');
  await expect(migrate(sql, { folder })).rejects.toThrow('0099-later.sql cannot be number');
});
