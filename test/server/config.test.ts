import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Environment, readConfig, SETTINGS, settingsPage, WrongSettings, withPort } from '../../server/config.ts';
import { portalSecret } from '../../server/secret.ts';

const PAGE = new URL('../../docs/settings.md', import.meta.url);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-config-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('without any setting the portal runs alone, on port 3000, and sends no mail to anybody', () => {
  expect(readConfig({})).toEqual({
    port: 3000,
    host: '0.0.0.0',
    baseUrl: 'http://localhost:3000',
    dataDir: resolve('.baton'),
    database: { is: 'embedded' },
    secret: null,
    mail: { is: 'local' },
    mailFrom: 'baton@localhost',
    model: null,
    clock: 'real',
    settings: {},
    secrets: {},
    httpAllow: [],
    mailsPerDomain: 600,
    workflowsDir: resolve('workflows'),
    logLevel: 'info',
  });
});

test('an empty setting counts as not given', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: ' ', RESEND_API_KEY: '', BATON_SECRET: '' })).toEqual(readConfig({}));
});

test('every setting is read', () => {
  const secret = 'x'.repeat(32);
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    BATON_BASE_URL: 'https://Baton.example.com/',
    BATON_DATA_DIR: folder,
    DATABASE_URL: 'postgres://baton@db/baton',
    BATON_SECRET: secret,
    RESEND_API_KEY: 're_1',
    RESEND_BASE_URL: 'http://localhost:4000/',
    MAIL_FROM: 'Baton <baton@example.com>',
    BATON_SETTING_OFFICE: 'Lisbon',
    BATON_SECRET_PAYMENTS_TOKEN: 'pay',
    BATON_HTTP_ALLOW: 'ERP.internal:8443, 10.0.0.7,[::1]:80',
    BATON_WORKFLOWS: folder,
    LOG_LEVEL: 'debug',
    ANTHROPIC_API_KEY: 'sk-ant-0123456789',
    ANTHROPIC_BASE_URL: 'https://gateway.example.com/',
    BATON_MODEL: 'claude-haiku-5-5',
    BATON_MAILS_PER_DOMAIN: '100',
  });
  expect(config).toEqual({
    port: 0,
    host: '127.0.0.1',
    baseUrl: 'https://baton.example.com',
    dataDir: folder,
    database: { is: 'url', url: 'postgres://baton@db/baton' },
    secret,
    mail: { is: 'resend', apiKey: 're_1', baseUrl: 'http://localhost:4000' },
    mailFrom: 'Baton <baton@example.com>',
    model: { apiKey: 'sk-ant-0123456789', baseUrl: 'https://gateway.example.com', model: 'claude-haiku-5-5' },
    clock: 'real',
    settings: { OFFICE: 'Lisbon' },
    secrets: { PAYMENTS_TOKEN: 'pay' },
    httpAllow: ['erp.internal:8443', '10.0.0.7', '[::1]:80'],
    mailsPerDomain: 100,
    workflowsDir: folder,
    logLevel: 'debug',
  });
  expect(readConfig({ SMTP_URL: 'smtp://localhost:2525', MAIL_FROM: 'a@b.c' }).mail).toEqual({
    is: 'smtp',
    url: 'smtp://localhost:2525',
  });
});

test('the port that the system chose goes into the address, unless the address was given', () => {
  expect(withPort(readConfig({ PORT: '0' }), 41_000)).toMatchObject({ port: 41_000, baseUrl: 'http://localhost:41000' });
  const given = readConfig({ PORT: '0', BATON_BASE_URL: 'https://baton.example.com' });
  expect(withPort(given, 41_000).baseUrl).toBe('https://baton.example.com');
});

describe('a secret in a file', () => {
  test.each(['RESEND_API_KEY', 'SMTP_URL', 'DATABASE_URL', 'BATON_SECRET', 'BATON_SECRET_PAYMENTS_TOKEN'])(
    '%s_FILE names one',
    (name) => {
      const value =
        { SMTP_URL: 'smtp://mail', DATABASE_URL: 'postgres://db/baton' }[name] ?? 'a secret of more than 32 characters';
      const file = join(folder, 'it');
      writeFileSync(file, `${value.replaceAll(' ', '-')}\n`);
      const config = readConfig({ MAIL_FROM: 'a@b.c', [`${name}_FILE`]: file });
      expect(JSON.stringify(config)).toContain(value.replaceAll(' ', '-'));
      expect(Object.keys(config.secrets)).toEqual(name === 'BATON_SECRET_PAYMENTS_TOKEN' ? ['PAYMENTS_TOKEN'] : []);
    },
  );

  test('a file that is not there, and both at once, are said', () => {
    expect(problemsOf({ DATABASE_URL_FILE: join(folder, 'nowhere') })).toEqual([expect.stringContaining('DATABASE_URL_FILE is')]);
    writeFileSync(join(folder, 'it'), 're_1');
    const both = { RESEND_API_KEY: 're_2', RESEND_API_KEY_FILE: join(folder, 'it'), MAIL_FROM: 'a@b.c' };
    expect(problemsOf(both)).toEqual(['RESEND_API_KEY and RESEND_API_KEY_FILE are both given; leave out one of them.']);
  });
});

