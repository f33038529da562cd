import { z } from 'zod';
import { DATA_KEY, KEY, LINE } from '../words.ts';
import { SHOWS } from './form.ts';

const ITEM = z.strictObject({
  label: LINE.describe('What has to be done or checked.'),
  help: z.string().min(1).max(1000).optional().describe('How to do it.'),
  evidence: z.enum(['file', 'text']).optional().describe('What proves it: a file such as a photo, or a text.'),
  measure: z
    .strictObject({
      unit: LINE.describe('The unit, like mm.'),
      min: z.number().optional().describe('The smallest value that is right.'),
      max: z.number().optional().describe('The largest value that is right.'),
    })
    .optional()
    .describe('A value is measured. One outside the limits is kept, asks for a reason, and counts as failed.'),
  may_not_apply: z.boolean().default(true).describe('Whether it may be marked as not applicable, with a reason.'),
});

export type ChecklistItem = z.output<typeof ITEM>;

/** Things to do or check one by one. */
export const CHECKLIST_COMPONENT = z
  .strictObject({
    id: DATA_KEY.describe('What it is called; the datum of this name holds its rows, <id>_failed how many failed.'),
    shows: SHOWS,
    items: z
      .record(KEY, z.union([LINE.transform((label) => ITEM.parse({ label })), ITEM]))
      .refine((items) => Object.keys(items).length >= 1 && Object.keys(items).length <= 100, 'Give between 1 and 100 items.')
      .describe('The items: a key, and its label or what else belongs to it.'),
    sign_off: KEY.optional().describe(
      'An actor who looks at it afterwards and signs, or gives it back. Never the person who filled it in.',
    ),
  })
  .describe('Items that are ticked one by one, each with evidence or a measured value; a second person may sign it off.');
