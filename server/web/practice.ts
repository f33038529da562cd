import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import { paths } from '../../views/paths.ts';
import { notFound } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { loopbackOnly } from './access.ts';

/** The systems that can be practised with, and how the references begin that each gives. */
const SYSTEMS: Record<string, string> = { payments: 'pay', vendors: 'ven', deals: 'deal', invoices: 'inv', orders: 'ord' };

/**
 * Systems of others to practise with, so that the shipped examples end well before anything is set up. They pay, order
 * and record nothing, answer the same reference to the same key, and are gone once a mail provider is configured.
 */
export function mountPractice(app: Hono, { config }: Portal): void {
  if (config.mail.is !== 'local') return;
  app.on(['POST', 'PATCH'], paths.practice.pattern, loopbackOnly, (c) => {
    const system = c.req.param('system') ?? '';
    const prefix = Object.hasOwn(SYSTEMS, system) ? SYSTEMS[system] : undefined;
    if (prefix === undefined) throw notFound('such system to practise with');
    const key = c.req.header('idempotency-key') ?? '';
    const id = `${prefix}_${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
    return c.json({ id }, c.req.method === 'POST' ? 201 : 200);
  });
}
