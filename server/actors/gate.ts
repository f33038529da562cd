import { z } from 'zod';
import type { RunEvent } from '../../machines/event.ts';
import type { Value } from '../../machines/values.ts';

const FILE = z.strictObject({ id: z.uuid(), name: z.string(), type: z.string(), size: z.number(), sha256: z.string() });
const PERSON = z.strictObject({ email: z.string(), name: z.string().nullable() });
const VALUE: z.ZodType<Value> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.string()),
    FILE,
    PERSON,
    z.strictObject({ json: z.unknown() }),
    z.array(FILE),
    z.array(PERSON),
    z.array(z.record(z.string(), VALUE)),
  ]),
);
const VALUES = z.record(z.string(), VALUE);
const HAND_OFF = { handOff: z.uuid() };

const REPORT = z.strictObject({
  index: z.int(),
  nth: z.int(),
  ended: z.enum(['done', 'cancelled', 'not_started']),
  who: PERSON.nullable(),
  results: VALUES,
  at: z.string(),
  note: z.string(),
});
const FAN_CHANGE = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('add'), key: z.string().max(130), input: VALUES }),
  z.strictObject({ is: z.literal('remove'), index: z.int(), failed: z.boolean(), taken: z.int() }),
  z.strictObject({
    is: z.literal('replace'),
    index: z.int(),
    failed: z.boolean(),
    taken: z.int(),
    key: z.string().max(130),
    input: VALUES,
  }),
]);

/** The shape of every event without its time and id, by type. Nothing else ever reaches a machine. */
const EVENT = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('answered'),
    ...HAND_OFF,
    generation: z.int(),
    by: PERSON,
    answers: VALUES,
    route: z.strictObject({ to: z.string(), reason: z.string() }).optional(),
    seen: z.string().max(100).optional(),
    submission: z.string().max(100),
  }),
  z.strictObject({
    type: z.literal('supplied'),
    ...HAND_OFF,
    generation: z.int(),
    by: PERSON,
    answers: VALUES,
    submission: z.string().max(100),
  }),
  z.strictObject({ type: z.literal('remind_due'), ...HAND_OFF }),
  z.strictObject({ type: z.literal('escalate_due'), ...HAND_OFF }),
  z.strictObject({ type: z.literal('overdue'), ...HAND_OFF }),
  z.strictObject({ type: z.literal('reassigned'), ...HAND_OFF, to: PERSON, by: z.string(), reason: z.string() }),
  z.strictObject({
    type: z.literal('effect_done'),
    effect: z.uuid(),
    result: z.strictObject({ status: z.int(), saved: VALUES }),
  }),
  z.strictObject({ type: z.literal('effect_failed'), effect: z.uuid(), error: z.string() }),
  z.strictObject({
    type: z.literal('judged'),
    effect: z.uuid(),
    judgement: z
      .strictObject({ to: z.string(), reason: z.string(), confidence: z.number(), model: z.string(), tokens: z.int() })
      .nullable(),
    note: z.string(),
  }),
  z.strictObject({ type: z.literal('wait_over'), wait: z.uuid() }),
  z.strictObject({
    type: z.literal('heard'),
    name: z.string().max(64),
    data: VALUES,
    by: z.string(),
    key: z.string().max(300).optional(),
  }),
  z.strictObject({ type: z.literal('reopened'), stage: z.string().max(64), by: z.string(), reason: z.string() }),
  z.strictObject({
    type: z.literal('steered'),
    to: z.string().max(64).nullable(),
    standing: z.string().max(200),
    values: VALUES,
    by: z.string(),
    reason: z.string(),
  }),
  z.strictObject({ type: z.literal('retried'), by: z.string() }),
  z.strictObject({ type: z.literal('version_moved'), version: z.int(), from: z.int(), by: z.string(), reason: z.string() }),
  z.strictObject({ type: z.literal('reported'), fan: z.uuid(), reports: z.array(REPORT).min(1) }),
  z.strictObject({ type: z.literal('fan_over'), fan: z.uuid() }),
  z.strictObject({ type: z.literal('fan_accepted'), fan: z.uuid(), by: z.string(), reason: z.string() }),
  z.strictObject({ type: z.literal('fan_repinned'), fan: z.uuid(), version: z.int(), by: z.string(), reason: z.string() }),
  z.strictObject({ type: z.literal('fan_changed'), fan: z.uuid(), change: FAN_CHANGE, by: z.string(), reason: z.string() }),
  z.strictObject({
    type: z.literal('cancelled'),
    by: z.string(),
    reason: z.string(),
    recalled: z.literal(true).optional(),
    removed: z.literal(true).optional(),
  }),
]);

/** An event before the step that gives it its time and its id. */
export type Told = z.output<typeof EVENT>;

/**
 * The gate to every run: lets an event through only in the exact shape of one that is declared. XState's own events
 * (`xstate.after...`, `xstate.done...`) can therefore not be forged. Throws a ZodError else.
 */
export function admit(event: unknown): Told {
  return EVENT.parse(event);
}

/** Gives an admitted event its time and its id. */
export function stamp(event: Told, at: string, fresh: string): RunEvent {
  return { ...event, at, fresh };
}
