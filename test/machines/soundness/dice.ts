/** A source of chance that gives the same throws for the same seed (mulberry32, Tommy Ettinger 2017). */
export type Dice = {
  /** A whole number from 0 up to, and without, `n`. */
  below(n: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  some<T>(items: readonly T[], most: number): T[];
};

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  };
  return {
    below,
    chance: (probability) => next() < probability,
    pick,
    some: (items, most) => {
      const left = [...items];
      const taken: (typeof left)[number][] = [];
      for (let n = below(most + 1); n > 0 && left.length > 0; n -= 1) taken.push(...left.splice(below(left.length), 1));
      return taken;
    },
  };
}
