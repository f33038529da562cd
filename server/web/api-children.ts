import { Hono } from 'hono';
import { z } from 'zod';
import { plainValue } from '../../machines/fields/field.ts';
import { paths } from '../../views/paths.ts';
import { type ChildView, childrenOfFan, fansOf, lineageOf, treeOf } from '../children/read.ts';
import type { Portal } from '../portal.ts';
import { type ApiEnv, keyOnly, problem, runOr404, valid } from './api.ts';
import { calleeOf } from './children.tsx';

const LISTING = z.object({
  fan: z.uuid().optional(),
  state: z.enum(['waiting', 'released', 'open', 'arrived', 'late', 'failed', 'withdrawn', 'removed', 'conflicting']).optional(),
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** What programs read of the children of a run. */
export function mountApiChildren(app: Hono, portal: Portal): void {
  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));
  const keyed = keyOnly(portal);

  api.get(paths.apiChildren.pattern, keyed, async (c) => {
    const run = await runOr404(portal, c.req.param('run') ?? '');
    const { fan, state, from, limit } = valid(LISTING, c.req.query());
    const fans = (await fansOf(portal.sql, run.id)).filter(({ id }) => fan === undefined || id === fan);
    const shown = await Promise.all(
      fans.map(async (one) => {
        const { id, stage, component, workflow, outcome, joinedAt, reason, counts } = one;
        const children = await childrenOfFan(portal.sql, id, { state: state ?? null, from, limit: limit + 1 });
        const callee = await calleeOf(portal, one);
        const next = children[limit]?.index ?? null;
        const lines = children.slice(0, limit).map((child) => childJson(callee, child));
        return { fan: id, stage, component, workflow, outcome, joined_at: joinedAt, reason, counts, children: lines, next };
      }),
    );
    return c.json({ calls: shown });
  });

  api.get(paths.apiTree.pattern, keyed, async (c) => {
    const run = await runOr404(portal, c.req.param('run') ?? '');
    const [top] = await lineageOf(portal.sql, run.id);
    return c.json({ tree: await treeOf(portal.sql, top?.id ?? run.id) });
  });

  app.route('/', api);
}

function childJson(callee: Awaited<ReturnType<typeof calleeOf>>, child: ChildView) {
  const { index, key, state, run, holder, report, other } = child;
  const results = (all: Record<string, Parameters<typeof plainValue>[1]>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => {
        const field = callee?.data[name];
        return [name, field === undefined ? value : plainValue(field, value)];
      }),
    );
  return {
    index,
    key,
    state,
    run,
    holder: holder?.email ?? null,
    who: report?.who?.email ?? null,
    at: report?.at ?? null,
    results: report === null ? null : results(report.results),
    late_results: other === null ? null : results(other.results),
    note: report?.note ?? '',
  };
}
