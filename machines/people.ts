import type { Definition } from './definition.ts';
import type { Moment } from './expressions.ts';
import type { RunContext } from './outcome.ts';
import { renderAddress } from './templates.ts';
import { type Facts, isPerson, type Person } from './values.ts';

/**
 * The person behind an actor as things stand: the starter, or whoever the actor's address template names.
 * Throws when the address cannot be resolved; `check` refuses definitions in which that could happen.
 */
export function resolveActor(definition: Definition, actor: string, facts: Facts, starter: Person): Person {
  const declared = definition.actors[actor];
  if (declared === undefined) throw new Error(`Workflow ${definition.workflow} declares no actor ${actor}.`);
  if ('from' in declared) return starter;
  const [, named] = /^\s*\{\{\s*([a-z][a-z0-9_]*)\s*\}\}\s*$/.exec(declared.email) ?? [];
  const value = named === undefined ? undefined : facts[named]?.value;
  if (isPerson(value)) return { email: value.email, name: value.name };
  return { email: renderAddress(declared.email, definition, facts), name: null };
}

/** Whether two people are one for Baton: the address decides. */
export function isSame(one: Person, other: Person): boolean {
  return one.email === other.email;
}

/** The owner whom people are told to write to, and who decides where nobody else is named. */
export function firstOwner({ owners }: Definition): Person {
  return { email: owners[0] ?? '', name: null };
}

/** What expressions may name of a step besides the data. Outside of a step, the time at which the run began. */
export function momentOf({ starter, step, startedAt }: RunContext): Moment {
  return { starter, at: step?.at ?? startedAt };
}

/** Somebody as their role and address: `Manager (mara@example.com)`. */
export function nameOfActor({ actors }: Definition, actor: string, { email }: Person): string {
  return `${actors[actor]?.title ?? 'Owner'} (${email})`;
}
