import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { getShortestPaths, toDirectedGraph } from 'xstate/graph';
import { readDefinition } from '../../../machines/check/read.ts';
import { configOf } from '../../../machines/config.ts';
import type { Definition } from '../../../machines/definition.ts';
import { explore } from '../../../machines/rehearsal/explore.ts';
import { freeMachine, shortestWays } from '../../../machines/rehearsal/ways.ts';
import { EVERYTHING } from '../../world/everything.ts';

const FOLDER = new URL('../../../workflows/', import.meta.url);
const SHIPPED = readdirSync(FOLDER).map((file) => [file, readFileSync(new URL(file, FOLDER), 'utf8')] as const);

function definitionOf(source: string): Definition {
  const { definition, findings } = readDefinition(source, 'x.yaml');
  if (definition === null) throw new Error(JSON.stringify(findings));
  return definition;
}

const around = ({ settings }: Definition) => ({ portal: 'http://localhost', settings });

// Reached only when an owner has changed the lookup tables, whose rows are no guess of a rehearsal.
const OUT_OF_REACH: Record<string, string[]> = { 'dual-approval.yaml': ['name_head', 'nobody', 'named_approval'] };

describe.each([...SHIPPED, ['everything.yaml', EVERYTHING] as const])('a hundred runs of %s before the first', (file, source) => {
  const definition = definitionOf(source);
  const found = explore(definition, around(definition));

  test('reach every stage, and none stands still or breaks', () => {
    expect(found.neverReached).toEqual(OUT_OF_REACH[file] ?? []);
    expect(found.deadEnds).toEqual([]);
    expect(Object.values(found.ends).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });

  test('give the same report for the same seed', () => {
    expect(explore(definition, around(definition))).toEqual(found);
  });

  test('count the mails of each person, and name a shortest way to each end', () => {
    for (const { least, median, most } of Object.values(found.mails)) expect(least <= median && median <= most).toBe(true);
    expect(found.shortestWays.length).toBeGreaterThan(0);
    for (const stage of Object.keys(found.ends)) expect(found.shortestWays.map(({ endsIn }) => endsIn)).toContain(stage);
  });
});

test('a stage that rules never let in is reported as never reached', () => {
  const source = EVERYTHING.replace(
    'when: arrival_failed > 0, label: something failed',
    'when: arrival_failed > 900, label: something failed',
  ).replace('- { to: told, when: arrival_failed', '- { to: never, when: arrival_failed');
  const with_never = source.replace(
    '  told:\n    title: Tell',
    '  never:\n    actor: checker\n    components: [{ task: { do: Nothing. } }]\n    next: told\n  told:\n    title: Tell',
  );
  const definition = definitionOf(with_never);
  expect(explore(definition, around(definition), { runs: 30 }).neverReached).toEqual(['never']);
});

describe('the machine of a version as XState JSON', () => {
  test('opens in XState: every state of every stage is there, named actions and guards included', () => {
    const definition = definitionOf(EVERYTHING);
    const json = JSON.parse(JSON.stringify(configOf(definition)));
    expect(json).toEqual(configOf(definition));
    const { children } = toDirectedGraph(createMachine(json));
    expect(children.map(({ stateNode }) => stateNode.key)).toEqual([
      'BEGIN',
      ...Object.keys(definition.stages),
      'ENDED',
      'CANCELLED',
    ]);
  });

  test('is walked by its graph tools: the shortest ways are those of the diagram', () => {
    const definition = definitionOf(readFileSync(new URL('expense-approval.yaml', FOLDER), 'utf8'));
    expect(shortestWays(definition).map(({ stages }) => stages)).toEqual(
      expect.arrayContaining([
        ['review', 'pay'],
        ['review', 'rejected'],
      ]),
    );
    const { machine, events } = freeMachine(definition);
    const stages = new Set(
      getShortestPaths(machine, { events }).map(({ state }) =>
        typeof state.value === 'string' ? state.value : Object.keys(state.value)[0],
      ),
    );
    for (const stage of Object.keys(definition.stages)) expect(stages).toContain(stage);
  });
});
