import type { SubWorkflowComponent } from '../components/component.ts';
import { type Definition, END, type Field, firstStage, labelOf } from '../definition.ts';
import type { Scalar } from '../fields/scalar.ts';
import { CHILD_STATES } from '../implied.ts';
import { columnsOfItem } from '../items.ts';
import { closest } from '../spelling.ts';
import type { Found, Path } from './finding.ts';
import { mayEndWithout, mayLack } from './flow.ts';
import { sideExits } from './gathered.ts';
import { type Call, callsIn, surelyReturns } from './sub-workflows.ts';

/** The workflows among which calls are looked up; null for one that is not there. */
export type Called = (workflow: string) => Definition | null;

/**
 * The contract between a workflow and those that it calls: they are there and may be called, they get everything that
 * they need in values that fit, they hand back what is taken from them, and calls of calls come to an end.
 */
export function callFindings(definition: Definition, called: Called, known: readonly string[] = []): Found[] {
  const look: Called = (workflow) => (workflow === definition.workflow ? definition : called(workflow));
  return callsIn(definition).flatMap((call) => {
    const callee = look(call.component.workflow);
    if (callee === null) return [unknownWorkflow(call, known)];
    const collects = collectedBy(callee);
    if (collects === null) return [notToBeCalled(call)];
    return [
      ...givenFindings(definition, call, callee, collects),
      ...takenFindings(definition, call, callee),
      ...endlessFindings(definition, call, look),
    ];
  });
}

/** The data that a workflow takes from whoever calls it; null for one that cannot be called. */
export function collectedBy({ triggers }: Definition): string[] | null {
  for (const trigger of triggers) if ('sub_workflow' in trigger) return trigger.sub_workflow.collects;
  return null;
}

function unknownWorkflow({ component, path }: Call, known: readonly string[]): Found {
  const meant = closest(component.workflow, [...known]);
  return {
    path: [...path, 'workflow'],
    code: 'unknown_workflow',
    message: `There is no workflow "${component.workflow}".`,
    remedy:
      meant === null ? 'Publish it first, or together with this one.' : `Did you mean ${meant}? Otherwise publish it first.`,
  };
}

function notToBeCalled({ component, path }: Call): Found {
  return misfit(
    [...path, 'workflow'],
    `The workflow ${component.workflow} cannot be called as a step.`,
    'Give it a trigger, like "sub_workflow: { collects: [subject] }".',
  );
}

function givenFindings(definition: Definition, call: Call, callee: Definition, collects: readonly string[]): Found[] {
  const { component, path } = call;
  const { with: given, workflow } = component;
  const unasked = Object.keys(given)
    .filter((key) => !collects.includes(key))
    .map((key) => {
      const meant = closest(key, [...collects]);
      const remedy = meant === null ? `It takes ${collects.join(', ') || 'nothing'}.` : `Did you mean ${meant}?`;
      return { ...misfit([...path, 'with', key], `${workflow} takes no "${key}" from a caller.`, remedy), atKey: true };
    });
  return [
    ...unasked,
    ...collects.flatMap((key) => {
      const field = callee.data[key];
      if (field === undefined) return [];
      const source = given[key];
      if (source !== undefined) return sourceFindings(definition, call, key, source, field);
      return isNeeded(field)
        ? [misfit([...path, 'with'], `${workflow} needs ${labelOf(callee, key)} (${key}).`, `Give it, like ${key}: a_datum.`)]
        : [];
    }),
  ];
}

function isNeeded({ optional, show_when, require_when, computed }: Field): boolean {
  return !optional && show_when === undefined && require_when === undefined && computed === undefined;
}

function sourceFindings(definition: Definition, call: Call, key: string, source: string, target: Field): Found[] {
  const { component, path, stage, index } = call;
  const at: Path = [...path, 'with', key];
  const [root = '', part] = source.split('.');
  const from = part === undefined ? definition.data[root] : partOfItem(component, definition, part);
  if (from === undefined) return [];
  const fault = misfitOf(from, target);
  if (fault !== null)
    return [misfit(at, `${source} does not fit ${key} of ${component.workflow}: ${fault}.`, 'Give it a datum of the same type.')];
  if (!isNeeded(target)) return [];
  if (part !== undefined)
    return 'optional' in from && from.optional
      ? [
          misfit(
            at,
            `${source} may be empty, and ${component.workflow} needs it.`,
            `Take "optional" out of it, or make ${key} optional there.`,
          ),
        ]
      : [];
  return mayLack(definition, { stage, component: index }, root, at);
}

