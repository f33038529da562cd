import { z } from 'zod';
import { KEY, LINE } from '../words.ts';

export const ID = KEY.optional().describe(
  'What the component is called in this stage. Without it, its kind and place, like form_1.',
);

export const SHOWS = z
  .array(KEY)
  .max(100)
  .default([])
  .describe('Data that the person reads, in this order. What has not been gathered is left out.');

/** Rows of which only some columns are asked: of a list that was gathered before, or with `add` of one that begins here. */
const ROWS = z.strictObject({
  rows: KEY.describe('A datum of type list. It has been gathered, and rows can be neither added nor taken away.'),
  edit: z.array(KEY).min(1).max(20).describe('The columns that are asked; the others are only read.'),
  add: z
    .literal(true)
    .optional()
    .describe('true: rows are added and taken away here; the other columns are left for a later form.'),
});

const SECTION = z.strictObject({
  section: LINE.describe('A heading above the questions that follow.'),
  help: z.string().min(1).max(1000).optional().describe('A sentence below the heading.'),
  collects: z
    .array(z.union([KEY, ROWS]))
    .min(1)
    .max(100)
    .describe('The data that is asked in this section, in this order.'),
});

/** What a form asks: data, rows of a list, and sections of either. */
export const COLLECTS = z
  .array(z.union([KEY, ROWS, SECTION]))
  .min(1)
  .max(100)
  .describe('The data that is asked, in this order: keys, sections, or the rows of a list.');

export type Collects = z.output<typeof COLLECTS>;
export type Collected = Collects[number];

/** What a person is shown and asked. The run waits until everything that is not optional has been answered. */
export const FORM_COMPONENT = z
  .strictObject({ id: ID, shows: SHOWS, collects: COLLECTS })
  .describe('Shows facts and asks for others; the run waits until it has been answered.');

/** The keys that a form asks for, sections and rows taken apart. */
export function keysIn(collects: Collects): string[] {
  return collects.flatMap((item) => {
    if (typeof item === 'string') return [item];
    return 'rows' in item ? [item.rows] : keysIn(item.collects);
  });
}
