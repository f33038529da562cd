import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { paths } from '../../views/paths.ts';
import { notFound } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { type MovePlan, moveRuns, planMove } from '../workflows/move.ts';
import { countedVersions, differencesBetween, restoreVersion } from '../workflows/versions.ts';
import { type ApiEnv, jsonIn, keyOnly, LARGEST, problem, tooLarge, valid } from './api.ts';

const NUMBER = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .transform(Number);
const MOST = 1000;

const MOVING = z.strictObject({
  to: z.int().min(1).max(999_999_999).optional(),
  runs: z.array(z.uuid()).min(1).max(MOST).optional(),
  reason: z.string().trim().max(1000).default(''),
  dry_run: z.boolean().default(false),
});

/** Versions for programs: list and compare them, restore one, move runs to one. */
export function mountApiVersions(app: Hono, portal: Portal): void {
  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));
  const keyed = keyOnly(portal);

  api.get(paths.apiVersions.pattern, keyed, async (c) => {
    const versions = await countedVersions(portal, c.req.param('workflow') ?? '');
    return c.json({
      versions: versions.map((one) => ({
        version: one.version,
        live: one.live,
        origin: one.origin,
        published_by: one.publishedBy,
        published_at: one.publishedAt,
        note: one.note,
        open_runs: one.open,
      })),
    });
  });

  api.get(paths.apiVersion.pattern, keyed, async (c) => {
    const number = versionIn(c.req.param('version'));
    const one = await portal.library.version(c.req.param('workflow') ?? '', number);
    const { workflow, version, origin, publishedBy, publishedAt, note, source } = one;
    return c.json({ workflow, version, origin, published_by: publishedBy, published_at: publishedAt, note, source });
  });

  api.get(paths.apiDifferences.pattern, keyed, async (c) => {
    const [before, after] = [versionIn(c.req.param('version')), versionIn(c.req.param('other'))];
    const found = await differencesBetween(portal, c.req.param('workflow') ?? '', before, after);
    return c.json({ before, after, differences: found.map(({ group, text, words }) => ({ group, text, words })) });
  });

  api.post(paths.apiRestore.pattern, keyed, async (c) => {
    const number = versionIn(c.req.param('version'));
    const restored = await restoreVersion(portal, c.req.param('workflow') ?? '', number, c.var.key.name);
    portal.kick();
    return c.json({ version: restored.version, restored: restored.is === 'restored' }, restored.is === 'restored' ? 201 : 200);
  });

  api.post(paths.apiMove.pattern, keyed, bodyLimit({ maxSize: LARGEST, onError: tooLarge }), async (c) => {
    const workflow = c.req.param('workflow') ?? '';
    const { to, runs, reason, dry_run } = valid(MOVING, await jsonIn(c));
    const wish = { workflow, to: to ?? (await portal.library.newest(workflow)).version, runs: runs ?? null };
    const plan = dry_run ? await planMove(portal, wish, MOST) : await moveRuns(portal, wish, byKey(c.var.key.name), reason, MOST);
    return c.json({ dry_run, ...planJson(plan) });
  });

  app.route('/', api);
}

function byKey(name: string): string {
  return `the API key "${name}"`;
}

function versionIn(text: string | undefined): number {
  const read = NUMBER.safeParse(text);
  if (!read.success) throw notFound('such version');
  return read.data;
}

function planJson({ to, moves, more }: MovePlan) {
  return {
    to,
    runs: moves.map(({ run, title, version, stage, is, why }) => ({ id: run, title, from: version, stage, result: is, why })),
    more,
  };
}
