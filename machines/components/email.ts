import { z } from 'zod';
import { KEY } from '../words.ts';

/** One mail to an actor, written by the owner. It carries no link that decides anything. */
export const EMAIL_COMPONENT = z.strictObject({
  id: KEY.optional(),
  to: KEY,
  subject: z.string().min(1).max(300),
  body: z.string().min(1).max(20_000),
});
