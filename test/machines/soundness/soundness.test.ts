import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../../machines/check/read.ts';
import type { Definition } from '../../../machines/definition.ts';
import { replay } from '../../../machines/replay.ts';
import { dice } from './dice.ts';
import { broken, FAULTS } from './faults.ts';
import { play } from './player.ts';
import { randomDefinition } from './random-definition.ts';

function soundOne(seed: number): Definition | null {
  return readDefinition(randomDefinition(seed), 'by-chance.yaml').definition;
}

describe('a definition that the check passes', () => {
  test('never gets stuck, misses data or throws, whatever happens to its runs', { timeout: 60_000 }, () => {
    let sound = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const definition = soundOne(seed);
        if (definition === null) return;
        sound += 1;
        for (let n = 0; n < 4; n += 1) play(definition, dice(seed + n + 1));
      }),
      { numRuns: 150 },
    );
    expect(sound).toBeGreaterThan(40);
  });

  test('gives the same snapshot when the history of a run is folded again', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const definition = soundOne(seed);
        if (definition === null) return;
        const { workflow, beginning, events, outcomes } = play(definition, dice(seed));
        expect(replay(() => workflow, 1, beginning, events)).toEqual(outcomes.at(-1)?.snapshot);
        // What the database gives back is the JSON of it.
        expect(JSON.parse(JSON.stringify(outcomes.at(-1)?.snapshot))).toEqual(outcomes.at(-1)?.snapshot);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a good definition that is broken on purpose', () => {
  test('is found out: at least 95 of 100 seeded faults, of every kind', { timeout: 60_000 }, () => {
    const found = new Map<string, { of: number; found: number }>();
    for (const source of goodSources()) {
      for (const [index, fault] of FAULTS.entries()) {
        for (let seed = 0; seed < 1; seed += 1) {
          const text = broken(source, fault, dice(index * 100 + seed));
          if (text === null) continue;
          const score = found.get(fault.name) ?? { of: 0, found: 0 };
          const isFound = readDefinition(text, 'broken.yaml').findings.some(({ severity }) => severity === 'error');
          found.set(fault.name, { of: score.of + 1, found: score.found + (isFound ? 1 : 0) });
        }
      }
    }
    const all = [...found.values()].reduce((sum, one) => ({ of: sum.of + one.of, found: sum.found + one.found }));
    const missed = [...found].filter(([, one]) => one.found < one.of).map(([name, one]) => `${name}: ${one.found} of ${one.of}`);
    process.stdout.write(
      `Seeded faults found: ${all.found} of ${all.of} (${((100 * all.found) / all.of).toFixed(1)} %), ${found.size} kinds.\n`,
    );
    expect(missed.join('\n')).toBe('');
    expect(all.found / all.of).toBeGreaterThanOrEqual(0.95);
    expect(FAULTS.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
  });

  test('and what is not broken is let alone: no example has a finding', () => {
    for (const [file, source] of shippedSources()) expect([file, readDefinition(source, file).findings]).toEqual([file, []]);
  });
});

const FOLDER = new URL('../../../workflows/', import.meta.url);

function shippedSources(): [string, string][] {
  return readdirSync(FOLDER).map((file) => [file, readFileSync(new URL(file, FOLDER), 'utf8')]);
}

/** The shipped examples, and sound definitions made by chance. */
function goodSources(): string[] {
  const random: string[] = [];
  for (let seed = 1; random.length < 25; seed += 1) {
    const source = randomDefinition(seed, 0);
    if (readDefinition(source, 'by-chance.yaml').definition !== null) random.push(source);
  }
  return [...shippedSources().map(([, source]) => source), ...random];
}
