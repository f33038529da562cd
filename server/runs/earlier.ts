import type { Happening } from '../../machines/outcome.ts';
import type { Instant, ShownFact } from '../../machines/values.ts';
import type { HistoryLine } from './find.ts';

/** A value that a datum had before: what, from whom, when. */
export type EarlierValue = { text: string; by: string; at: Instant };

/** The values that each datum had before the one it has now, oldest first, by key. History holds them all. */
export function earlierValues(history: readonly HistoryLine[]): Record<string, EarlierValue[]> {
  const all: Record<string, EarlierValue[]> = {};
  for (const { at, happened } of history) {
    for (const happening of happened) {
      const { by, facts } = gatheredBy(happening);
      for (const { key, text } of facts) {
        const values = all[key] ?? [];
        all[key] = values;
        if (values.at(-1)?.text !== text) values.push({ text, by, at });
      }
    }
  }
  return Object.fromEntries(Object.entries(all).map(([key, values]) => [key, values.slice(0, -1)]));
}

function gatheredBy(happening: Happening): { by: string; facts: readonly ShownFact[] } {
  switch (happening.what) {
    case 'answered':
    case 'supplied':
      return { by: happening.by.email, facts: happening.answers };
    case 'heard':
      return { by: happening.by, facts: happening.kept ? [] : happening.saved };
    case 'looked_up':
      return { by: happening.table, facts: happening.found ?? [] };
    case 'ruled':
      return { by: happening.component, facts: happening.set };
    default:
      return { by: '', facts: [] };
  }
}
