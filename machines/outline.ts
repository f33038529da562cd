import { asksPeople, type Component, componentId } from './components/component.ts';
import {
  actorTitle,
  type Definition,
  END,
  humanise,
  labelOf,
  type Stage,
  SYSTEM,
  stageTitle,
  type Trigger,
} from './definition.ts';
import { asMarkdown } from './markdown.ts';
import { askingOf, signOffId, startSections } from './questions/asking.ts';
import { questionsOf, type Section } from './questions/question.ts';
import { inWords } from './wording.ts';

/** One of the six things that a workflow says about itself, whether it does, and in a sentence what. */
export type Box = { name: string; filled: boolean; sentence: string };

/**
 * The whole workflow as a procedure that can be printed and read aloud, in Markdown: how it begins, and stage by stage who
 * does what by when, who is written to, and where it goes then.
 */
export function outlineOf(definition: Definition): string {
  const { title, description } = definition;
  const lines = [
    `# ${asMarkdown(title)}`,
    ...(description === undefined ? [] : [asMarkdown(description)]),
    '## How it begins',
    definition.triggers.map((trigger) => `- ${triggerWords(definition, trigger)}`).join('\n'),
    '## What happens then',
    ...Object.entries(definition.stages).flatMap(([key, stage], index) => stageLines(definition, key, stage, index + 1)),
    ...resultLines(definition),
    '## What is said about it',
    completeness(definition)
      .map(({ name, filled, sentence }) => `- ${filled ? '✓' : '✗'} **${name}**: ${sentence}`)
      .join('\n'),
  ];
  return `${lines.join('\n\n')}\n`;
}

/** The six boxes: what starts it, its steps, who acts, how it is handed on, what goes in and out, how it ends. */
export function completeness(definition: Definition): Box[] {
  const stages = Object.entries(definition.stages);
  const people = stages.filter(([, { components }]) => components.some(asksPeople));
  const unwritten = people.filter(([, { guidance }]) => guidance.trim() === '').map(([key]) => stageTitle(definition, key));
  const undated = people.filter(([, { due, remind, escalate }]) => !due && !remind && !escalate);
  const asked = startSections(definition, inputsOf(definition)).flatMap(({ questions }) => questions);
  const outcomes = stages.flatMap(([, { components }]) => components.filter(({ kind }) => OUTWARD.includes(kind)));
  return [
    box('Trigger', definition.triggers.length > 0, `${counted(definition.triggers.length, 'way')} to begin.`, ''),
    box(
      'Steps',
      unwritten.length === 0,
      `${counted(stages.length, 'stage')}, and guidance wherever people act.`,
      `No guidance at ${listed(unwritten)}.`,
    ),
    box(
      'Roles',
      true,
      `${counted(Object.keys(definition.actors).length, 'role')}: ${listed(Object.values(definition.actors).map(({ title }) => title)) || 'nobody'}.`,
      '',
    ),
    box(
      'Hand-offs',
      undated.length === 0,
      'Each has a time by which somebody answers, is reminded, or is relieved.',
      `Nothing happens when nobody answers at ${listed(undated.map(([key]) => stageTitle(definition, key)))}.`,
    ),
    box(
      'Inputs and outputs',
      asked.length + definition.results.length + outcomes.length > 0,
      `${counted(asked.length, 'value')} to begin with; ${counted(outcomes.length, 'mail, document or call', 'mails, documents and calls')} on the way.`,
      'Nothing goes in, and nothing comes out.',
    ),
    box(
      'Outcome',
      stages.some(([, stage]) => endsIn(stage)),
      `It ends after ${listed(stages.filter(([, stage]) => endsIn(stage)).map(([key]) => stageTitle(definition, key)))}.`,
      'No stage ends it.',
    ),
  ];
}

const OUTWARD: Component['kind'][] = ['email', 'document', 'http'];

function box(name: string, filled: boolean, yes: string, no: string): Box {
  return { name, filled, sentence: filled ? yes : no };
}

function inputsOf(definition: Definition) {
  for (const trigger of definition.triggers) {
    if ('form' in trigger) return trigger.form.collects;
    if ('sub_workflow' in trigger) return trigger.sub_workflow.collects;
    if ('api' in trigger) return trigger.api.collects ?? [];
  }
  return [];
}

