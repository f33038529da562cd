import type { SavedCase } from '../cases.ts';
import type { Definition } from '../definition.ts';
import type { Surroundings } from '../effects.ts';
import { plainValue, readJson, showValue } from '../fields/field.ts';
import { endedIn, type Rehearsal, rehearse, visitedStages } from './rehearse.ts';

/** What came of a case. `step` counts from 1; null when it is about the end. */
export type Played = { ok: true } | { ok: false; step: number | null; difference: string };

/** Plays a saved case through a definition, and holds the end against what is expected. Never throws. */
export function playCase(definition: Definition, around: Surroundings, saved: SavedCase): Played {
  try {
    const played = rehearse(definition, around, { startsWith: saved.starts_with, at: saved.at }, saved.steps);
    if (!played.ok) {
      const { move, why, possible } = played.refused;
      const instead = possible.length === 0 ? '' : ` Possible now: ${possible.join('; ')}.`;
      return { ok: false, step: move < 0 ? null : move + 1, difference: `${why}${instead}` };
    }
    const [difference] = differences(played.rehearsal, saved.expect);
    return difference === undefined ? { ok: true } : { ok: false, step: null, difference };
  } catch (error) {
    return { ok: false, step: null, difference: error instanceof Error ? error.message : String(error) };
  }
}

function differences(rehearsal: Rehearsal, expected: SavedCase['expect']): string[] {
  const { outcome } = rehearsal;
  const found: string[] = [];
  const end = endedIn(rehearsal);
  if (expected.ends_in !== undefined && end !== expected.ends_in) {
    const now = end === null ? `it waits in ${outcome.stage}` : `it ended in ${end}`;
    found.push(`The run should have ended in ${expected.ends_in}, but ${now}.`);
  }
  if (expected.waits_in !== undefined && (end !== null || outcome.stage !== expected.waits_in)) {
    found.push(
      `The run should wait in ${expected.waits_in}, but it ${end === null ? `waits in ${outcome.stage}` : `ended in ${end}`}.`,
    );
  }
  const visited = visitedStages(rehearsal);
  if (expected.visits !== undefined && visited.join() !== expected.visits.join()) {
    found.push(`The run should have gone through ${expected.visits.join(', ')}, but it went through ${visited.join(', ')}.`);
  }
  return [...found, ...dataDifferences(rehearsal, expected.data), ...mailDifferences(rehearsal, expected.mails_to)];
}

function dataDifferences({ workflow: { definition }, outcome }: Rehearsal, data: Record<string, unknown>): string[] {
  return Object.entries(data).flatMap(([key, json]) => {
    const field = definition.data[key];
    const gathered = outcome.snapshot.context.facts[key];
    if (field === undefined) return [`No data "${key}" is declared.`];
    if (json === null)
      return gathered === undefined ? [] : [`${key} should be missing, but it is ${showValue(field, gathered.value)}.`];
    if (gathered === undefined) return [`${key} should be ${JSON.stringify(json)}, but nothing has gathered it.`];
    const read = readJson(field, json, key);
    const same = read.ok
      ? JSON.stringify(plainValue(field, read.value)) === JSON.stringify(plainValue(field, gathered.value))
      : JSON.stringify(json) === JSON.stringify(plainValue(field, gathered.value));
    return same ? [] : [`${key} should be ${JSON.stringify(json)}, but it is ${showValue(field, gathered.value)}.`];
  });
}

/** The mails that an owner wrote, by the actor to whom they go. */
function mailDifferences({ workflow: { definition }, happenings }: Rehearsal, expected: string[] | undefined): string[] {
  if (expected === undefined) return [];
  const actors = happenings.flatMap((one) => {
    if (one.what !== 'mailed') return [];
    const component = definition.stages[one.stage]?.components.find(
      (part, index) => (part.id ?? `${part.kind}_${index + 1}`) === one.component,
    );
    return component?.kind === 'email' ? [component.to] : [];
  });
  if (actors.join() === expected.join()) return [];
  const words = (list: readonly string[]) => (list.length === 0 ? 'nobody' : list.join(', '));
  return [`Mails should have gone to ${words(expected)}, but they went to ${words(actors)}.`];
}
