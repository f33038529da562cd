import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import { paths } from '../../views/paths.ts';
import type { Portal } from '../portal.ts';
import { loopbackOnly } from './access.ts';

/**
 * A payment system to practise with, so that the shipped example ends well before anything is set up. It pays nothing,
 * answers the same reference to the same key, and is gone once a mail provider is configured.
 */
export function mountPractice(app: Hono, { config }: Portal): void {
  if (config.mail.is !== 'local') return;
  app.post(paths.practicePayments.pattern, loopbackOnly, (c) => {
    const key = c.req.header('idempotency-key') ?? '';
    return c.json({ id: `pay_${createHash('sha256').update(key).digest('hex').slice(0, 12)}` }, 201);
  });
}
