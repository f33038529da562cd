import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { callFindings } from '../../../machines/check/calls.ts';
import { readDefinition } from '../../../machines/check/read.ts';
import type { Definition } from '../../../machines/definition.ts';
import { JOIN_OUTCOMES } from '../../../machines/implied.ts';
import { replay } from '../../../machines/replay.ts';
import { dice } from './dice.ts';
import { FAULTS } from './faults.ts';
import { type Played, play } from './player.ts';
import { calledByChance } from './random-call.ts';
import { randomDefinition } from './random-definition.ts';
import { tree } from './tree.ts';

const MOST_OF_A_KIND = 20;

function soundOne(seed: number, wild?: number): Definition | null {
  const { definition } = readDefinition(randomDefinition(seed, wild), 'by-chance.yaml');
  return definition === null || callFindings(definition, calledByChance).length > 0 ? null : definition;
}

describe('a definition that the check passes', () => {
  test('never gets stuck, misses data or throws, whatever happens to its runs', { timeout: 60_000 }, () => {
    let sound = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const definition = soundOne(seed);
        if (definition === null) return;
        sound += 1;
        for (let n = 0; n < 3; n += 1) play(definition, dice(seed + n + 1), calledByChance);
      }),
      { numRuns: 300 },
    );
    expect(sound).toBeGreaterThan(60);
  });

  test('gives the same snapshot when the history of a run is folded again', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const definition = soundOne(seed);
        if (definition === null) return;
        const { workflow, beginning, events, outcomes } = play(definition, dice(seed), calledByChance);
        const stored = outcomes.at(-1)?.snapshot;
        expect(JSON.stringify(replay(() => workflow, 1, beginning, events))).toBe(JSON.stringify(stored));
        // What the database gives back is the JSON of it.
        expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
      }),
      { numRuns: 80 },
    );
  });

  test('goes on from its children for every reason that there is, in the runs that are played here', { timeout: 60_000 }, () => {
    const seen = new Set<string>();
    const wanted = [
      ...Object.keys(JOIN_OUTCOMES),
      'held',
      'add',
      'remove',
      'replace',
      'repinned',
      'late',
      'conflicting',
      'steered',
    ];
    for (let seed = 1; seed <= 300 && !wanted.every((one) => seen.has(one)); seed += 1) {
      const definition = soundOne(seed, 0);
      if (definition === null) continue;
      for (const one of happenedIn(play(definition, dice(seed), calledByChance))) seen.add(one);
    }
    expect(wanted.filter((one) => !seen.has(one))).toEqual([]);
  });
});

/** What happened among the children of a run, in a word each. */
function happenedIn({ outcomes }: Played): string[] {
  return outcomes.flatMap(({ happened, children }) => [
    ...happened.map((one) => (one.what === 'joined' ? one.outcome : one.what === 'children_changed' ? one.change : one.what)),
    ...children.map((one) => (one.is === 'reported' ? one.as : one.is)),
  ]);
}

describe('a good definition that is broken on purpose', () => {
  test('is found out: at least 95 of 100 seeded faults, of every kind', { timeout: 60_000 }, () => {
    const found = new Map<string, { of: number; found: number }>();
    const good = goodSources().map((source): unknown => parse(source));
    for (const [index, fault] of FAULTS.entries()) {
      // Each kind begins with another one, so that all of them are broken in many ways.
      for (const written of [...good.slice(index % good.length), ...good.slice(0, index % good.length)]) {
        const score = found.get(fault.name) ?? { of: 0, found: 0 };
        if (score.of === MOST_OF_A_KIND) break;
        const copy = tree(structuredClone(written));
        if (!fault.break(copy, dice(index * 100), called)) continue;
        const isFound = !isSound(stringify(copy, { aliasDuplicateObjects: false }));
        found.set(fault.name, { of: score.of + 1, found: score.found + (isFound ? 1 : 0) });
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

  test('and what is not broken is let alone: no example has a finding', { timeout: 60_000 }, () => {
    for (const [file, source] of SHIPPED) {
      const { definition, findings } = readDefinition(source, file);
      expect([file, findings, definition === null ? null : callFindings(definition, called)]).toEqual([file, [], []]);
    }
  });
});

const FOLDER = new URL('../../../workflows/', import.meta.url);
const SHIPPED = readdirSync(FOLDER).map((file) => [file, readFileSync(new URL(file, FOLDER), 'utf8')] as const);
const PUBLISHED = new Map(
  SHIPPED.flatMap(([file, source]) => {
    const { definition } = readDefinition(source, file);
    return definition === null ? [] : [[definition.workflow, definition] as const];
  }),
);

function called(workflow: string): Definition | null {
  return PUBLISHED.get(workflow) ?? calledByChance(workflow);
}

function isSound(source: string): boolean {
  const { definition } = readDefinition(source, 'broken.yaml');
  return definition !== null && callFindings(definition, called).length === 0;
}

/** The shipped examples, and sound definitions made by chance. */
function goodSources(): string[] {
  const random: string[] = [];
  for (let seed = 1; random.length < 25; seed += 1) if (soundOne(seed, 0) !== null) random.push(randomDefinition(seed, 0));
  return [...SHIPPED.map(([, source]) => source), ...random];
}
