import { z } from 'zod';
import { KEY } from '../words.ts';

/** What a person is shown and asked. The run waits until everything that is not optional has been answered. */
export const FORM_COMPONENT = z.strictObject({
  id: KEY.optional(),
  shows: z.array(KEY).max(100).default([]),
  collects: z.array(KEY).min(1).max(100),
});
