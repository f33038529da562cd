import type { Definition } from '../../machines/definition.ts';
import { readStart } from '../../machines/questions/start.ts';
import type { Facts, Origin, Person, Read } from '../../machines/values.ts';

/** Reads the data that a program gives a run to begin with, as facts from there. */
export function factsForStart(
  definition: Definition,
  data: Record<string, unknown>,
  origin: Origin,
  starter: Person,
): Read<Facts> {
  const read = readStart(definition, data, { starter, at: origin.at });
  if (!read.ok) return read;
  return { ok: true, value: Object.fromEntries(Object.entries(read.value).map(([key, value]) => [key, { value, origin }])) };
}