type Kind = Field | Scalar | { type: 'email' | 'text' | 'number'; optional?: true };

function partOfItem(component: SubWorkflowComponent, definition: Definition, part: string): Kind | undefined {
  const columns = columnsOfItem(component.each, definition);
  if (columns !== null && Object.hasOwn(columns, part)) return columns[part];
  if (part === 'key') return { type: 'text' };
  if (part === 'index') return { type: 'number' };
  if (columns !== null) return undefined;
  if (part === 'email') return { type: 'email' };
  // Of people, an address alone will do.
  if (part === 'name') return { type: 'text', optional: true };
  return part === 'value' ? { type: 'text' } : undefined;
}

const TEXTS = ['text', 'long_text', 'email', 'phone', 'url', 'choice'];

/** Why values of one kind are none of another; null when they are. */
function misfitOf(from: Kind, to: Kind): string | null {
  if (TEXTS.includes(from.type) && (to.type === 'text' || to.type === 'long_text')) return null;
  if (from.type !== to.type) return `it is ${from.type}, and that is ${to.type}`;
  if ('currency' in from && 'currency' in to && from.currency !== to.currency)
    return `it is in ${from.currency}, and that is in ${to.currency}`;
  if ('options' in from && 'options' in to) {
    const more = Object.keys(from.options).find((option) => !Object.hasOwn(to.options, option));
    if (more !== undefined) return `it may be "${more}", which is no option there`;
  }
  if ('of' in from && 'of' in to) {
    for (const [key, column] of Object.entries(to.of)) {
      const given = from.of[key];
      if (given === undefined) {
        if (!column.optional) return `its rows have no ${key}`;
        continue;
      }
      const fault = misfitOf(given, column);
      if (fault !== null) return `in ${key} ${fault}`;
    }
  }
  return null;
}

// What Baton itself says of each child, and the types in which it can be kept.
const SAID: Record<string, string[]> = {
  key: ['text', 'long_text'],
  state: ['choice', 'text'],
  who: ['text', 'email'],
  when: ['date_time'],
};

function takenFindings(definition: Definition, { component, path }: Call, callee: Definition): Found[] {
  const { save, collect, workflow } = component;
  const saved = Object.entries(save).flatMap(([key, result]) => {
    const at: Path = [...path, 'save', key];
    const found = resultFindings(definition.data[key], callee, result, at, workflow);
    return found.length > 0 ? found : emptyFindings(definition, component, callee, { key, result }, at);
  });
  const list = collect === undefined ? undefined : definition.data[collect];
  if (list?.type !== 'list') return saved;
  const collected = Object.entries(list.of).flatMap(([name, column]) => {
    const at: Path = ['data', collect ?? '', 'of', name];
    const types = SAID[name];
    if (types !== undefined) return sayingFindings(column, types, name, at);
    if (!callee.results.includes(name) && Object.hasOwn(component.with, name)) {
      const given = callee.data[name];
      return given === undefined ? [] : fitting(given, column, at, name, workflow);
    }
    return [
      ...resultFindings(column, callee, name, at, workflow),
      ...(column.optional
        ? []
        : [misfit(at, `${name} stays empty when an answer is missing.`, `Add "optional: true" to ${name}.`)]),
    ];
  });
  return [...saved, ...collected];
}

/** What is surely there when a child is done has to be: a result that it may leave empty is kept in data that may be, too. */
function emptyFindings(
  { data }: Definition,
  component: SubWorkflowComponent,
  callee: Definition,
  { key, result }: { key: string; result: string },
  at: Path,
): Found[] {
  const field = data[key];
  if (field === undefined || !isNeeded(field) || !surelyReturns(component) || !mayEndWithout(callee, result)) return [];
  const message = `${result} of ${component.workflow} may be empty, and ${key} is needed here.`;
  return [misfit(at, message, `Make ${key} optional, or take "optional" out of ${result} there.`)];
}

