import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { fieldOf } from '../../machines/definition.ts';
import { readJson } from '../../machines/fields/field.ts';
import type { HttpEffect } from '../../machines/outcome.ts';
import type { SecretText } from '../../machines/templates.ts';
import type { Value } from '../../machines/values.ts';
import type { Clock } from '../clock.ts';
import { Broken, EffectFailed } from '../errors.ts';
import type { Library, Published } from '../workflows/library.ts';
import { type Allowed, guardedAgent } from './egress.ts';
import type { ClaimedEffect } from './outbox.ts';
import type { Performer } from './perform.ts';

// Written by our own steps into our own table; the shape is checked where a step makes it.
const BODY = z.custom<Omit<HttpEffect, 'kind'>>((body) => typeof body === 'object' && body !== null && 'url' in body);

type HttpNeeds = {
  clock: Clock;
  library: Library;
  secrets: Record<string, string>;
  allowed: Allowed;
  /** The portal's own address: its practice endpoints may be called, without secrets. */
  baseUrl: string;
};

/** Calls other systems: with a time limit, under the effect's id as Idempotency-Key, never following redirects. */
export function createHttpPerformer(needs: HttpNeeds): { perform: Performer; close(): Promise<void> } {
  const own = new URL(needs.baseUrl);
  const agent = guardedAgent([...needs.allowed, `${own.hostname}:${own.port || (own.protocol === 'https:' ? '443' : '80')}`]);
  return {
    perform: (effect) => call(effect, needs, agent),
    close: () => agent.close(),
  };
}

async function call(effect: ClaimedEffect, needs: HttpNeeds, agent: Dispatcher) {
  const asked = BODY.parse(effect.body);
  const url = targetOf(asked.url, needs);
  const began = needs.clock.nowMs();
  const { statusCode, body } = await request(url, {
    dispatcher: agent,
    method: asked.method,
    headers: headersOf(effect.id, asked, url, needs),
    body: asked.json === null || asked.method === 'GET' ? null : JSON.stringify(asked.json),
    signal: AbortSignal.timeout(30_000),
  }).catch(asEffectFailed);
  const text = await body.text().catch(asEffectFailed);
  if (statusCode < 200 || statusCode > 299) {
    const again = statusCode === 408 || statusCode === 425 || statusCode === 429 || statusCode >= 500;
    throw new EffectFailed(`${url.host} answered ${statusCode}.`, again);
  }
  const published = await workflowOf(effect, needs.library);
  const saved = savedFrom(asked, published, statusCode, text, url.host);
  const to = `${asked.method} ${url.origin}${url.pathname}`;
  return {
    record: { to, status: statusCode, tookMs: needs.clock.nowMs() - began, note: null },
    told: { type: 'effect_done' as const, effect: effect.id, result: { status: statusCode, saved } },
  };
}

function targetOf(text: string, { baseUrl, allowed }: HttpNeeds): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new EffectFailed(`"${text}" is not a web address.`, false);
  // The portal itself may be called at its practice addresses only: not even a definition may drive it from inside.
  const own = url.origin === new URL(baseUrl).origin;
  const listed = allowed.includes(url.hostname) || allowed.includes(url.host);
  if (own && !listed && !isPractice(url, baseUrl)) throw new EffectFailed('A workflow does not call its own portal.', false);
  return url;
}

function isPractice(url: URL, baseUrl: string): boolean {
  return url.origin === new URL(baseUrl).origin && url.pathname.startsWith('/practice/');
}

function headersOf(
  id: string,
  asked: Omit<HttpEffect, 'kind'>,
  url: URL,
  { baseUrl, secrets }: HttpNeeds,
): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'idempotency-key': id };
  if (asked.json !== null) headers['content-type'] = 'application/json';
  for (const [name, text] of Object.entries(asked.headers)) {
    const value = isPractice(url, baseUrl) ? withoutSecrets(text) : withSecrets(text, secrets);
    headers[name.toLowerCase()] = value.replace(/[\r\n\0]/g, ' ');
  }
  return headers;
}

function withoutSecrets(text: SecretText): string {
  return text.map((part) => ('text' in part ? part.text : 'practice')).join('');
}

function withSecrets(text: SecretText, secrets: Record<string, string>): string {
  return text
    .map((part) => {
      if ('text' in part) return part.text;
      const secret = secrets[part.secret];
      if (secret !== undefined) return secret;
      throw new EffectFailed(`The secret ${part.secret} is not set. An operator sets BATON_SECRET_${part.secret}.`, false);
    })
    .join('');
}

async function workflowOf(effect: ClaimedEffect, library: Library): Promise<Published> {
  if (effect.workflow === null || effect.version === null) throw new Broken(`effect ${effect.id}`, 'A call without a run.');
  return library.version(effect.workflow, effect.version);
}

function savedFrom(
  asked: Omit<HttpEffect, 'kind'>,
  { definition }: Published,
  status: number,
  text: string,
  host: string,
): Record<string, Value> {
  const entries = Object.entries(asked.save);
  const body = entries.some(([, path]) => path.startsWith('body')) ? jsonIn(text, host) : null;
  return Object.fromEntries(
    entries.map(([key, path]) => {
      const found = at({ status, body }, path.split('.'));
      const read = readJson(fieldOf(definition, key), found, key);
      if (!read.ok)
        throw new EffectFailed(`${host} answered, but ${path} cannot be ${key}: ${read.problems[0]?.sentence ?? ''}`, false);
      return [key, read.value];
    }),
  );
}

function jsonIn(text: string, host: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EffectFailed(`${host} answered, but not in JSON.`, false, null, { cause });
  }
}

function at(value: unknown, path: string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return undefined;
  return at(Object.entries(value).find(([key]) => key === first)?.[1], rest);
}

function asEffectFailed(error: unknown): never {
  if (error instanceof EffectFailed) throw error;
  const message = error instanceof Error ? error.message : String(error);
  throw new EffectFailed(`The call did not get through: ${message}`, true, null, { cause: error });
}
