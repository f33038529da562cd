/** The word that was probably meant: the nearest one, if it is near enough; null else. */
export function closest(word: string, words: readonly string[]): string | null {
  const low = word.toLowerCase();
  let best: string | null = null;
  let most = Math.max(1, Math.floor(word.length / 3));
  for (const candidate of words) {
    const distance = editDistance(low, candidate.toLowerCase(), most);
    if (distance > most) continue;
    best = candidate;
    if (distance === 0) break;
    // The first of several that are equally near is kept.
    most = distance - 1;
  }
  return best;
}

/**
 * How many letters must be put in, taken out, changed or swapped with their neighbour (Damerau 1964). Anything above
 * `most` is the same: it stops there, since somebody may have written thousands of words.
 */
function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = (above[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const around = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change);
      row.push(swapped ? Math.min(around, (before[j - 2] ?? 0) + 1) : around);
    }
    if (row.every((distance) => distance > most) && above.every((distance) => distance > most)) return most + 1;
    before = above;
    above = row;
  }
  return above[other.length] ?? 0;
}