function sayingFindings(column: Scalar, types: readonly string[], name: string, at: Path): Found[] {
  if (column.type === 'choice') return stateFindings(column, at);
  if (types.includes(column.type)) return [];
  return [misfit(at, `"${name}" is what Baton says of each child.`, `Make it ${types.join(' or ')}, or choose another name.`)];
}

function stateFindings(column: Extract<Scalar, { type: 'choice' }>, at: Path): Found[] {
  const lacking = Object.keys(CHILD_STATES).filter((state) => !Object.hasOwn(column.options, state));
  if (lacking.length === 0) return [];
  return [misfit(at, `A child may also be ${lacking.join(' or ')}.`, `Its options are ${Object.keys(CHILD_STATES).join(', ')}.`)];
}

function resultFindings(target: Kind | undefined, callee: Definition, result: string, at: Path, workflow: string): Found[] {
  const field = callee.data[result];
  if (!callee.results.includes(result) || field === undefined) {
    const meant = closest(result, callee.results);
    const remedy = meant === null ? `It hands back ${callee.results.join(', ') || 'nothing'}.` : `Did you mean ${meant}?`;
    return [misfit(at, `${workflow} hands back no "${result}".`, remedy)];
  }
  return target === undefined ? [] : fitting(field, target, at, result, workflow);
}

function fitting(from: Kind, to: Kind, at: Path, name: string, workflow: string): Found[] {
  const fault = misfitOf(from, to);
  return fault === null
    ? []
    : [misfit(at, `${name} of ${workflow} does not fit here: ${fault}.`, 'Declare it with the same type.')];
}

/** A workflow that comes back to itself has to have a way to an end on which it does not. */
function endlessFindings(definition: Definition, call: Call, look: Called): Found[] {
  const circle = circleFrom(definition, call.component.workflow, look);
  if (circle === null) return [];
  const names = [definition.workflow, ...circle];
  const escapes = circle.some((next, at) => {
    const caller = look(names[at] ?? '');
    return caller !== null && endsWithout(caller, next);
  });
  if (escapes) return [];
  return [
    {
      path: [...call.path, 'workflow'],
      code: 'endless_calls',
      message: `These workflows call each other without end: ${names.join(' → ')}.`,
      remedy: 'Let a rule lead to an end before the call is reached.',
    },
  ];
}

/** The workflows on the shortest way of calls from one back to the first; null when there is none. */
function circleFrom(definition: Definition, start: string, look: Called): string[] | null {
  const ways: string[][] = [[start]];
  const seen = new Set([start]);
  for (const way of ways) {
    const last = way.at(-1) ?? '';
    if (last === definition.workflow) return way;
    const callee = look(last);
    for (const { component } of callee === null ? [] : callsIn(callee)) {
      if (seen.has(component.workflow)) continue;
      seen.add(component.workflow);
      ways.push([...way, component.workflow]);
    }
  }
  return null;
}

/** Whether a run may come to an end without calling that workflow. */
function endsWithout(definition: Definition, workflow: string): boolean {
  const calling = new Set(
    callsIn(definition).flatMap(({ stage, component }) => (component.workflow === workflow ? [stage] : [])),
  );
  const seen = new Set([firstStage(definition)]);
  for (const key of seen) {
    const stage = definition.stages[key];
    if (key === END) return true;
    // What is left out of a stage by a skip rule is not called either.
    const next = calling.has(key)
      ? skipTarget(definition, key)
      : [...(stage?.next?.map(({ to }) => to) ?? [END]), ...sideExits(definition, key)];
    for (const to of next) seen.add(to);
  }
  return false;
}

function skipTarget(definition: Definition, key: string): string[] {
  const stage = definition.stages[key];
  return stage?.skip === undefined ? [] : [stage.skip.to ?? stage.next?.[0]?.to ?? END];
}

function misfit(path: Path, message: string, remedy: string): Found {
  return { path, code: 'does_not_fit', message, remedy };
}
