import { z } from 'zod';
import { COMPONENT, type Component } from './components/component.ts';
import { FIELD, type Field } from './fields/field.ts';
import { CAPITALS, DATA_KEY, DURATION, EMAIL, KEY, LINE, WORKFLOW_KEY } from './words.ts';

const ACTOR = z.union([
  z.strictObject({ title: LINE, from: z.literal('trigger') }),
  z.strictObject({ title: LINE, email: z.string().min(1).max(300), claim: z.literal('first').optional() }),
]);

const SUCCESSOR = z.strictObject({
  to: KEY,
  when: z.string().min(1).max(2000).optional(),
  otherwise: z.literal(true).optional(),
  label: LINE.optional(),
});

export type Successor = z.output<typeof SUCCESSOR>;

const NEXT = z.union([KEY.transform((to): Successor[] => [{ to }]), z.array(SUCCESSOR).min(1).max(20)]);

const STAGE = z.strictObject({
  title: LINE.optional(),
  actor: KEY,
  guidance: z.string().max(20_000).default(''),
  due: DURATION.optional(),
  remind: DURATION.optional(),
  escalate: z.strictObject({ after: DURATION, to: KEY }).optional(),
  components: z.array(COMPONENT).min(1).max(50),
  next: NEXT.optional(),
});

const TRIGGER = z.union([
  z.strictObject({
    form: z.strictObject({
      title: LINE.optional(),
      intro: z.string().max(5000).optional(),
      collects: z.array(KEY).min(1).max(100),
      access: z.enum(['anyone']).default('anyone'),
    }),
  }),
  z.strictObject({
    schedule: z.strictObject({ cron: z.string().max(256), timezone: z.string().max(64).optional() }),
  }),
  z.strictObject({ api: z.strictObject({}) }),
  z.strictObject({ by_hand: z.strictObject({}) }),
]);

/**
 * A workflow as its owner writes it (see docs/definition.md). The schema judges the shape; what the parts say about
 * each other is judged by `check` (machines/check/check.ts).
 */
export const DEFINITION = z.strictObject({
  workflow: WORKFLOW_KEY,
  title: LINE,
  description: z.string().max(5000).optional(),
  owners: z.array(EMAIL).min(1).max(50),
  timezone: z.string().max(64).default('UTC'),
  /** A template for the name of a run, e.g. `Expense of {{ amount }}`. */
  run_title: z.string().min(1).max(300).optional(),
  actors: z.record(KEY, ACTOR).default({}),
  data: z.record(DATA_KEY, FIELD).default({}),
  settings: z.record(CAPITALS, z.string().max(2000)).default({}),
  secrets: z.array(CAPITALS).max(50).default([]),
  triggers: z.array(TRIGGER).min(1).max(20),
  stages: z.record(KEY, STAGE),
});

export type Definition = z.output<typeof DEFINITION>;
export type Stage = z.output<typeof STAGE>;
export type Actor = z.output<typeof ACTOR>;
export type Trigger = z.output<typeof TRIGGER>;
export type { Component, Field };

/** The word for the end of a run where a successor is named: `next: end`. */
export const END = 'end';
/** The actor of a stage in which nobody is involved. */
export const SYSTEM = 'system';

/** The stage in which a run begins: the first one written down. */
export function firstStage(definition: Definition): string {
  const [first] = Object.keys(definition.stages);
  if (first === undefined) throw new Error(`Workflow ${definition.workflow} has no stage.`);
  return first;
}

/** A stage by its key; a compiled workflow names none that is missing. */
export function stageOf(definition: Definition, key: string): Stage {
  const stage = definition.stages[key];
  if (stage === undefined) throw new Error(`Workflow ${definition.workflow} has no stage ${key}.`);
  return stage;
}

/** A datum's field by its key; a checked workflow names none that is missing. */
export function fieldOf(definition: Definition, key: string): Field {
  const field = definition.data[key];
  if (field === undefined) throw new Error(`Workflow ${definition.workflow} declares no data ${key}.`);
  return field;
}

/** The name of a stage for people. */
export function stageTitle(definition: Definition, key: string): string {
  if (key === END) return 'End';
  return stageOf(definition, key).title ?? humanise(key);
}

/** The name of a datum for people. */
export function labelOf(definition: Definition, key: string): string {
  return definition.data[key]?.label ?? humanise(key);
}

/** The title of an actor for people. */
export function actorTitle(definition: Definition, key: string): string {
  return key === SYSTEM ? 'Baton' : (definition.actors[key]?.title ?? humanise(key));
}

/** The form with which anybody may start a run, if the workflow has one. */
export function startForm(definition: Definition) {
  for (const trigger of definition.triggers) if ('form' in trigger) return trigger.form;
  return null;
}

/** `second_approval` → `Second approval`. */
export function humanise(key: string): string {
  const words = key.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
