import { z } from 'zod';
import { KEY } from '../words.ts';

/** One call to another system. Templates may name data, settings and, in headers only, secrets. */
export const HTTP_COMPONENT = z.strictObject({
  id: KEY.optional(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  url: z.string().min(1).max(2000),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(2000)).default({}),
  json: z.json().optional(),
  /** Data key → path in the answer: `payment_id: body.id`. */
  save: z.record(KEY, z.string().regex(/^(status|body(\.[A-Za-z0-9_-]+)*)$/, 'Say status, or a path like body.id.')).default({}),
});
