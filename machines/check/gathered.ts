import { asksPeople, type Component, componentId } from '../components/component.ts';
import { keysIn } from '../components/form.ts';
import { type Definition, END } from '../definition.ts';
import { dataIn } from '../expressions.ts';
import { impliedData } from '../implied.ts';
import { askingOf } from '../questions/asking.ts';
import { questionsOf } from '../questions/question.ts';
import { dataInTemplate, singleName } from '../templates.ts';
import type { Found } from './finding.ts';
import { impliedKeys, textsIn } from './paths.ts';
import { readByCall } from './sub-workflows.ts';

/** Every datum that anything in the definition gathers. */
export function gatheredIn(definition: Definition): Set<string> {
  const keys = new Set<string>();
  const add = (names: Iterable<string>) => {
    for (const name of names) keys.add(name);
  };
  for (const trigger of definition.triggers) {
    if ('form' in trigger) add(keysIn(trigger.form.collects));
    // A program may give anything that is declared, unless the definition says what.
    if ('sub_workflow' in trigger) add(trigger.sub_workflow.collects);
    if ('by_hand' in trigger) add(Object.keys(definition.data));
    if ('api' in trigger) add(trigger.api.collects ?? Object.keys(definition.data));
  }
  for (const { components } of Object.values(definition.stages)) for (const component of components) add(gatheredBy(component));
  for (const [key, field] of Object.entries(definition.data)) if (field.computed !== undefined) keys.add(key);
  return keys;
}

function gatheredBy(component: Component): string[] {
  const implied = Object.keys(impliedData(component));
  switch (component.kind) {
    case 'form':
    case 'file_request':
      return keysIn(component.collects);
    case 'task':
      return component.proof;
    case 'decision': {
      const outcomes = Object.values(component.outcomes);
      const asked = outcomes.flatMap(({ limit, collects }) => [...(limit === undefined ? [] : [limit.data]), ...collects]);
      return [...implied, ...component.collects, ...asked];
    }
    case 'sub_workflow':
      return [...implied, ...Object.keys(component.save), ...(component.collect === undefined ? [] : [component.collect])];
    case 'http':
    case 'wait':
    case 'lookup':
      return [...implied, ...Object.keys(component.save)];
    case 'rules':
      return component.rows.flatMap(({ set }) => Object.keys(set));
    default:
      return implied;
  }
}

/** Data that is gathered and then used by nothing: neither shown, nor sent, nor compared. */
export function unusedFindings(definition: Definition): Found[] {
  const gathered = gatheredIn(definition);
  const used = usedIn(definition);
  const implied = impliedKeys(definition);
  return Object.keys(definition.data)
    .filter((key) => !used.has(key) && !implied.has(key))
    .map((key) => ({
      path: ['data', key],
      atKey: true,
      code: 'never_used' as const,
      severity: 'warning' as const,
      message: gathered.has(key)
        ? `"${key}" is gathered, and then nothing uses it.`
        : `"${key}" is declared, and nothing gathers or uses it.`,
      remedy: `Show ${key} to somebody, name it in a text or a rule, or take it out.`,
    }));
}

function usedIn(definition: Definition): Set<string> {
  const used = new Set<string>();
  const add = (names: Iterable<string>) => {
    for (const name of names) used.add(name);
  };
  const text = (template: string | undefined) => add(template === undefined ? [] : dataInTemplate(template, definition));
  const rule = (condition: string | undefined) => add(condition === undefined ? [] : dataIn(condition, definition));
  add(definition.results);
  text(definition.run_title);
  for (const actor of Object.values(definition.actors)) if ('email' in actor) add([singleName(actor.email) ?? '']);
  for (const { that } of definition.checks) rule(that);
  for (const field of Object.values(definition.data)) {
    for (const condition of [field.computed, field.show_when, field.require_when]) rule(condition);
    if (typeof field.default === 'string') text(field.default);
  }
  for (const [key, stage] of Object.entries(definition.stages)) {
    rule(stage.skip?.when);
    for (const { when } of stage.next ?? []) rule(when);
    // Whoever judges a fork reads everything that the run has gathered.
    if (stage.next?.some(({ guidance }) => guidance !== undefined)) add(Object.keys(definition.data));
    for (const [index, component] of stage.components.entries()) add(usedBy(definition, key, component, index));
  }
  return used;
}

function usedBy(definition: Definition, stage: string, component: Component, index: number): string[] {
  const texts = (...all: string[]) => all.flatMap((text) => dataInTemplate(text, definition));
  if (asksPeople(component)) {
    const asking = askingOf(definition, { stage, component: componentId(component, index) });
    const read = questionsOf(asking).flatMap((question) =>
      question.is === 'one' ? (question.atMost ?? []) : question.rows.is === 'fixed' ? [question.key] : [],
    );
    // Evidence is kept for the record, which is a use of its own.
    const evidence =
      component.kind === 'task' ? component.proof : component.kind === 'file_request' ? keysIn(component.collects) : [];
    return [...asking.shows, ...read, ...evidence];
  }
  switch (component.kind) {
    case 'email':
      return [...texts(component.subject, component.body), ...component.attach];
    case 'document':
      return texts(component.title, component.template);
    case 'http':
      return texts(component.url, ...Object.values(component.headers), ...textsIn(component.json, []).map((one) => one.text));
    case 'wait':
      return component.until === undefined ? [] : [component.until];
    case 'lookup':
      return [...Object.values(component.match), ...(component.where === undefined ? [] : dataIn(component.where, definition))];
    case 'sub_workflow':
      return readByCall(component, definition);
    case 'rules':
      return component.rows.flatMap(({ when }) => (when === undefined ? [] : dataIn(when, definition)));
    default:
      return [];
  }
}

/** Stages that something other than `next` leads to: skips, waits that end in vain, lookups that find nothing. */
export function sideExits(definition: Definition, key: string): string[] {
  const stage = definition.stages[key];
  if (stage === undefined) return [];
  const skip = stage.skip === undefined ? [] : [stage.skip.to ?? (stage.next?.length === 1 ? (stage.next[0]?.to ?? END) : END)];
  const others = stage.components.flatMap((component) =>
    (component.kind === 'wait' || component.kind === 'lookup') && component.otherwise !== undefined ? [component.otherwise] : [],
  );
  const limits = (stage.next ?? []).flatMap(({ at_most, afterwards }) => (at_most === undefined ? [] : [afterwards ?? END]));
  return [...skip, ...others, ...limits];
}
