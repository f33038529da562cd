import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Called, callFindings } from '../../machines/check/calls.ts';
import { type Finding, showFinding } from '../../machines/check/finding.ts';
import { placed } from '../../machines/check/read.ts';
import { sarifOf } from '../../machines/check/sarif.ts';
import type { Definition } from '../../machines/definition.ts';
import { checkSource } from '../checking/check-source.ts';
import { isError } from '../workflows/files.ts';

/** A workflow file as it was found. */
export type CheckedFile = { file: string; source: string; definition: Definition | null; findings: Finding[] };

/** Reads and checks one file; one that cannot be read is a finding too. */
export async function checkFile(file: string): Promise<CheckedFile> {
  const source = await readFile(file, 'utf8').catch(() => null);
  if (source === null) return { file, source: '', definition: null, findings: [unreadable(file)] };
  return { file, source, ...(await checkSource(source, file)) };
}

const FORMATS = { text: asText, json: asJson, sarif: asSarif };

/**
 * `baton check FILE ... --format text|json|sarif`: prints every finding with its place and remedy; 1 when one of them is
 * an error, 2 when there is no such format.
 */
export async function checkCommand(files: string[], format = 'text'): Promise<number> {
  if (!isFormat(format)) {
    process.stderr.write(`There is no format "${format}": write one of ${Object.keys(FORMATS).join(', ')}.\n`);
    return 2;
  }
  const checked = await withContracts(await Promise.all(files.map(checkFile)), await besides(files));
  process.stdout.write(FORMATS[format](checked));
  return checked.some(({ findings }) => findings.some(isError)) ? 1 : 0;
}

/** Files with what is wrong about their calls: among each other, and to the workflows that are there besides. */
export async function withContracts(checked: CheckedFile[], others: Called): Promise<CheckedFile[]> {
  const named = new Map(checked.flatMap(({ definition }) => (definition === null ? [] : [[definition.workflow, definition]])));
  const called: Called = (workflow) => named.get(workflow) ?? others(workflow);
  return checked.map((one) => {
    if (one.definition === null) return one;
    const found = placed(one.source, one.file, callFindings(one.definition, called, [...named.keys()]));
    return found.length === 0 ? one : { ...one, findings: [...one.findings, ...found] };
  });
}

/** The workflows that lie beside these files. */
async function besides(files: readonly string[]): Promise<Called> {
  const found = new Map<string, Definition>();
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort();
    for (const name of names.slice(0, MOST_BESIDES)) {
      const file = join(folder, name);
      if (files.includes(file)) continue;
      const { definition } = await checkFile(file);
      if (definition !== null && !found.has(definition.workflow)) found.set(definition.workflow, definition);
    }
  }
  return (workflow) => found.get(workflow) ?? null;
}

const MOST_BESIDES = 200;

function isFormat(format: string): format is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, format);
}

function asText(checked: readonly CheckedFile[]): string {
  return checked
    .flatMap(({ file, findings }) =>
      findings.length === 0 ? [`${file}: nothing to find fault with.\n`] : findings.map((one) => `${showFinding(one)}\n`),
    )
    .join('');
}

function asJson(checked: readonly CheckedFile[]): string {
  return `${JSON.stringify({ findings: checked.flatMap(({ findings }) => findings) }, null, 2)}\n`;
}

/** Code hosts look for files below the folder in which the check ran. */
function asSarif(checked: readonly CheckedFile[]): string {
  const findings = checked.flatMap((one) => one.findings.map((finding) => ({ ...finding, file: relative('.', finding.file) })));
  return `${JSON.stringify(sarifOf(findings), null, 2)}\n`;
}

function unreadable(file: string): Finding {
  return {
    file,
    line: 1,
    column: 1,
    code: 'unreadable',
    severity: 'error',
    message: 'This file cannot be read.',
    remedy: 'Check the name and the folder.',
    place: file,
  };
}
