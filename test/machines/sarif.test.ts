import { expect, test } from 'vitest';
import type { Finding } from '../../machines/check/finding.ts';
import { readDefinition } from '../../machines/check/read.ts';
import { sarifOf } from '../../machines/check/sarif.ts';
import { SARIF } from '../world/sarif.ts';

const FINDING: Finding = {
  file: 'workflows/a.yaml',
  line: 3,
  column: 5,
  code: 'unknown_stage',
  severity: 'error',
  message: 'There is no stage reviw.',
  remedy: 'Did you mean review?',
  place: 'stages.a.next.0.to',
};

test('a finding becomes a result with its place, its level and its remedy, and its rule is explained', () => {
  const [run] = SARIF.parse(sarifOf([FINDING])).runs;
  expect(run?.results).toEqual([
    {
      ruleId: 'unknown_stage',
      ruleIndex: 0,
      level: 'error',
      message: { text: 'There is no stage reviw. Did you mean review?' },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'workflows/a.yaml' }, region: { startLine: 3, startColumn: 5 } },
          logicalLocations: [{ fullyQualifiedName: 'stages.a.next.0.to' }],
        },
      ],
    },
  ]);
  expect(run?.tool.driver.rules).toMatchObject([{ id: 'unknown_stage', help: { text: 'Did you mean review?' } }]);
});

test('a rule stands once, however often it was broken, with all remedies', () => {
  const other = { ...FINDING, line: 9, remedy: 'Did you mean end?', severity: 'warning' as const };
  const [run] = SARIF.parse(sarifOf([other, FINDING, FINDING])).runs;
  expect(run?.tool.driver.rules).toMatchObject([
    { help: { text: 'Did you mean end?\nDid you mean review?' }, defaultConfiguration: { level: 'error' } },
  ]);
  expect(run?.results.map(({ level }) => level)).toEqual(['warning', 'error', 'error']);
});

test('nothing found is a log without results', () => {
  expect(SARIF.parse(sarifOf([])).runs[0]?.results).toEqual([]);
});

test.each([
  ['/etc/a.yaml', 'etc/a.yaml'],
  ['my files\\ä b.yaml', 'my%20files/%C3%A4%20b.yaml'],
  ['c:/a.yaml', 'c%3A/a.yaml'],
  ['../a.yaml', '../a.yaml'],
])('the file %s is named by the relative reference %s', (file, uri) => {
  const [run] = SARIF.parse(sarifOf([{ ...FINDING, file }])).runs;
  expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(uri);
});

test('every finding of a badly broken file fits', () => {
  const { findings } = readDefinition('workflow: A B\nowners: nobody\ncolour: red\nstages: []\n', 'a.yaml');
  expect(findings.length).toBeGreaterThan(3);
  expect(SARIF.parse(sarifOf(findings)).runs[0]?.results).toHaveLength(findings.length);
});
