import { readDefinition } from '../../machines/check/read.ts';
import { differences } from '../../machines/differences.ts';
import type { Sql } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import { contractFindings } from './contract.ts';
import { isError } from './files.ts';
import type { Library, VersionLine } from './library.ts';

type Needs = { sql: Sql; library: Library };

/** A version in the list of all: how many runs under way are on it, and whether new runs begin with it. */
export type CountedVersion = VersionLine & { open: number; live: boolean };

/** All versions of a workflow, the newest first. Throws Refusal 404 when there is no such workflow. */
export async function countedVersions({ sql, library }: Needs, workflow: string): Promise<CountedVersion[]> {
  const { version: live } = await library.newest(workflow);
  const [lines, counts] = await Promise.all([
    library.versions(workflow),
    sql<{ version: number; open: number }[]>`
      select version, count(*)::int as open from runs where workflow = ${workflow} and ended_at is null group by version`,
  ]);
  const open = new Map(counts.map((row) => [row.version, row.open]));
  return lines.map((line) => ({ ...line, open: open.get(line.version) ?? 0, live: line.version === live }));
}

/** What differs between two versions, in sentences. Throws Refusal 404 when there is no such version. */
export async function differencesBetween({ library }: Pick<Needs, 'library'>, workflow: string, before: number, after: number) {
  const [one, other] = await Promise.all([library.version(workflow, before), library.version(workflow, after)]);
  return differences(one.definition, other.definition);
}

/** What became of a wish to restore. */
export type Restored = { is: 'restored'; version: number } | { is: 'unchanged'; version: number };

/**
 * Publishes the source of an earlier version once more, as a version of its own: nothing of what came in between is
 * lost. Throws Refusal 404 when there is no such version, 422 when it is refused by today's check, 409 when somebody
 * else published at the same moment.
 */
export async function restoreVersion({ library }: Needs, workflow: string, number: number, by: string): Promise<Restored> {
  const [old, newest] = await Promise.all([library.version(workflow, number), library.newest(workflow)]);
  if (old.source === newest.source) return { is: 'unchanged', version: newest.version };
  const { definition, findings } = readDefinition(old.source, workflow);
  const broken = definition === null ? [] : await contractFindings(library, [{ source: old.source, definition, file: workflow }]);
  const fault = [...findings, ...broken].find(isError);
  if (definition === null || fault !== undefined) {
    const why = fault === undefined ? '' : ` ${fault.message} ${fault.remedy}`;
    throw new Refusal(422, 'cannot_restore', `Version ${number} cannot be published as it stands.${why}`);
  }
  const note = `As in version ${number}`;
  const published = await library.publish({ source: old.source, definition, origin: 'restore', by, note }, newest.version);
  if (published === null) {
    throw new Refusal(409, 'overtaken', 'Somebody else published a version at the same moment. Look at it and try again.');
  }
  return { is: 'restored', version: published.version };
}
