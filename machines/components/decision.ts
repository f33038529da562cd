import { z } from 'zod';
import { DATA_KEY, KEY, LINE } from '../words.ts';
import { ID, SHOWS } from './form.ts';

const OUTCOME = z.strictObject({
  label: LINE.describe('What the button says, like Approve.'),
  tone: z.enum(['good', 'bad', 'neutral']).default('neutral').describe('How it looks: good, bad or neutral.'),
  reason: z.enum(['required', 'optional', 'none']).default('optional').describe('Whether a reason belongs to it.'),
  attest: z.string().min(1).max(500).optional().describe('What the person confirms by typing their name.'),
  limit: z
    .strictObject({
      data: KEY.describe('The number or amount that is asked with this outcome.'),
      at_most: KEY.optional().describe('A datum that it may not exceed, like the amount that was asked for.'),
    })
    .optional()
    .describe('Say yes up to a limit: a number or amount that the person gives.'),
  collects: z.array(KEY).max(20).default([]).describe('Data that is asked only with this outcome.'),
  to: KEY.optional().describe('The stage that follows, or end.'),
});

export type DecisionOutcome = z.output<typeof OUTCOME>;

/** One question with a few outcomes, of which a person chooses one. */
export const DECISION_COMPONENT = z
  .strictObject({
    id: ID,
    shows: SHOWS,
    asks: LINE.default('Your decision').describe('The question.'),
    into: DATA_KEY.default('decision').describe('The datum that holds the outcome. It need not be declared under data.'),
    outcomes: z
      .record(KEY, OUTCOME)
      .refine(
        (outcomes) => Object.keys(outcomes).length >= 2 && Object.keys(outcomes).length <= 6,
        'Give between 2 and 6 outcomes.',
      )
      .describe('The outcomes, two to six: a key, and what it means.'),
    collects: z.array(KEY).max(50).default([]).describe('Data that is asked besides, whatever the outcome.'),
  })
  .describe('One question with two to six outcomes, of which the person chooses one.');
