import { z } from 'zod';
import { CASE } from './cases.ts';
import { COMPONENT, type Component, componentId } from './components/component.ts';
import { COLLECTS } from './components/form.ts';
import { FIELD, type Field } from './fields/field.ts';
import { SCALAR } from './fields/scalar.ts';
import { completed } from './implied.ts';
import { CAPITALS, DATA_KEY, DURATION, EMAIL, KEY, LINE, WORKFLOW_KEY } from './words.ts';

const ACTOR = z.union([
  z.strictObject({
    title: LINE.describe('The name of the role for people.'),
    from: z.literal('trigger').describe('trigger: whoever started the run.'),
  }),
  z.strictObject({
    title: LINE.describe('The name of the role for people.'),
    email: z
      .string()
      .min(1)
      .max(300)
      .describe('An address, or {{ name }} of a datum of type email or person that has been gathered.'),
    claim: z.literal('first').optional().describe('first: a shared address; the first to answer owns it.'),
  }),
]);

const CONDITION = z.string().min(1).max(2000);

const SUCCESSOR = z.strictObject({
  to: KEY.describe('The stage that follows, or end.'),
  when: CONDITION.optional().describe('A condition over the data: the first branch whose condition holds is taken.'),
  guidance: z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .describe('When this branch fits, in a sentence. Claude judges it if there is one, else the person responsible.'),
  otherwise: z.literal(true).optional().describe('For every other case; the last branch.'),
  label: LINE.optional().describe('What the diagram and the history call this branch.'),
  at_most: z.int().min(1).max(1000).optional().describe('How often a run may take this branch.'),
  afterwards: KEY.optional().describe('Where it goes instead after that, or end.'),
});

/** A successor; `at` says where it is written when that is not under `next`. */
export type Successor = z.output<typeof SUCCESSOR> & { at?: (string | number)[] };

const NEXT = z.union([KEY.transform((to): Successor[] => [{ to }]), z.array(SUCCESSOR).min(1).max(20)]);

const SKIP = z.strictObject({
  when: CONDITION.describe('A condition over the data: when it holds, nobody is asked in this stage.'),
  because: LINE.describe('Why, in a sentence for everybody concerned.'),
  to: KEY.optional().describe('The stage that follows then, or end. Without it, the only successor.'),
});

const STAGE = z.strictObject({
  title: LINE.optional().describe('Its name for people. Without it, the key in words.'),
  actor: KEY.describe('Who is responsible: an actor, or system where nobody is involved.'),
  guidance: z.string().max(20_000).default('').describe('The business rules for whoever acts here, in plain words.'),
  due: DURATION.optional().describe('Until when an answer is expected, like 2 working days.'),
  remind: DURATION.optional().describe('After this time one reminder goes out.'),
  escalate: z
    .strictObject({
      after: DURATION.describe('After this time without an answer.'),
      to: KEY.describe('The actor who takes over.'),
    })
    .optional()
    .describe('Who takes over when nobody answers.'),
  skip: SKIP.optional().describe('When this stage is left out.'),
  decider: KEY.optional().describe('Who chooses the way on where guidance decides and no model is sure. Without it, the actor.'),
  components: z.array(COMPONENT).min(1).max(50).describe('What is done here, in this order.'),
  next: NEXT.optional().describe('Where the run goes then: a stage, end, or a list of branches. Without it, the run ends.'),
});

const TRIGGER = z.union([
  z.strictObject({
    form: z
      .strictObject({
        title: LINE.optional().describe('The heading of the form.'),
        intro: z.string().max(5000).optional().describe('A text above it. Without it, the description.'),
        collects: COLLECTS,
        access: z.enum(['anyone']).default('anyone').describe('anyone: whoever has the address.'),
      })
      .describe('A page on which anybody may start a run.'),
  }),
  z.strictObject({
    schedule: z
      .strictObject({
        cron: z.string().max(256).describe('Five fields: minute, hour, day, month, weekday.'),
        timezone: z.string().max(64).optional().describe('An IANA time zone. Without it, that of the workflow.'),
      })
      .describe('Times at which a run starts by itself.'),
  }),
  z.strictObject({
    api: z
      .strictObject({ collects: z.array(KEY).max(100).optional().describe('Data that a program has to give.') })
      .describe('Programs start it.'),
  }),
  z.strictObject({
    sub_workflow: z
      .strictObject({ collects: z.array(KEY).max(100).default([]).describe('Data that the calling workflow has to give.') })
      .describe('Another workflow starts it as a step.'),
  }),
  z.strictObject({ by_hand: z.strictObject({}).describe('An operator starts it on the command line.') }),
]);

const TABLE = z.strictObject({
  title: LINE.optional().describe('Its name for people. Without it, the key in words.'),
  columns: z
    .record(DATA_KEY, SCALAR)
    .refine((columns) => Object.keys(columns).length >= 1 && Object.keys(columns).length <= 20, 'Give between 1 and 20 columns.')
    .describe('Its columns: a key, and a field.'),
  rows: z
    .array(z.record(z.string(), z.json()))
    .max(500)
    .default([])
    .describe('Its first rows; owners edit them afterwards. from and until say on which days a row counts.'),
});

