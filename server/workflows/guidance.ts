import { stageTitle } from '../../machines/definition.ts';
import type { Instant } from '../../machines/values.ts';
import { checkSource } from '../checking/check-source.ts';
import type { Sql } from '../database/connect.ts';
import { Broken, notFound } from '../errors.ts';
import { withGuidance } from './guidance-source.ts';
import type { Library, Origin, Published } from './library.ts';

type Needs = { sql: Sql; library: Library };

/** A wording of one stage's guidance. `version`: the version of the workflow with which it came. */
export type Wording = { version: number; text: string; by: string; at: Instant; current: boolean };

/** What is to be saved. `basedOn`: the version that the writer had before their eyes. */
export type GuidanceChange = {
  workflow: string;
  stage: string;
  text: string;
  by: string;
  basedOn: number;
  restores: number | null;
};

/** What became of it. `overtaken`: somebody changed the same guidance meanwhile, and nothing was saved. */
export type GuidanceSaved =
  | { is: 'saved'; version: number }
  | { is: 'unchanged' }
  | { is: 'overtaken'; now: string }
  | { is: 'wrong'; sentence: string };

const LONGEST = 20_000;

/**
 * Saves the guidance of a stage as a new version of its workflow, with every comment of the source where it was. Other
 * changes that come in between are kept: the new text is put into whatever is newest then.
 */
export async function saveGuidance(needs: Needs, change: GuidanceChange): Promise<GuidanceSaved> {
  const text = tidy(change.text);
  const wrong = wrongWith(text);
  if (wrong !== null) return { is: 'wrong', sentence: wrong };
  const before = await guidanceAt(needs, change.workflow, change.basedOn, change.stage);
  for (let tries = 0; tries < 10; tries += 1) {
    const newest = await needs.library.newest(change.workflow);
    const now = guidanceOf(newest, change.stage);
    if (now === text) return { is: 'unchanged' };
    if (now !== before) return { is: 'overtaken', now };
    const published = await publish(needs, newest, change, text);
    if (published !== null) return { is: 'saved', version: published.version };
  }
  throw new Broken(`workflow ${change.workflow}`, 'Other versions were published all the time; the guidance could not be saved.');
}

/** All wordings of a stage, the newest first. */
export async function guidanceHistory({ sql }: Pick<Needs, 'sql'>, workflow: string, stage: string): Promise<Wording[]> {
  const rows = await sql<Omit<Wording, 'current'>[]>`
    select version, text, changed_by as by, changed_at as at from guidance
    where workflow = ${workflow} and stage = ${stage} order by version desc limit 200`;
  return rows.map((row, index) => ({ ...row, text: tidy(row.text), current: index === 0 }));
}

/** The guidance of a stage as it is edited: without spaces at its end. Throws Refusal 404 when there is no such stage. */
export function guidanceOf({ definition }: Published, stage: string): string {
  if (!Object.hasOwn(definition.stages, stage)) throw notFound(`stage ${stage}`);
  return tidy(definition.stages[stage]?.guidance ?? '');
}

async function guidanceAt({ library }: Needs, workflow: string, version: number, stage: string): Promise<string | null> {
  const { definition } = await library.version(workflow, version);
  return Object.hasOwn(definition.stages, stage) ? tidy(definition.stages[stage]?.guidance ?? '') : null;
}

async function publish({ library }: Needs, newest: Published, change: GuidanceChange, text: string): Promise<Published | null> {
  const source = withGuidance(newest.source, change.stage, text);
  const { definition, findings } = await checkSource(source, change.workflow);
  if (definition === null) throw new Broken(`workflow ${change.workflow}`, findings[0]?.message ?? 'It cannot be read any more.');
  const title = stageTitle(definition, change.stage);
  const note = change.restores === null ? `Guidance of ${title}` : `Guidance of ${title}, as in version ${change.restores}`;
  const origin: Origin = change.restores === null ? 'guidance' : 'restore';
  return library.publish({ source, definition, origin, by: change.by, note }, newest.version);
}

/** As browsers and editors differ: one kind of line end, no spaces at the ends of lines and of the text. */
function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+/, '')
    .trimEnd();
}

function wrongWith(text: string): string | null {
  if (text.length > LONGEST) return `This is ${text.length - LONGEST} characters too long; ${LONGEST} are allowed.`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  if (/[\u0000-\u0008\u000b-\u001f\u007f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text) || !text.isWellFormed())
    return 'This has characters in it that cannot be shown, perhaps from copying. Please type the place anew.';
  return null;
}