describe('wrong settings', () => {
  test.each([
    ['PORT', '80x'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['HOST', 'two words'],
    ['BATON_BASE_URL', 'baton.example.com'],
    ['BATON_BASE_URL', 'https://example.com/baton'],
    ['BATON_BASE_URL', 'ftp://example.com'],
    ['RESEND_BASE_URL', 'localhost'],
    ['MAIL_FROM', 'Baton'],
    ['MAIL_FROM', 'Baton <a@b.c>, <d@e.f>'],
    ['BATON_CLOCK', 'fast'],
    ['BATON_HTTP_ALLOW', 'http://erp'],
    ['LOG_LEVEL', 'loud'],
    ['BATON_SETTING_X', 'x'.repeat(2001)],
  ])('%s cannot be %s', (name, value) => {
    const [problem, ...others] = problemsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(problem).toContain(`${name} cannot be ${JSON.stringify(value)}.`);
    expect(problem).toMatch(/ Write .+, like .+\.$/);
  });

  test.each([
    ['BATON_SECRET', 'short'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/x'],
    ['SMTP_URL', 'user:hunter2@mail'],
    ['RESEND_API_KEY', 're_ hunter2'],
    ['BATON_SECRET_TOKEN', 'hunter2\nhunter3'],
  ])('a wrong %s is said without showing it', (name, value) => {
    const [problem] = problemsOf({ [name]: value });
    expect(problem).toContain(`${name} cannot be what it holds (${value.length} characters, not shown).`);
    expect(problem).not.toContain(value);
  });

  test('settings and secrets have names that a workflow can use', () => {
    expect(problemsOf({ BATON_SETTING_office: 'Lisbon', BATON_SECRET_2: 'x' })).toEqual([
      expect.stringContaining('BATON_SETTING_office has a name that no workflow can use.'),
      expect.stringContaining('BATON_SECRET_2 has a name that no workflow can use.'),
    ]);
  });

  test('all that is wrong is said at once', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'y', BATON_SECRET: 'z', BATON_SECRET_A: 'a\nb' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['PORT', 'BATON_SECRET', 'BATON_SECRET_A', 'LOG_LEVEL']);
  });

  test('mail leaves one way, with a sender, and never on a test clock', () => {
    const resend = { RESEND_API_KEY: 're_1', MAIL_FROM: 'a@b.c' };
    expect(problemsOf({ ...resend, SMTP_URL: 'smtp://mail' })).toEqual([
      expect.stringContaining('RESEND_API_KEY and SMTP_URL are both given'),
    ]);
    expect(problemsOf({ RESEND_API_KEY: 're_1' })).toEqual([expect.stringContaining('MAIL_FROM is missing')]);
    expect(problemsOf({ ...resend, BATON_CLOCK: 'test' })).toEqual([
      expect.stringContaining('BATON_CLOCK is test while real mail is set up'),
    ]);
    expect(readConfig({ BATON_CLOCK: 'test' }).clock).toBe('test');
  });
});

test('docs/settings.md is the page made from the table of settings', () => {
  if (process.env.UPDATE_SETTINGS) writeFileSync(PAGE, settingsPage());
  expect(settingsPage()).toBe(readFileSync(PAGE, 'utf8'));
  for (const { name } of SETTINGS) expect(settingsPage()).toContain(`\n## ${name}\n`);
});

test('the portal makes itself a secret once, and only its owner can read it', () => {
  const config = { secret: null, dataDir: join(folder, 'data') };
  const secret = portalSecret(config);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(portalSecret(config)).toBe(secret);
  expect(statSync(join(config.dataDir, 'secret')).mode & 0o777).toBe(0o600);
  expect(portalSecret({ ...config, secret: 'given' })).toBe('given');
});

function problemsOf(env: Environment): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof WrongSettings) return error.problems;
    throw error;
  }
  return [];
}
