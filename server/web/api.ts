import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { z } from 'zod';
import { EMAIL } from '../../machines/words.ts';
import { paths } from '../../views/paths.ts';
import { type ApiKey, findKey } from '../api-keys.ts';
import { notFound, Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { readEvent } from '../runs/events.ts';
import { FILTER_STATUSES } from '../runs/filter.ts';
import { readRun } from '../runs/find.ts';
import { listRuns } from '../runs/list.ts';
import { factsForStart } from '../runs/start.ts';
import { historyJson, lineJson, runJson } from './api-json.ts';

export type ApiEnv = { Variables: { key: ApiKey } };
type Problem = { field: string; message: string };

export const LARGEST = 1_048_576;

/** What is wrong with a request, field by field. */
export class Invalid extends Error {
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.length === 1 ? 'One thing in this request is wrong.' : `${problems.length} things in this request are wrong.`);
    this.problems = problems;
  }
}

const STARTING = z.strictObject({
  workflow: z.string().min(1).max(64),
  data: z.record(z.string(), z.unknown()).default({}),
  starter: z.strictObject({ email: EMAIL, name: z.string().trim().min(1).max(200).nullish() }),
});

const LISTING = z.object({
  workflow: z
    .string()
    .max(64)
    .regex(/^\P{Cc}*$/u, 'No workflow is called that.')
    .optional(),
  status: z.enum(FILTER_STATUSES).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.uuid().optional(),
  q: z.string().max(200).default(''),
});

const IDEMPOTENCY_KEY = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'Use 1 to 200 visible ASCII characters without spaces.');

/**
 * What programs may do with a key: start runs, read them, and report the events for which their workflows wait. Nothing
 * here can answer for a person: that comes by their links alone.
 */
export function mountApi(app: Hono, portal: Portal): void {
  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));
  const keyed = keyOnly(portal);

  api.post(paths.apiRuns.pattern, keyed, bodyLimit({ maxSize: LARGEST, onError: tooLarge }), async (c) => {
    const begun = await begin(portal, c.var.key, await jsonIn(c), c.req.header('Idempotency-Key'));
    const run = await runOr404(portal, begun.run);
    c.header('Location', paths.apiRun.to({ run: run.id }));
    if (begun.is === 'already') c.header('Idempotency-Replayed', 'true');
    return c.json(runJson(portal, run), begun.is === 'already' ? 200 : 201);
  });

  api.get(paths.apiRuns.pattern, keyed, async (c) => {
    const { workflow, status, limit, after, q } = valid(LISTING, c.req.query());
    const filter = {
      workflows: workflow === undefined ? null : [workflow],
      status: status ?? null,
      text: q,
      after: after ?? null,
      limit,
    };
    const { runs, ...found } = await listRuns(portal, filter);
    return c.json({ runs: runs.map((run) => lineJson(portal, run)), ...found });
  });

  api.get(paths.apiRun.pattern, keyed, async (c) => c.json(runJson(portal, await runOr404(portal, c.req.param('run') ?? ''))));

  api.get(paths.apiHistory.pattern, keyed, async (c) =>
    c.json({ history: historyJson(await runOr404(portal, c.req.param('run') ?? '')) }),
  );

  api.post(paths.apiEvent.pattern, keyed, bodyLimit({ maxSize: LARGEST, onError: tooLarge }), async (c) => {
    const run = await runOr404(portal, c.req.param('run') ?? '');
    const name = c.req.param('event') ?? '';
    const body = await jsonIn(c);
    const data = readEvent(run.published.definition, name, body);
    if (data === null) throw new Refusal(404, 'no_such_event', `The workflow ${run.workflow} waits for no event "${name}".`);
    if (!data.ok) throw new Invalid(data.problems.map(({ field, sentence }) => ({ field, message: sentence })));
    const given = c.req.header('Idempotency-Key');
    const key = given === undefined ? {} : { key: `${c.var.key.id}:${valid(IDEMPOTENCY_KEY, given, 'Idempotency-Key')}` };
    const told = await portal.actors.tell(run.id, { type: 'heard', name, data: data.value, by: c.var.key.name, ...key });
    if (told.is === 'too_late') c.header('Idempotency-Replayed', 'true');
    return c.json(runJson(portal, await runOr404(portal, run.id)), told.is === 'too_late' ? 200 : 202);
  });

  app.route('/', api);
}

async function begin(portal: Portal, key: ApiKey, body: unknown, idempotencyKey: string | undefined) {
  const { workflow, data, starter } = valid(STARTING, body);
  const scoped =
    idempotencyKey === undefined ? null : `api:${key.id}:${valid(IDEMPOTENCY_KEY, idempotencyKey, 'Idempotency-Key')}`;
  const { definition } = await portal.library.newest(workflow);
  const person = { email: starter.email, name: starter.name ?? null };
  const facts = factsForStart(definition, data, { from: 'trigger', by: key.name, stage: null, at: portal.clock.now() }, person);
  if (!facts.ok) throw new Invalid(facts.problems.map(({ field, sentence }) => ({ field: `data.${field}`, message: sentence })));
  return portal.actors.begin({ workflow, starter: person, trigger: 'api', facts: facts.value, idempotencyKey: scoped });
}

export async function runOr404(portal: Portal, id: string) {
  const run = z.uuid().safeParse(id).success ? await readRun(portal, id) : null;
  if (run === null) throw notFound('such run');
  return run;
}

/** Lets programs in that send a key: `Authorization: Bearer baton_...`. */
export function keyOnly(portal: Portal) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    const [, text = ''] = /^Bearer ([\w-]+)$/i.exec(c.req.header('Authorization') ?? '') ?? [];
    const key = text === '' ? null : await findKey(portal, text);
    if (key === null) throw new Refusal(401, 'unauthorized', 'Send a key of this portal: Authorization: Bearer baton_...');
    c.set('key', key);
    await next();
  });
}

/** The JSON of a request. Throws Refusal 400 when it is none. */
export async function jsonIn(c: Context): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text());
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(400, 'bad_json', 'The body is not JSON.', { cause: error });
    throw error;
  }
}

/** Reads something by its schema. Throws Invalid with everything that is wrong. */
export function valid<T>(schema: z.ZodType<T>, given: unknown, name = ''): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  throw new Invalid(read.error.issues.map(({ path, message }) => ({ field: path.join('.') || name, message })));
}

/** What to say of a body that is too large. */
export function tooLarge(): never {
  throw new Refusal(413, 'too_large', 'A request may have 1 MB at most.');
}

/** What went wrong, as programs read it. */
export function problem(c: Context, error: Error, portal: Portal): Response {
  if (error instanceof Invalid)
    return c.json({ error: { code: 'invalid', message: error.message, problems: error.problems } }, 422);
  if (error instanceof Refusal) {
    if (error.status === 401) c.header('WWW-Authenticate', 'Bearer realm="baton"');
    return c.json({ error: { code: error.code, message: error.message } }, error.status);
  }
  portal.log.error({ err: error, route: c.req.routePath }, 'A request to the API failed.');
  return c.json(
    { error: { code: 'broken', message: 'Something went wrong here. It was recorded; please try again later.' } },
    500,
  );
}
