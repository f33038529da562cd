import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { type Finding, showFinding } from '../../machines/check/finding.ts';
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
  const checked = await Promise.all(files.map(checkFile));
  process.stdout.write(FORMATS[format](checked));
  return checked.some(({ findings }) => findings.some(isError)) ? 1 : 0;
}

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
