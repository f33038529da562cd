import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** Everything that can be set from outside, read once at the start (server/main.ts) and handed down. */
export type Config = {
  port: number;
  host: string;
  /** Where people reach the portal, without a slash at its end. Until `withPort` its port is 0 if `port` is. */
  baseUrl: string;
  dataDir: string;
  database: { is: 'embedded' } | { is: 'url'; url: string };
  /** Null: the portal keeps one of its own, see server/secret.ts. */
  secret: string | null;
  mail: { is: 'local' } | { is: 'resend'; apiKey: string; baseUrl: string | null } | { is: 'smtp'; url: string };
  mailFrom: string;
  clock: 'real' | 'test';
  /** BATON_SETTING_<NAME> by <NAME>: they stand above the settings that a workflow gives itself. */
  settings: Record<string, string>;
  /** BATON_SECRET_<NAME> by <NAME>. */
  secrets: Record<string, string>;
  httpAllow: string[];
  /** How many mails about children go to one domain in a minute. */
  mailsPerDomain: number;
  /** Null: nobody but people judges. */
  model: { apiKey: string; baseUrl: string | null; model: string } | null;
  workflowsDir: string;
  logLevel: LogLevel;
};

export type Environment = Record<string, string | undefined>;

/** One setting: what it means, how it is read, and what to write when it was read wrong. */
type Setting<T> = {
  name: string;
  what: string;
  /** What counts when it is not given, in words. */
  default: string;
  example: string;
  /** Completes "write ...". */
  instead: string;
  /** Its value is never shown, and NAME_FILE may name a file that holds it. */
  secret?: true;
  /** Null when the text cannot be that setting. */
  parse(text: string): T | null;
};

const LEVELS: LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const CLOCKS: Config['clock'][] = ['real', 'test'];

const PORT: Setting<number> = {
  name: 'PORT',
  what: 'The port to listen on. 0 takes any free one.',
  default: '3000',
  example: '8080',
  instead: 'a whole number from 0 to 65535',
  parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null),
};

const HOST: Setting<string> = {
  name: 'HOST',
  what: 'The address of the network interface to listen on. Write 127.0.0.1 when a proxy on the same machine is the only caller.',
  default: '0.0.0.0',
  example: '127.0.0.1',
  instead: 'an IP address or a host name',
  parse: (text) => (/^[\w.:-]+$/.test(text) ? text : null),
};

const BASE_URL: Setting<string> = {
  name: 'BATON_BASE_URL',
  what: 'Where people reach the portal. Links in mails begin with it, and forms are only accepted from it.',
  default: 'http://localhost:PORT',
  example: 'https://baton.example.com',
  instead: 'an http or https address without a path',
  parse: originOf,
};

const DATA_DIR: Setting<string> = {
  name: 'BATON_DATA_DIR',
  what: 'The folder for what the portal keeps on this machine: its own Postgres, unless DATABASE_URL names another, and its secret.',
  default: '.baton in the current folder',
  example: '/var/lib/baton',
  instead: 'the path of a folder',
  parse: (text) => resolve(text),
};

const DATABASE_URL: Setting<string> = {
  name: 'DATABASE_URL',
  what: 'A PostgreSQL database, version 15 or newer. Any number of servers may share it. It must be reached directly or through a pooler in session mode.',
  default: 'a Postgres that comes along, in BATON_DATA_DIR',
  example: 'postgres://baton:password@db.example.com/baton',
  instead: 'an address that begins with postgres:// and names a host and a database',
  secret: true,
  parse: (text) => (/^postgres(ql)?:\/\/[^/]+\/[^/?]+/.test(text) ? text : null),
};

const SECRET: Setting<string> = {
  name: 'BATON_SECRET',
  what: 'The secret under which links and sessions are signed. Servers that share a database need the same one. Who changes it breaks every link that was mailed.',
  default: 'a random one, kept in the file secret in BATON_DATA_DIR',
  example: 'the output of: openssl rand -hex 32',
  instead: '16 characters or more',
  secret: true,
  parse: (text) => (text.length >= 16 ? text : null),
};