function triggerWords(definition: Definition, trigger: Trigger): string {
  const asks = (sections: Section[]) => {
    const labels = labelsOf(
      definition,
      sections.flatMap(({ questions }) => questions.map(({ key }) => key)),
    );
    return labels === '' ? '' : ` It asks for: ${labels}.`;
  };
  if ('form' in trigger) return `Anybody fills in the form.${asks(startSections(definition, trigger.form.collects))}`;
  if ('schedule' in trigger)
    return `By itself, at \`${trigger.schedule.cron}\` (${asMarkdown(trigger.schedule.timezone ?? definition.timezone)}).`;
  if ('api' in trigger) return `A program starts it.${asks(startSections(definition, trigger.api.collects ?? []))}`;
  if ('sub_workflow' in trigger)
    return `Another workflow calls it as a step.${asks(startSections(definition, trigger.sub_workflow.collects))}`;
  return 'An operator starts it by hand.';
}

function stageLines(definition: Definition, key: string, stage: Stage, number: number): string[] {
  const who =
    stage.actor === SYSTEM ? 'Baton does this by itself.' : `**${asMarkdown(actorTitle(definition, stage.actor))}** acts.`;
  const facts = [who, ...timeWords(definition, stage), ...skipWords(definition, stage)].join(' ');
  const does = stage.components.flatMap((component, index) => doingWords(definition, key, component, index));
  const ways = wayWords(definition, stage);
  const guidance = stage.guidance.trim();
  return [
    `### ${number}. ${asMarkdown(stageTitle(definition, key))}`,
    facts,
    ...(guidance === ''
      ? []
      : [
          guidance
            .split('\n')
            .map((line) => `> ${line}`)
            .join('\n'),
        ]),
    [...does, ...ways].map((line) => `- ${line}`).join('\n'),
  ];
}

function timeWords(definition: Definition, { due, remind, escalate }: Stage): string[] {
  return [
    ...(due === undefined ? [] : [`An answer is due after ${due}.`]),
    ...(remind === undefined ? [] : [`A reminder goes out after ${remind}.`]),
    ...(escalate === undefined ? [] : [`After ${escalate.after} it goes to ${asMarkdown(actorTitle(definition, escalate.to))}.`]),
  ];
}

function skipWords(definition: Definition, { skip }: Stage): string[] {
  return skip === undefined
    ? []
    : [`It is left out when ${asMarkdown(inWords(skip.when, definition))}: ${asMarkdown(skip.because)}`];
}

function doingWords(definition: Definition, stage: string, component: Component, index: number): string[] {
  const data = (keys: readonly string[]) => labelsOf(definition, keys);
  if (asksPeople(component)) return askingWords(definition, stage, component, index);
  switch (component.kind) {
    case 'note':
      return [];
    case 'email':
      return [`A mail to ${asMarkdown(actorTitle(definition, component.to))}: “${templateWords(definition, component.subject)}”`];
    case 'http':
      return [
        `A call to another system (${component.method})${Object.keys(component.save).length === 0 ? '' : `, which gives ${data(Object.keys(component.save))}`}.`,
      ];
    case 'document':
      return [`A document is made: “${templateWords(definition, component.title)}”.`];
    case 'lookup':
      return [
        `${data(Object.keys(component.save))} ${Object.keys(component.save).length === 1 ? 'is' : 'are'} looked up in the table ${asMarkdown(tableTitle(definition, component.table))}${none(definition, component.otherwise)}.`,
      ];
    case 'rules':
      return component.rows.map(({ when, set }) => {
        const then = Object.entries(set).map(([key, value]) => `${data([key])} is ${asMarkdown(String(value))}`);
        return `${when === undefined ? 'Otherwise' : `When ${asMarkdown(inWords(when, definition))}`}: ${then.join(', ')}.`;
      });
    case 'wait':
      return [`It waits ${waitWords(definition, component)}${none(definition, component.otherwise)}.`];
    case 'sub_workflow':
      return [callWords(definition, component)];
  }
}

/** A template with the names of what is filled in, in brackets. */
function templateWords(definition: Definition, template: string): string {
  const named = template.replace(/\{\{-?\s*([a-z][a-z0-9_]*)[^}]*\}\}/g, (_, key: string) => `(${labelOf(definition, key)})`);
  return asMarkdown(named.replace(/\{%[^%]*%\}/g, ''));
}

function none(definition: Definition, otherwise: string | undefined): string {
  return otherwise === undefined ? '' : `; otherwise it goes on to ${asMarkdown(stageTitle(definition, otherwise))}`;
}

function waitWords(definition: Definition, wait: Extract<Component, { kind: 'wait' }>): string {
  if (wait.for !== undefined) return `for ${wait.for}`;
  if (wait.until !== undefined)
    return `until ${wait.before === undefined ? '' : `${wait.before} before `}${labelsOf(definition, [wait.until])}`;
  return `until it hears of ${asMarkdown(humanise(wait.event ?? 'something').toLowerCase())}${wait.at_most === undefined ? '' : `, for ${wait.at_most} at most`}`;
}

