import { keysIn } from '../../machines/components/form.ts';
import { type Definition, startForm } from '../../machines/definition.ts';
import { readJsonValues } from '../../machines/fields/field.ts';
import type { Facts, Origin, Read } from '../../machines/values.ts';

/**
 * Reads the data that a program gives a run to begin with: anything declared may be given, and what the start form
 * collects must be, unless it is optional.
 */
export function factsForStart(definition: Definition, data: Record<string, unknown>, origin: Origin): Read<Facts> {
  const asked = new Set(requiredAtStart(definition));
  const fields = Object.entries(definition.data).map(([key, field]) => ({
    key,
    field: asked.has(key) ? field : { ...field, optional: true },
  }));
  const read = readJsonValues(fields, data);
  if (!read.ok) return read;
  return { ok: true, value: Object.fromEntries(Object.entries(read.value).map(([key, value]) => [key, { value, origin }])) };
}

/** What a program has to give: what the `api` trigger says, else what the start form asks. */
function requiredAtStart(definition: Definition): string[] {
  for (const trigger of definition.triggers) if ('api' in trigger && trigger.api.collects) return trigger.api.collects;
  return keysIn(startForm(definition)?.collects ?? []);
}
