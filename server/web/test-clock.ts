import type { Hono } from 'hono';
import { z } from 'zod';
import { paths } from '../../views/paths.ts';
import { Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { destination, travel } from '../time-travel.ts';

const WISH = z.union([z.strictObject({ advance: z.string() }), z.strictObject({ to: z.string() })]);

/** Reads and moves the time of the whole portal; only where BATON_CLOCK=test, and never with a real mail provider. */
export function mountTestClock(app: Hono, portal: Portal): void {
  if (portal.config.clock !== 'test') return;
  app.get(paths.testClock.pattern, (c) => c.json(reading(portal)));
  app.post(paths.testClock.pattern, async (c) => {
    const wish = WISH.safeParse(await c.req.json().catch(() => null));
    if (!wish.success) throw new Refusal(422, 'no_moment', 'Say {"advance": "2d"} or {"to": "2026-03-02T09:00:00Z"}.');
    await travel(portal, destination(portal.clock, wish.data));
    return c.json(reading(portal));
  });
}

function reading({ clock }: Portal) {
  return { now: clock.now(), ahead_ms: clock.aheadMs() };
}
