import { z } from 'zod';
import { KEY } from '../words.ts';

/** A text that the person reads above the next form of the stage. */
export const NOTE_COMPONENT = z.strictObject({ id: KEY.optional(), text: z.string().min(1).max(20_000) });
