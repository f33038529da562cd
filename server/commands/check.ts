import { readFile } from 'node:fs/promises';
import { type Finding, showFinding } from '../../machines/check/read.ts';
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

/** `baton check FILE ...`: prints every finding with its place and remedy; 1 when one of them is an error. */
export async function checkCommand(files: string[]): Promise<number> {
  const checked = await Promise.all(files.map(checkFile));
  for (const { file, findings } of checked) {
    for (const finding of findings) process.stdout.write(`${showFinding(finding)}\n`);
    if (findings.length === 0) process.stdout.write(`${file}: nothing to find fault with.\n`);
  }
  return checked.some(({ findings }) => findings.some(isError)) ? 1 : 0;
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
