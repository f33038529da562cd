import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

// Two overrides with the same rule on one file do not add up: the later silently replaces the earlier (biome 2.5.15).
// So each rule of each room is broken here on purpose, and has to be found.

/** What breaks a rule: where it stands, what it says, and which rule has to find it. */
const BROKEN: [file: string, text: string, rule: string][] = [
  [
    'machines/file.ts',
    "import { readFileSync } from 'node:fs';\nexport const text = readFileSync('x', 'utf8');",
    'noRestrictedImports',
  ],
  ['machines/shell.ts', "import { engine } from '../server/actors/engine.ts';\nexport const it = engine;", 'noRestrictedImports'],
  ['machines/page.ts', "import { page } from '../views/page.ts';\nexport const it = page;", 'noRestrictedImports'],
  ['machines/mail.ts', "import { mail } from '../emails/mail.ts';\nexport const it = mail;", 'noRestrictedImports'],
  [
    'machines/deep/shell.ts',
    "import { engine } from '../../server/actors/engine.ts';\nexport const it = engine;",
    'noRestrictedImports',
  ],
  ['machines/database.ts', "import postgres from 'postgres';\nexport const it = postgres;", 'noRestrictedImports'],
  ['machines/scoped.ts', "import { serve } from '@hono/node-server';\nexport const it = serve;", 'noRestrictedImports'],
  ['machines/clock.ts', 'export const at = Date.now();', 'plugin'],
  ['machines/today.ts', 'export const at = new Date();', 'plugin'],
  ['machines/chance.ts', 'export const chance = Math.random();', 'plugin'],
  ['machines/process.ts', 'export const it = process.pid;', 'noRestrictedGlobals'],
  ['machines/net.ts', "export const it = () => fetch('https://example.com');", 'noRestrictedGlobals'],
  ['machines/timer.ts', 'export const it = () => setTimeout(() => {}, 1);', 'noRestrictedGlobals'],
  ['machines/id.ts', 'export const it = () => crypto.randomUUID();', 'noRestrictedGlobals'],
  ['views/shell.ts', "import { engine } from '../server/actors/engine.ts';\nexport const it = engine;", 'noRestrictedImports'],
  ['views/mail.ts', "import { mail } from '../emails/mail.ts';\nexport const it = mail;", 'noRestrictedImports'],
  ['views/app.ts', "import { Hono } from 'hono';\nexport const it = Hono;", 'noRestrictedImports'],
  ['views/react.ts', "import { createElement } from 'react';\nexport const it = createElement;", 'noRestrictedImports'],
  ['views/file.ts', "import { readFileSync } from 'node:fs';\nexport const it = readFileSync;", 'noRestrictedImports'],
  ['views/clock.ts', 'export const at = new Date();', 'plugin'],
  ['views/environment.ts', 'export const it = process.env.PORT;', 'noProcessEnv'],
  ['emails/shell.ts', "import { engine } from '../server/actors/engine.ts';\nexport const it = engine;", 'noRestrictedImports'],
  ['emails/page.ts', "import { page } from '../views/page.ts';\nexport const it = page;", 'noRestrictedImports'],
  ['emails/hono.ts', "import { html } from 'hono/html';\nexport const it = html;", 'noRestrictedImports'],
  ['emails/clock.ts', 'export const at = Date.now();', 'plugin'],
  ['emails/environment.ts', 'export const it = process.env.PORT;', 'noProcessEnv'],
  ['server/actors/page.ts', "import { page } from '../../views/page.ts';\nexport const it = page;", 'noRestrictedImports'],
  ['server/actors/web.ts', "import { route } from '../web/route.ts';\nexport const it = route;", 'noRestrictedImports'],
  ['server/effects/hono.ts', "import { Hono } from 'hono';\nexport const it = Hono;", 'noRestrictedImports'],
  ['server/actors/begin.ts', 'export const it = (sql: { begin(work: () => void): void }) => sql.begin(() => {});', 'plugin'],
  ['server/actors/now.ts', 'export const it = (sql: typeof String.raw) => sql`select now()`;', 'plugin'],
  ['server/web/typed.ts', 'export const it = (sql: typeof String.raw) => sql`update runs set at = current_timestamp`;', 'plugin'],
  ['server/web/sql.ts', 'export const it = (portal: { sql: typeof String.raw }) => portal.sql`select 1`;', 'plugin'],
  ['server/web/database.ts', "import postgres from 'postgres';\nexport const it = postgres;", 'noRestrictedImports'],
  ['server/people/clock.ts', 'export const at = Date.now();', 'plugin'],
  ['server/people/environment.ts', 'export const it = process.env.PORT;', 'noProcessEnv'],
  ['server/web/environment.ts', 'export const it = process.env.PORT;', 'noProcessEnv'],
  ['server/people/one.ts', "import { two } from './two.ts';\nexport const one = () => two();", 'noImportCycles'],
  ['server/people/two.ts', "import { one } from './one.ts';\nexport const two = (): void => one();", 'noImportCycles'],
  ['server/people/any.ts', 'export const it = (given: any) => given;', 'noExplicitAny'],
  ['server/people/floating.ts', 'const work = async () => {};\nexport function it() {\n  work();\n}', 'noFloatingPromises'],
  [
    'server/people/misused.ts',
    'const ask = async () => true;\nexport const it = () => {\n  if (ask()) return 1;\n  return 2;\n};',
    'noMisusedPromises',
  ],
  ['server/people/default.ts', 'export default 1;', 'noDefaultExport'],
  ['server/people/camelCase.ts', 'export const it = 1;', 'useFilenamingConvention'],
];

