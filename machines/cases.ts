import { z } from 'zod';
import { KEY, LINE } from './words.ts';

const SHORT_DURATION = z.string().regex(/^\d{1,5}[smhdw]$/, 'Write a time like 90m, 36h or 3d.');

/** One thing that happens in a case or a rehearsal. */
export const ACT = z.union([
  z.strictObject({
    stage: KEY.describe('The stage in which somebody answers.'),
    answers: z.record(KEY, z.json()).default({}).describe('What they answer: a key of data, and a value.'),
    to: KEY.optional().describe('The branch they choose, where guidance decides.'),
  }),
  z.strictObject({
    call: KEY.describe('The id of a component that calls another system.'),
    returns: z.record(KEY, z.json()).default({}).describe('What is kept of its answer: a key of data, and a value.'),
    fails: LINE.optional().describe('That it fails, and with what message.'),
  }),
  z.strictObject({ wait: SHORT_DURATION.describe('Time that passes, like 3d.') }),
  z.strictObject({
    event: KEY.describe('The name of an event that a program reports.'),
    brings: z.record(z.string().max(64), z.json()).default({}).describe('What it brings.'),
  }),
  z.strictObject({
    child: LINE.describe('What a child of a sub_workflow is called, or its number.'),
    returns: z.record(KEY, z.json()).default({}).describe('What it hands back: a result, and a value.'),
    fails: LINE.optional().describe('That it is cancelled, and why.'),
  }),
  z.strictObject({ again: LINE.describe('A child that failed: an owner has it asked anew.') }),
  z.strictObject({
    accept: KEY.describe('The id of a sub_workflow: an owner accepts what came in.'),
    because: LINE.default('As it stands.').describe('With what reason.'),
  }),
]);

const EXPECTED = z.strictObject({
  ends_in: KEY.optional().describe('The stage in which the run ends.'),
  waits_in: KEY.optional().describe('The stage in which the run waits.'),
  visits: z.array(KEY).max(100).optional().describe('The stages in the order in which the run enters them.'),
  data: z.record(KEY, z.json()).default({}).describe('What the data is at the end.'),
  mails_to: z.array(KEY).max(100).optional().describe('The actors who get a mail that an owner wrote, in their order.'),
});

/** A case that is played through before a version is published. */
export const CASE = z.strictObject({
  case: LINE.describe('What the case is about.'),
  starts_with: z.record(KEY, z.json()).default({}).describe('The data with which the run starts.'),
  at: z.iso.datetime().optional().describe('When it starts; without it, Monday, 5 January 2026, 9:00 in UTC.'),
  steps: z.array(ACT).max(100).default([]).describe('What happens, in its order.'),
  expect: EXPECTED.describe('What has to be true in the end.'),
});

export type SavedCase = z.output<typeof CASE>;
export type Act = z.output<typeof ACT>;