const RESEND_API_KEY: Setting<string> = {
  name: 'RESEND_API_KEY',
  what: 'Mails leave through Resend. Without it and without SMTP_URL they are caught and shown at /mailbox.',
  default: 'none',
  example: 're_123456789',
  instead: 'a key as Resend shows it, without spaces',
  secret: true,
  parse: (text) => (/^\S+$/.test(text) ? text : null),
};

const RESEND_BASE_URL: Setting<string> = {
  name: 'RESEND_BASE_URL',
  what: 'Another address of the Resend API, for tests and proxies.',
  default: "Resend's own",
  example: 'http://localhost:4000',
  instead: 'an http or https address',
  parse: (text) => (httpAddress(text) ? text.replace(/\/+$/, '') : null),
};

const SMTP_URL: Setting<string> = {
  name: 'SMTP_URL',
  what: 'Mails leave through this SMTP server.',
  default: 'none',
  example: 'smtps://user:password@mail.example.com:465',
  instead: 'an address that begins with smtp:// or smtps://',
  secret: true,
  parse: (text) => (/^smtps?:\/\/[^/]+/.test(text) && URL.canParse(text) ? text : null),
};

const MAIL_FROM: Setting<string> = {
  name: 'MAIL_FROM',
  what: 'The sender of every mail. Required with RESEND_API_KEY or SMTP_URL.',
  default: 'baton@localhost',
  example: 'Baton <baton@example.com>',
  instead: 'an address, or a name and an address in angle brackets',
  parse: (text) => (/^([^<>\r\n]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text) ? text : null),
};

const CLOCK: Setting<Config['clock']> = {
  name: 'BATON_CLOCK',
  what: "`test`: the portal's time can be moved forward, for rehearsals. Never together with real mail.",
  default: 'real',
  example: 'test',
  instead: 'real or test',
  parse: (text) => CLOCKS.find((clock) => clock === text) ?? null,
};

const MAILS_PER_DOMAIN: Setting<number> = {
  name: 'BATON_MAILS_PER_DOMAIN',
  what: 'How many mails about the children of runs go to the addresses of one domain in a minute; the rest follows a minute later.',
  default: '600',
  example: '100',
  instead: 'a whole number from 1 to 100000',
  parse: (text) => (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= 100_000 ? Number(text) : null),
};

const HTTP_ALLOW: Setting<string[]> = {
  name: 'BATON_HTTP_ALLOW',
  what: 'Hosts that outgoing calls may reach although their addresses are private, with or without a port, separated by commas.',
  default: 'none',
  example: 'erp.internal:8443, 10.0.0.7',
  instead: 'hosts, each with or without a port, separated by commas',
  parse: hostsOf,
};

const ANTHROPIC_API_KEY: Setting<string> = {
  name: 'ANTHROPIC_API_KEY',
  what: 'The key of Claude, which then judges forks where guidance decides. Everything works without it: people choose.',
  default: 'none: people choose',
  example: 'sk-ant-...',
  instead: 'a key on one line',
  secret: true,
  parse: (text) => (/^[\x21-\x7e]{8,300}$/.test(text) ? text : null),
};

const ANTHROPIC_BASE_URL: Setting<string> = {
  name: 'ANTHROPIC_BASE_URL',
  what: 'Where the Messages API is, when it is reached through a gateway.',
  default: 'https://api.anthropic.com',
  example: 'https://gateway.example.com',
  instead: 'an http or https address',
  parse: (text) => httpAddress(text)?.href.replace(/\/$/, '') ?? null,
};

const MODEL: Setting<string> = {
  name: 'BATON_MODEL',
  what: 'The model that judges.',
  default: 'claude-opus-5-5',
  example: 'claude-haiku-5-5',
  instead: 'the name of a model',
  parse: (text) => (/^[\w.:/@-]{1,100}$/.test(text) ? text : null),
};

const WORKFLOWS: Setting<string> = {
  name: 'BATON_WORKFLOWS',
  what: 'The folder of YAML files that are published at the start.',
  default: 'workflows in the folder of Baton',
  example: '/etc/baton/workflows',
  instead: 'the path of a folder',
  parse: (text) => resolve(text),
};

