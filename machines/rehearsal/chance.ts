/** A source of chance that gives the same throws for the same seed (mulberry32, Tommy Ettinger 2017). */
export type Chance = { below(n: number): number; pick<T>(items: readonly T[]): T | undefined };

/** Chance from a seed: nothing here asks the machine for randomness. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return { below, pick: (items) => items[below(items.length)] };
}
