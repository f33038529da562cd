import { type Component, componentId } from './components/component.ts';
import { type Definition, labelOf } from './definition.ts';
import { type Field, plainValue, readJson } from './fields/field.ts';
import type { RunContext } from './outcome.ts';
import { isFile, type Value } from './values.ts';

/** Data that a run holds, or is about to hold, and that the other version takes for something else: a sentence each. */
export function typeFaults(from: Definition, to: Definition, context: RunContext): string[] {
  const held = Object.entries(context.facts).map(([key, { value }]) => [key, value] as const);
  const kept = Object.values(context.heard ?? {}).flatMap(({ data }) => Object.entries(data));
  const faults = [...held, ...kept].flatMap(([key, value]) => faultOf(from.data[key], to.data[key], key, value, to));
  const coming = [...kept.map(([key]) => key), ...comingTo(from, context)].flatMap((key) => comingFault(from, to, key));
  return [...new Set([...faults, ...coming])];
}

/** A datum that the other version does not know is kept and not shown; one that it types differently cannot be. */
function faultOf(was: Field | undefined, is: Field | undefined, key: string, value: Value, to: Definition): string[] {
  if (is === undefined || is.computed !== undefined) return [];
  const label = labelOf(to, key);
  if (was === undefined) {
    return fits(is, value) ? [] : [`${label} was gathered in an earlier version as something else than ${typeOf(is)}.`];
  }
  if (typeOf(was) !== typeOf(is)) return [`${label} is ${typeOf(was)} here and ${typeOf(is)} in that version.`];
  const unknown = isChoice(is)
    ? [value].flat().find((one) => typeof one === 'string' && !Object.hasOwn(is.options, one))
    : undefined;
  return unknown === undefined ? [] : [`${label} is "${optionOf(was, unknown)}", which that version does not offer.`];
}

function isChoice(field: Field): field is Extract<Field, { options: unknown }> {
  return 'options' in field;
}

function optionOf(field: Field, key: unknown): string {
  return (isChoice(field) ? field.options[String(key)] : undefined) ?? String(key);
}

/** What an answer under way will bring: it has to be declared there, and to be of the same type. */
function comingFault(from: Definition, to: Definition, key: string): string[] {
  const [was, is] = [from.data[key], to.data[key]];
  if (is === undefined) return [`It waits for ${labelOf(from, key)}, which that version does not declare.`];
  if (was === undefined || typeOf(was) === typeOf(is)) return [];
  return [`${labelOf(to, key)} is ${typeOf(was)} here and ${typeOf(is)} in that version.`];
}

function comingTo({ stages }: Definition, { awaiting, stage }: RunContext): string[] {
  const components = (stage === null ? undefined : stages[stage]?.components) ?? [];
  const awaited = components.find((one, index) => awaiting !== null && componentId(one, index) === awaiting.component);
  return awaited === undefined ? [] : broughtBy(awaited);
}

function broughtBy(component: Component): string[] {
  if (component.kind === 'document') return [component.into];
  return component.kind === 'http' ? Object.keys(component.save) : [];
}

/** `money in USD`: all that decides how a value is kept. Short and long texts are kept alike. */
function typeOf(field: Field): string {
  switch (field.type) {
    case 'money':
      return `money in ${field.currency}`;
    case 'long_text':
      return 'text';
    case 'list': {
      const columns = Object.entries(field.of).map(([key, column]) => `${key}: ${typeOf(column)}`);
      return `a list of ${columns.join(', ')}`;
    }
    default:
      return field.type.replaceAll('_', ' ');
  }
}

/** Whether a value of unknown type can be one of this field: it comes out as it went in. */
function fits(field: Field, value: Value): boolean {
  if (field.type === 'file') return isFile(value);
  if (field.type === 'files') return Array.isArray(value) && value.every(isFile);
  try {
    const read = readJson(field, plainValue(field, value), '');
    return read.ok && JSON.stringify(read.value) === JSON.stringify(value);
  } catch {
    return false;
  }
}