function callWords(
  definition: Definition,
  { workflow, each, wait, time_limit }: Extract<Component, { kind: 'sub_workflow' }>,
): string {
  const whom =
    each === undefined
      ? ''
      : ` for each of ${typeof each === 'string' ? labelsOf(definition, [each]) : asMarkdown(tableTitle(definition, each.table))}`;
  const time = time_limit === undefined ? '' : `, for ${time_limit} at most`;
  return `The workflow ${workflow} is started${whom}; the run waits ${awaitedWords(wait)}${time}.`;
}

function awaitedWords(wait: Extract<Component, { kind: 'sub_workflow' }>['wait']): string {
  if (wait === 'all') return 'for all of them';
  if (wait === 'any') return 'for the first answer';
  if (wait === 'none') return 'for none of them';
  if ('until' in wait) return `until \`${wait.until}\``;
  return `for ${wait.at_least}${wait.of === undefined ? ' of them' : ` ${asMarkdown(wait.of.replaceAll('_', ' '))}`}`;
}

function askingWords(definition: Definition, stage: string, component: Component, index: number): string[] {
  const id = componentId(component, index);
  const asking = askingOf(definition, { stage, component: id });
  const shown = asking.shows.length === 0 ? [] : [`Sees ${labelsOf(definition, asking.shows)}.`];
  const asked = questionsOf(asking).map(({ key }) => key);
  const does = component.kind === 'task' ? [`Does: ${asMarkdown(component.do)}`] : [];
  const answers =
    component.kind === 'decision'
      ? [
          `Decides: ${Object.values(component.outcomes)
            .map(({ label }) => asMarkdown(label))
            .join(', ')}.`,
        ]
      : component.kind === 'checklist'
        ? [
            `Goes through: ${Object.values(component.items)
              .map(({ label }) => asMarkdown(label))
              .join(', ')}.`,
          ]
        : asked.length === 0
          ? []
          : [`Answers: ${labelsOf(definition, asked)}.`];
  const signer =
    component.kind === 'checklist' && component.sign_off !== undefined
      ? askingOf(definition, { stage, component: signOffId(id) })
      : null;
  const signed =
    signer === null || component.kind !== 'checklist'
      ? []
      : [`${asMarkdown(actorTitle(definition, component.sign_off ?? ''))} signs it.`];
  return [...shown, ...does, ...answers, ...signed];
}

function wayWords(definition: Definition, { next }: Stage): string[] {
  if (next === undefined) return ['Then it ends.'];
  const name = (key: string) => (key === END ? 'it ends' : `on to **${asMarkdown(stageTitle(definition, key))}**`);
  const [only] = next;
  if (next.length === 1 && only?.when === undefined && only !== undefined) return [`Then ${name(only.to)}.`];
  return next.map(({ to, when, guidance, label, at_most, afterwards, at }) => {
    const why =
      when !== undefined
        ? `When ${asMarkdown(inWords(when, definition))}`
        : guidance !== undefined
          ? `When this fits: ${asMarkdown(guidance)}`
          : 'Otherwise';
    const called = label === undefined ? '' : ` (${asMarkdown(label)})`;
    // The path of an outcome that a decision declares by itself is called as the outcome is.
    if (at !== undefined && label !== undefined) return `${asMarkdown(label)}: ${name(to)}.`;
    const limit = at_most === undefined ? '' : `, ${counted(at_most, 'time')} at most, after that ${name(afterwards ?? END)}`;
    return `${why}${called}: ${name(to)}${limit}.`;
  });
}

function resultLines(definition: Definition): string[] {
  return definition.results.length === 0 ? [] : ['## What it hands back', `${labelsOf(definition, definition.results)}.`];
}

function endsIn({ next, components }: Stage): boolean {
  const exits = components.flatMap((one) => (one.kind === 'wait' || one.kind === 'lookup' ? [one.otherwise] : []));
  return (
    next === undefined ||
    next.some(({ to, at_most, afterwards }) => to === END || (at_most !== undefined && (afterwards ?? END) === END)) ||
    exits.includes(END)
  );
}

function tableTitle({ tables }: Definition, key: string): string {
  return tables[key]?.title ?? humanise(key);
}

function labelsOf(definition: Definition, keys: readonly string[]): string {
  return keys.map((key) => asMarkdown(labelOf(definition, key))).join(', ');
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