/** What is allowed, next to what is not. */
const SOUND: [file: string, text: string][] = [
  [
    'machines/sound.ts',
    "import { z } from 'zod';\nimport { it } from './deep/sound.ts';\n\nexport const at = (given: string) => [new Date(given), z, it];\n",
  ],
  ['machines/deep/sound.ts', 'export const it = 1;\n'],
  [
    'views/page.ts',
    "import { html } from 'hono/html';\nimport { it } from '../machines/deep/sound.ts';\n\nexport const page = html`<p>${it}</p>`;\n",
  ],
  ['views/paths.ts', 'export const paths = {};\n'],
  [
    'emails/mail.ts',
    "import { createElement } from 'react';\nimport { it } from '../machines/deep/sound.ts';\n\nexport const mail = createElement('p', null, it);\n",
  ],
  [
    'server/actors/engine.ts',
    "import { mail } from '../../emails/mail.ts';\nimport { paths } from '../../views/paths.ts';\n\nexport const engine = [mail, paths];\n",
  ],
  [
    'server/actors/at.ts',
    'type Needs = { sql: typeof String.raw; clock: { now(): string } };\nexport const it = ({ sql, clock }: Needs) => sql`select ${clock.now()}`;\n',
  ],
  [
    'server/web/route.ts',
    "import { page } from '../../views/page.ts';\nimport { engine } from '../actors/engine.ts';\n\nexport const route = [page, engine];\n",
  ],
  ['server/clock.ts', 'export const at = (sql: typeof String.raw) => [Date.now(), sql`select clock_timestamp()`];\n'],
  ['server/config.ts', 'export const it = process.env.PORT;\n'],
  ['test/environment.ts', 'export const it = [process.env.PORT, Date.now()];\n'],
];

const REPORT = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string() }) })),
});

const PROJECT = resolve(import.meta.dirname, '../..');

let house: string;
let found: Map<string, string[]>;

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'baton-lint-'));
  for (const part of ['.biome.json', '.lint', '.gitignore', 'package.json', 'tsconfig.json']) {
    cpSync(join(PROJECT, part), join(house, part), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(house, 'node_modules'));
  for (const [file, text] of [...BROKEN, ...SOUND]) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), text);
  }
  found = lint();
});

afterAll(() => rmSync(house, { recursive: true }));

test.each(BROKEN)('%s breaks a rule and is found', (file, _text, rule) => {
  expect(found.get(file) ?? []).toContain(rule);
});

test.each(SOUND)('%s breaks none', (file) => {
  expect(found.get(file) ?? []).toEqual([]);
});

test('a house that breaks rules fails the build', () => {
  expect(spawnSync(join(PROJECT, 'node_modules/.bin/biome'), ['check', '--error-on-warnings', '.'], { cwd: house }).status).toBe(
    1,
  );
});

/** The rules that biome finds broken, by file. */
function lint(): Map<string, string[]> {
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(join(PROJECT, 'node_modules/.bin/biome'), args, { cwd: house, encoding: 'utf8' });
  const rules = new Map<string, string[]>();
  for (const { category, location } of REPORT.parse(JSON.parse(stdout)).diagnostics) {
    rules.set(location.path, [...(rules.get(location.path) ?? []), category.split('/').at(-1) ?? category]);
  }
  return rules;
}
