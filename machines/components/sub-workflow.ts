import { z } from 'zod';
import { DATA_KEY, DURATION, KEY, WORKFLOW_KEY } from '../words.ts';

const CONDITION = z.string().min(1).max(2000);

const EACH = z.union([
  KEY.describe('A datum with rows, people or choices: one child for each.'),
  z
    .strictObject({
      table: KEY.describe('A table of this file: one child for each row that counts today.'),
      where: CONDITION.optional().describe('A condition over data and row: only for rows for which it holds.'),
    })
    .describe('A lookup table: one child for each row.'),
]);

const PERCENT = z.string().regex(/^(100|[1-9]\d?)%$/, 'Write a number, or a share like 60%.');

const WAIT = z.union([
  z.enum(['all', 'any', 'none']).describe('all: every child. any: the first one. none: goes on at once.'),
  z
    .strictObject({
      at_least: z.union([z.int().min(1).max(10_000), PERCENT]).describe('How many, or which share of all, like 60%.'),
      of: KEY.optional().describe('A name under counts: only these are counted. Without it, every answer.'),
    })
    .describe('So many; it goes on as soon as that is reached or cannot be reached any more.'),
  z
    .strictObject({
      until: CONDITION.describe('A condition over asked, arrived, failed and the names under counts, like rejected >= 2.'),
    })
    .describe('Until a condition holds.'),
]);

/** A workflow called as a step: once, or once for each item of a list. */
export const SUB_WORKFLOW_COMPONENT = z
  .strictObject({
    id: DATA_KEY.describe('Its name; what came of it is kept under names that begin with it.'),
    workflow: WORKFLOW_KEY.describe('The workflow to start. It needs a trigger sub_workflow.'),
    each: EACH.optional().describe('One child for each of these. Without it, one child.'),
    as: DATA_KEY.default('item').describe('What an item is called under with and key.'),
    key: z
      .string()
      .max(130)
      .optional()
      .describe('What tells the children apart for people: a datum, or a part of the item like reviewer.email.'),
    with: z
      .record(
        KEY,
        z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/, 'Name a datum, or a part of the item, like reviewer.email.'),
      )
      .default({})
      .describe('What the child begins with: a key of its data, and a datum of this file or a part of the item.'),
    in_order: z.boolean().default(false).describe('One after the other instead of all at once.'),
    at_once: z.int().min(1).max(10_000).default(500).describe('How many may be under way at the same time.'),
    counts: z
      .record(DATA_KEY, CONDITION)
      .default({})
      .describe('What is counted among the answers: a name, and a condition like answer.decision == "approve".'),
    wait: WAIT.default('all').describe('For how many the run waits.'),
    veto: KEY.optional().describe('A name under counts: the first such answer decides.'),
    rest: z.enum(['withdraw', 'leave_open']).default('withdraw').describe('What becomes of those still open when it goes on.'),
    time_limit: DURATION.optional().describe('Then the run goes on with what came in.'),
    failure: z
      .enum(['ask', 'continue', 'stop'])
      .default('ask')
      .describe('When a child is cancelled or cannot start. ask: the owner. continue: go on without it. stop: go on at once.'),
    collect: DATA_KEY.optional().describe(
      'A datum of type list for the results: one row for each child, in the order of the items.',
    ),
    save: z.record(KEY, KEY).default({}).describe('Without each: data to keep, and which result of the child it is.'),
  })
  .describe('Starts another workflow as a step, once or for each item of a list, and waits for what comes back.');
