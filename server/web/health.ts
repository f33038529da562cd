import type { Hono } from 'hono';
import { paths } from '../../views/paths.ts';
import { isReachable } from '../database/connect.ts';
import type { Portal } from '../portal.ts';

/** For those who watch over the process: it lives; it can do its work. */
export function mountHealth(app: Hono, { sql }: Portal): void {
  app.get(paths.health.pattern, (c) => c.json({ status: 'ok' }));
  app.get(paths.ready.pattern, async (c) => {
    const ready = await isReachable(sql);
    return c.json({ status: ready ? 'ready' : 'database unreachable' }, ready ? 200 : 503);
  });
}
