import { z } from 'zod';
import { DATA_KEY, DURATION, KEY } from '../words.ts';
import { ID, SHOWS } from './form.ts';

/** Files that somebody sends, all at once or one after the other. */
export const FILE_REQUEST_COMPONENT = z
  .strictObject({
    id: ID,
    shows: SHOWS,
    collects: z.array(KEY).min(1).max(20).describe('Data of type file or files. They may be sent in parts.'),
  })
  .describe('Asks for files, which may be sent in parts; the run waits until all are there.');

/** Something done outside Baton, and marked as done here. */
export const TASK_COMPONENT = z
  .strictObject({
    id: ID,
    do: z.string().min(1).max(5000).describe('What is to be done, in a sentence or two of Markdown.'),
    shows: SHOWS,
    proof: z.array(KEY).max(20).default([]).describe('Data that is asked when it is marked as done, like a ticket number.'),
  })
  .describe('Something to do outside of Baton; the person marks it as done.');

export const NOTE_COMPONENT = z
  .strictObject({ id: ID, text: z.string().min(1).max(20_000).describe('The text, with simple Markdown.') })
  .describe('A text that the person reads above the next form of the stage.');

const SAVE = z.record(KEY, z.string().regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'Write a path, like signed.on.'));

/** The run rests: for a while, until a day, or until it hears of something. */
export const WAIT_COMPONENT = z
  .strictObject({
    id: ID,
    for: DURATION.optional().describe('How long, like 3 days or 2 working days.'),
    until: KEY.optional().describe('A datum of type date or date_time. A day that is past does not hold the run up.'),
    before: DURATION.optional().describe('So long before that day, like 14 days.'),
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day, like "09:00".')
      .optional()
      .describe('The time of that day, in the time zone of the workflow. Without it, "00:00".'),
    event: KEY.optional().describe('The name of an event that a program reports. One that comes too early is kept.'),
    save: SAVE.default({}).describe('Data to keep from the event: a key, and a path into what it brought.'),
    at_most: DURATION.optional().describe('How long to wait for the event.'),
    otherwise: KEY.optional().describe('The stage that follows when the event did not come in time, or end.'),
  })
  .describe('Waits for a while, until a day that was gathered, or until a program reports an event.');

/** A file made from a text and the data. */
export const DOCUMENT_COMPONENT = z
  .strictObject({
    id: ID,
    title: z.string().min(1).max(300).describe('Its title, a template. The file is named after it.'),
    format: z.enum(['pdf', 'markdown']).default('pdf').describe('pdf or markdown.'),
    template: z.string().min(1).max(50_000).describe('The text: Markdown, with data in double braces.'),
    into: DATA_KEY.describe('The datum that holds the file. It need not be declared under data.'),
  })
  .describe('Makes a PDF or Markdown file from a template and keeps it with its hash.');

/** Values found in a lookup table. */
export const LOOKUP_COMPONENT = z
  .strictObject({
    id: ID,
    table: KEY.describe('A table of this file.'),
    match: z.record(KEY, KEY).default({}).describe('Columns that must equal data: a column, and a key of data.'),
    where: z.string().min(1).max(2000).optional().describe('A condition over data and row, like amount <= row.limit.'),
    save: z
      .record(KEY, KEY)
      .refine((save) => Object.keys(save).length > 0, 'Save at least one column.')
      .describe('What to keep of the first row that fits: a key of data, and a column.'),
    otherwise: KEY.optional().describe('The stage that follows when no row fits, or end.'),
  })
  .describe('Finds the first row of a lookup table that fits today, and keeps what it says.');

const LITERAL = z.union([z.string().max(2000), z.number(), z.boolean()]);

/** Data that follows from data: a decision table. */
export const RULES_COMPONENT = z
  .strictObject({
    id: ID,
    hit: z
      .enum(['first', 'only'])
      .default('first')
      .describe('first: the first rule that holds counts. only: no two may hold at once.'),
    rows: z
      .array(
        z.strictObject({
          when: z.string().min(1).max(2000).optional().describe('A condition over the data.'),
          otherwise: z.literal(true).optional().describe('For every other case; the last row.'),
          set: z.record(KEY, LITERAL).describe('What the data is then: a key, and a value.'),
        }),
      )
      .min(1)
      .max(100)
      .describe('The rules, in their order.'),
  })
  .describe('A decision table: the first rule that holds sets data.');
