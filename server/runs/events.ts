import { type Component, type Definition, fieldOf } from '../../machines/definition.ts';
import { readJson } from '../../machines/fields/field.ts';
import type { Problem, Read, Value } from '../../machines/values.ts';

type Wait = Extract<Component, { kind: 'wait' }>;

/**
 * Reads what an event of a program brings, as the data in which the waits for it keep it; null when no stage of the
 * workflow waits for an event of this name.
 */
export function readEvent(definition: Definition, name: string, body: unknown): Read<Record<string, Value>> | null {
  const waits = Object.values(definition.stages)
    .flatMap(({ components }) => components)
    .filter((component): component is Wait => component.kind === 'wait' && component.event === name);
  if (waits.length === 0) return null;
  const value: Record<string, Value> = {};
  const problems: Problem[] = [];
  for (const [key, path] of waits.flatMap(({ save }) => Object.entries(save))) {
    const field = fieldOf(definition, key);
    const found = at(body, path.split('.'));
    if ((found === undefined || found === null) && field.optional) continue;
    const read = readJson(field, found, path);
    if (read.ok) value[key] = read.value;
    else problems.push(...read.problems);
  }
  return problems.length === 0 ? { ok: true, value } : { ok: false, problems };
}

function at(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, first)) return undefined;
  return at(Object.entries(value).find(([key]) => key === first)?.[1], rest);
}
