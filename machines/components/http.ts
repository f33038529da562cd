import { z } from 'zod';
import { KEY } from '../words.ts';
import { ID } from './form.ts';

/** One call to another system. Templates may name data, settings and, in headers only, secrets. */
export const HTTP_COMPONENT = z
  .strictObject({
    id: ID,
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST').describe('GET, POST, PUT, PATCH or DELETE.'),
    url: z.string().min(1).max(2000).describe('Where to, a template.'),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(2000))
      .default({})
      .describe('Headers, templates. Only here may a secret stand: {{ secrets.NAME }}.'),
    json: z.json().optional().describe('What is sent, with templates in its texts.'),
    save: z
      .record(KEY, z.string().regex(/^(status|body(\.[A-Za-z0-9_-]+)*)$/, 'Say status, or a path like body.id.'))
      .default({})
      .describe('What to keep of the answer: a key of data, and status or a path like body.id.'),
  })
  .describe('Calls another system; the run waits for the answer.');