const CHECK = z.strictObject({
  that: CONDITION.describe('A condition over data that has to hold whenever all of it has been given.'),
  message: LINE.describe('What to tell the person when it does not hold.'),
  at: KEY.describe('The datum beside which the message stands.'),
});

const JUDGEMENT = z.strictObject({
  confidence: z.number().min(0).max(1).default(0.8).describe('How sure the model has to be; below it a person decides.'),
  tokens: z.int().min(500).max(100_000).default(8000).describe('How many tokens one judgement may use.'),
  time_limit: z.int().min(1).max(300).default(30).describe('How many seconds one judgement may take.'),
});

const WRITTEN = z.strictObject({
  workflow: WORKFLOW_KEY.describe('The key of the workflow: lower-case words joined by hyphens.'),
  title: LINE.describe('Its name for people.'),
  description: z.string().max(5000).optional().describe('What it is for; shown on the first page and above the start form.'),
  owners: z.array(EMAIL).min(1).max(50).describe('Addresses of those who may see every run and change the workflow.'),
  timezone: z.string().max(64).default('UTC').describe('An IANA time zone, in which days are counted and moments shown.'),
  locale: z
    .string()
    .max(35)
    .optional()
    .describe('A language tag like de-DE: how amounts, numbers and dates are read and shown. Without it, en-US.'),
  run_title: z.string().min(1).max(300).optional().describe('A template for the name of a run, like Expense of {{ amount }}.'),
  actors: z.record(KEY, ACTOR).default({}).describe('Who is responsible for stages: a key, and who that is.'),
  data: z.record(DATA_KEY, FIELD).default({}).describe('Every fact that a run may gather: a key, and its type.'),
  checks: z.array(CHECK).max(50).default([]).describe('Conditions over several data, checked whenever a form is sent.'),
  tables: z.record(KEY, TABLE).default({}).describe('Lookup tables, whose rows owners edit.'),
  settings: z
    .record(CAPITALS, z.string().max(2000))
    .default({})
    .describe('Texts that differ between installations: a name in capitals, and a default.'),
  secrets: z
    .array(CAPITALS)
    .max(50)
    .default([])
    .describe('Names of secrets that calls need; their values are never written here.'),
  judgement: JUDGEMENT.optional().describe('How forks are judged where guidance decides.'),
  triggers: z.array(TRIGGER).min(1).max(20).describe('What starts a run.'),
  results: z.array(KEY).max(50).default([]).describe('Data that it hands back to a workflow that calls it as a step.'),
  stages: z.record(KEY, STAGE).describe('The phases of the process; a run begins in the first.'),
  cases: z.array(CASE).max(200).default([]).describe('Cases that are played through before each publishing.'),
});

/**
 * A workflow as its owner writes it (see docs/definition.md), completed with the data and paths that components imply.
 * The schema judges the shape; what the parts say about each other is judged by `check` (machines/check/read.ts).
 */
export const DEFINITION = WRITTEN.transform(completed);

export type Written = z.output<typeof WRITTEN>;
export type Definition = z.output<typeof DEFINITION>;
export type Stage = Omit<z.output<typeof STAGE>, 'next'> & { next?: Successor[] | undefined };
export type Actor = z.output<typeof ACTOR>;
export type Trigger = z.output<typeof TRIGGER>;
export type Table = z.output<typeof TABLE>;
export type Judging = z.output<typeof JUDGEMENT>;
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

/** A component of a stage by its name, or by its kind and place where it has none; undefined when there is none. */
export function componentNamed({ stages }: Pick<Definition, 'stages'>, stage: string, id: string): Component | undefined {
  return stages[stage]?.components.find((one, index) => componentId(one, index) === id);
}

/** A datum's field by its key; a checked workflow names none that is missing. */
export function fieldOf(definition: Definition, key: string): Field {
  const field = definition.data[key];
  if (field === undefined) throw new Error(`Workflow ${definition.workflow} declares no data ${key}.`);
  return field;
}

/** The name of a stage for people. A run that moved to another version may have been in one that this version lacks. */
export function stageTitle(definition: Definition, key: string): string {
  if (key === END) return 'End';
  return definition.stages[key]?.title ?? humanise(key);
}

const labels = new WeakMap<Definition, Map<string, string>>();

/** The name of a datum for people. */
export function labelOf(definition: Definition, key: string): string {
  const written = definition.data[key]?.label;
  if (written !== undefined) return written;
  const known = labels.get(definition) ?? new Map<string, string>();
  labels.set(definition, known);
  const label = known.get(key) ?? humanise(key);
  if (Object.hasOwn(definition.data, key)) known.set(key, label);
  return label;
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
