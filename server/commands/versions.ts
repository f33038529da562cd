import { Refusal } from '../errors.ts';
import { countedVersions, differencesBetween, restoreVersion } from '../workflows/versions.ts';
import { withPortal } from './with-portal.ts';

/** `baton versions WORKFLOW`: all versions, the newest first, with the runs under way on each. */
export async function versionsCommand(workflow: string): Promise<number> {
  const versions = await withPortal((portal) => countedVersions(portal, workflow));
  for (const { version, publishedAt, publishedBy, origin, note, open, live } of versions) {
    const runs = `${open} ${open === 1 ? 'run' : 'runs'} under way`;
    process.stdout.write(`${version}${live ? ' (live)' : ''}  ${publishedAt}  ${origin} by ${publishedBy}  ${runs}  ${note}\n`);
  }
  return 0;
}

/** `baton diff WORKFLOW A B`: what differs between two versions, in sentences. */
export async function diffCommand(workflow: string, before: string, after: string): Promise<number> {
  const found = await withPortal((portal) => differencesBetween(portal, workflow, numberIn(before), numberIn(after)));
  for (const { text } of found) process.stdout.write(`${text}\n`);
  if (found.length === 0) process.stdout.write('They say the same.\n');
  return 0;
}

/** `baton restore WORKFLOW N`: publishes an earlier version once more. */
export async function restoreCommand(workflow: string, number: string): Promise<number> {
  const restored = await withPortal(async (portal) => {
    const done = await restoreVersion(portal, workflow, numberIn(number), 'command line');
    portal.kick();
    return done;
  });
  const words = restored.is === 'restored' ? '' : ', which says the same already; nothing was published';
  process.stdout.write(`${workflow}: version ${restored.version}${words}\n`);
  return 0;
}

/** The number of a version as somebody typed it. */
export function numberIn(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(422, 'version', `"${text}" is not the number of a version.`);
  return Number(text);
}
