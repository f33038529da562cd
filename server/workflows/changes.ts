import { diffWordsWithSpace } from 'diff';

/** A piece of a text as it differs from another: in both, only in the new one, only in the old one. */
export type Change = { is: 'same' | 'added' | 'removed'; text: string };

// Two texts of 20,000 characters that share nothing take seconds to compare; after this the whole is shown as changed.
const LONGEST_MS = 200;

/** What changed from one text to another, word by word. */
export function changesBetween(before: string, after: string): Change[] {
  if (before === after) return before === '' ? [] : [{ is: 'same', text: before }];
  const parts = diffWordsWithSpace(before, after, { timeout: LONGEST_MS });
  if (parts === undefined)
    return [
      { is: 'removed', text: before },
      { is: 'added', text: after },
    ];
  return parts.map(({ added, removed, value }) => ({ is: added ? 'added' : removed ? 'removed' : 'same', text: value }));
}
