import type { Definition } from './definition.ts';
import { renderAddress } from './templates.ts';
import type { Facts, Person } from './values.ts';

/**
 * The person behind an actor as things stand: the starter, or whoever the actor's address template names.
 * Throws when the address cannot be resolved; `check` refuses definitions in which that could happen.
 */
export function resolveActor(definition: Definition, actor: string, facts: Facts, starter: Person): Person {
  const declared = definition.actors[actor];
  if (declared === undefined) throw new Error(`Workflow ${definition.workflow} declares no actor ${actor}.`);
  if ('from' in declared) return starter;
  return { email: renderAddress(declared.email, definition, facts), name: null };
}

/** Whether two people are one for Baton: the address decides. */
export function isSame(one: Person, other: Person): boolean {
  return one.email === other.email;
}
