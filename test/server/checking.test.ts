import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { checkSource } from '../../server/checking/check-source.ts';
import { WARM_UP } from '../../server/checking/warm-up.ts';

const shipped = fileURLToPath(new URL('../../workflows/expense-approval.yaml', import.meta.url));

test('a check aside says what a check in place says', async () => {
  const source = await readFile(shipped, 'utf8');
  expect(await checkSource(source, 'a.yaml')).toEqual(readDefinition(source, 'a.yaml'));
  const broken = source.replace('stages:', 'stagse:');
  expect(await checkSource(broken, 'b.yaml')).toEqual(readDefinition(broken, 'b.yaml'));
});

test('what the worker warms up with has no fault', () => {
  expect(readDefinition(WARM_UP, 'warm-up').findings).toEqual([]);
});

test('a check that takes too long is given up with a finding, and the next one works', async () => {
  const [slow, quick] = await Promise.all([checkSource(WARM_UP, 'slow.yaml', 0), checkSource(WARM_UP, 'quick.yaml')]);
  expect(slow).toMatchObject({ definition: null, findings: [{ file: 'slow.yaml', code: 'too_costly', severity: 'error' }] });
  expect(slow.findings[0]?.remedy).toMatch(/simpler/);
  expect(quick.findings).toEqual([]);
});

test('a warm worker does not keep its process alive', async () => {
  const module = new URL('../../server/checking/check-source.ts', import.meta.url).href;
  const program = `const { checkSource } = await import(${JSON.stringify(module)});
    console.log((await checkSource('a: 1', 'x.yaml')).findings.length > 0)`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 10_000 });
  expect(stdout.trim()).toBe('true');
});