const LOG_LEVEL: Setting<LogLevel> = {
  name: 'LOG_LEVEL',
  what: `How much is logged: ${LEVELS.join(', ')}.`,
  default: 'info',
  example: 'debug',
  instead: `one of ${LEVELS.join(', ')}`,
  parse: (text) => LEVELS.find((level) => level === text) ?? null,
};

const OWN_SETTING: Setting<string> = {
  name: 'BATON_SETTING_<NAME>',
  what: 'The value of `settings.<NAME>` in every workflow that declares that setting, above the one in its file.',
  default: "the value in the workflow's file",
  example: 'BATON_SETTING_OFFICE="Lisbon"',
  instead: 'at most 2,000 characters, under a name of capital letters, digits and underscores',
  parse: (text) => (text.length <= 2000 ? text : null),
};

const OWN_SECRET: Setting<string> = {
  name: 'BATON_SECRET_<NAME>',
  what: 'The value of `secrets.<NAME>` in workflows that declare that secret. Only the call that needs it gets to see it.',
  default: 'none: a call that needs the secret does not leave, and its run needs attention',
  example: 'BATON_SECRET_PAYMENTS_TOKEN_FILE=/run/secrets/payments',
  instead: 'one line, under a name of capital letters, digits and underscores',
  secret: true,
  parse: (text) => (/^[^\r\n\0]+$/.test(text) ? text : null),
};

/** Every setting that there is, in the order of docs/settings.md. */
export const SETTINGS: Setting<unknown>[] = [
  PORT,
  HOST,
  BASE_URL,
  DATA_DIR,
  DATABASE_URL,
  SECRET,
  MAIL_FROM,
  RESEND_API_KEY,
  RESEND_BASE_URL,
  SMTP_URL,
  WORKFLOWS,
  OWN_SETTING,
  OWN_SECRET,
  HTTP_ALLOW,
  MAILS_PER_DOMAIN,
  ANTHROPIC_API_KEY,
  ANTHROPIC_BASE_URL,
  MODEL,
  CLOCK,
  LOG_LEVEL,
];

/** The settings are wrong: one sentence for each that is. */
export class WrongSettings extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(
      `${problems.length === 1 ? 'A setting is' : `${problems.length} settings are`} wrong:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'WrongSettings';
    this.problems = problems;
  }
}

/** Reads all settings. An empty one counts as not given. Throws WrongSettings with everything that is wrong. */
export function readConfig(env: Environment = process.env): Config {
  const problems: string[] = [];
  const take = <T>(setting: Setting<T>, name = setting.name) => read(env, setting, name, problems);

  const port = take(PORT) ?? 3000;
  const mail = mailOf(take(RESEND_API_KEY), take(RESEND_BASE_URL), take(SMTP_URL), problems);
  const url = take(DATABASE_URL);
  const config: Config = {
    port,
    host: take(HOST) ?? HOST.default,
    baseUrl: take(BASE_URL) ?? `http://localhost:${port}`,
    dataDir: take(DATA_DIR) ?? resolve('.baton'),
    database: url === null ? { is: 'embedded' } : { is: 'url', url },
    secret: take(SECRET),
    mail,
    mailFrom: take(MAIL_FROM) ?? MAIL_FROM.default,
    clock: take(CLOCK) ?? 'real',
    settings: named(env, OWN_SETTING, problems),
    secrets: named(env, OWN_SECRET, problems),
    httpAllow: take(HTTP_ALLOW) ?? [],
    mailsPerDomain: take(MAILS_PER_DOMAIN) ?? 600,
    model: modelOf(take(ANTHROPIC_API_KEY), take(ANTHROPIC_BASE_URL), take(MODEL)),
    workflowsDir: take(WORKFLOWS) ?? fileURLToPath(new URL('../workflows', import.meta.url)),
    logLevel: take(LOG_LEVEL) ?? 'info',
  };
  if (mail.is !== 'local' && !env.MAIL_FROM)
    problems.push(`MAIL_FROM is missing, and real mail needs a sender; write ${MAIL_FROM.instead}, like ${MAIL_FROM.example}.`);
  if (mail.is !== 'local' && config.clock === 'test')
    problems.push('BATON_CLOCK is test while real mail is set up; leave out BATON_CLOCK, or RESEND_API_KEY and SMTP_URL.');
  if (problems.length > 0) throw new WrongSettings(problems);
  return config;
}

