import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Document, parseDocument } from 'yaml';
import { type Finding, showFinding } from '../../machines/check/read.ts';
import type { Definition } from '../../machines/definition.ts';
import { checkSource } from '../checking/check-source.ts';
import type { Sql } from '../database/connect.ts';
import { type Candidate, contractFindings } from './contract.ts';
import type { Library, Published } from './library.ts';

/**
 * Publishes the workflow files of a folder that changed since they were last published from a file. A guidance that an
 * owner edited in the portal is kept unless the file says something new about that very stage. A file with errors is
 * logged and left out; the version published before goes on.
 */
export async function publishFiles(
  folder: string,
  { library, sql, log }: { library: Library; sql: Sql; log: Logger },
): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort();
  const refused = (name: string, findings: Finding[]) =>
    log.error(`${name} was not published:\n${findings.map(showFinding).join('\n')}`);
  let candidates: Candidate[] = [];
  for (const file of names) {
    const source = await readFile(join(folder, file), 'utf8');
    const { definition, findings } = await checkSource(source, file);
    if (definition === null || findings.some(isError)) refused(file, findings);
    else candidates.push({ source, definition, file });
  }
  // Leaving one out may break the calls of another.
  for (let broken = await contractFindings(library, candidates); broken.some(isError); ) {
    const left = candidates.filter(({ file }) => !broken.some((one) => one.file === file));
    if (left.length === candidates.length) {
      log.error(
        `Published workflows would be broken, so none of these files was published:\n${broken.map(showFinding).join('\n')}`,
      );
      return;
    }
    for (const { file } of candidates.filter((one) => !left.includes(one)))
      refused(
        file,
        broken.filter((one) => one.file === file),
      );
    candidates = left;
    broken = await contractFindings(library, candidates);
  }
  for (const { source, definition, file } of candidates) await publishFile({ library, sql, log }, source, definition, file);
}

/** Whether a finding stops publishing. */
export function isError(finding: Finding): boolean {
  return finding.severity === 'error';
}

async function publishFile(
  { library, sql, log }: { library: Library; sql: Sql; log: Logger },
  source: string,
  definition: Definition,
  name: string,
): Promise<void> {
  const lastFile = await lastFileSource(sql, definition.workflow);
  if (lastFile === source) return;
  const newest = lastFile === null ? null : await library.newest(definition.workflow);
  const merged = newest === null ? source : await keepEditedGuidance(source, definition, lastFile ?? '', newest);
  const read = merged === source ? definition : (await checkSource(merged, name)).definition;
  if (read === null) return;
  const published = await library.publish(
    { source: merged, definition: read, origin: 'file', by: 'file', note: name },
    newest?.version ?? 0,
  );
  if (published !== null) log.info(`Published ${published.workflow} version ${published.version} from ${name}.`);
}

async function lastFileSource(sql: Sql, workflow: string): Promise<string | null> {
  const [row] = await sql<{ source: string }[]>`
    select source from versions where workflow = ${workflow} and origin = 'file' order by number desc limit 1`;
  return row?.source ?? null;
}

async function keepEditedGuidance(source: string, definition: Definition, lastFile: string, newest: Published): Promise<string> {
  const { definition: before } = await checkSource(lastFile, 'before');
  let document: Document | null = null;
  for (const [key, stage] of Object.entries(definition.stages)) {
    const edited = newest.definition.stages[key]?.guidance;
    const untouchedInFile = before?.stages[key]?.guidance === stage.guidance;
    if (edited === undefined || edited === stage.guidance || !untouchedInFile) continue;
    document ??= parseDocument(source);
    document.setIn(['stages', key, 'guidance'], edited);
  }
  return document === null ? source : document.toString({ lineWidth: 0 });
}