/** The same settings with the port that the operating system chose, where PORT=0 left it the choice. */
export function withPort(config: Config, port: number): Config {
  return { ...config, port, baseUrl: config.baseUrl.replace(/^(http:\/\/localhost):0$/, `$1:${port}`) };
}

/** docs/settings.md, made from the table above. */
export function settingsPage(): string {
  const sections = SETTINGS.map(({ name, what, default: otherwise, example, secret }) =>
    [
      `## ${name}`,
      what,
      `- If not given: ${otherwise}.`,
      `- Example: \`${example}\``,
      ...(secret ? [`- \`${name}_FILE\` may name a file that holds it instead.`] : []),
    ]
      .join('\n\n')
      .replaceAll('\n\n- ', '\n- ')
      .replace('\n- ', '\n\n- '),
  );
  return [
    '# Settings',
    'All settings are environment variables, read once at the start. An empty one counts as not given. The portal does not start with a wrong one; it then lists everything that is wrong. (Made from server/config.ts by `UPDATE_SETTINGS=1 npm test -- config`; do not edit.)',
    ...sections,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function read<T>(env: Environment, setting: Setting<T>, name: string, problems: string[]): T | null {
  const text = textOf(env, setting, name, problems);
  if (!text) return null;
  const value = setting.parse(text);
  if (value === null) {
    const given = setting.secret ? `what it holds (${text.length} characters, not shown)` : JSON.stringify(text);
    problems.push(`${name} cannot be ${given}. ${setting.what} Write ${setting.instead}, like ${setting.example}.`);
  }
  return value;
}

function textOf(env: Environment, setting: Setting<unknown>, name: string, problems: string[]): string {
  const file = setting.secret && env[`${name}_FILE`];
  if (!file) return env[name]?.trim() ?? '';
  if (env[name]) problems.push(`${name} and ${name}_FILE are both given; leave out one of them.`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    problems.push(
      `${name}_FILE is ${JSON.stringify(file)}, which cannot be read (${String(error)}); write the path of a file that holds ${setting.instead}.`,
    );
    return '';
  }
}

/** All variables that begin like `setting`, by the rest of their name, be the value given itself or in a file. */
function named(env: Environment, setting: Setting<string>, problems: string[]): Record<string, string> {
  const prefix = setting.name.replace('<NAME>', '');
  const given = Object.keys(env).filter((name) => name.startsWith(prefix) && name !== 'BATON_SECRET_FILE');
  const names = new Set(given.map((name) => (setting.secret ? name.replace(/_FILE$/, '') : name)));
  const found: Record<string, string> = {};
  for (const name of names) {
    const own = name.slice(prefix.length);
    const value = read(env, setting, name, problems);
    if (value === null) continue;
    if (/^[A-Z][A-Z0-9_]*$/.test(own)) found[own] = value;
    else problems.push(`${name} has a name that no workflow can use. Write ${setting.instead}, like ${setting.example}.`);
  }
  return found;
}

function mailOf(apiKey: string | null, baseUrl: string | null, smtp: string | null, problems: string[]): Config['mail'] {
  if (apiKey && smtp)
    problems.push('RESEND_API_KEY and SMTP_URL are both given; mails leave one way only, so leave out one of them.');
  if (apiKey) return { is: 'resend', apiKey, baseUrl };
  if (smtp) return { is: 'smtp', url: smtp };
  return { is: 'local' };
}

function modelOf(apiKey: string | null, baseUrl: string | null, model: string | null): Config['model'] {
  return apiKey === null ? null : { apiKey, baseUrl, model: model ?? MODEL.default };
}

function httpAddress(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null;
}

function originOf(text: string): string | null {
  const url = httpAddress(text);
  return url && url.pathname === '/' && !url.search && !url.hash ? url.origin : null;
}

function hostsOf(text: string): string[] | null {
  const hosts = text
    .toLowerCase()
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '');
  return hosts.every((host) => /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(host)) ? hosts : null;
}
