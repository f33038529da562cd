import { showFinding } from '../../machines/check/read.ts';
import { contractFindings } from '../workflows/contract.ts';
import { isError } from '../workflows/files.ts';
import { type CheckedFile, checkFile } from './check.ts';
import { withPortal } from './with-portal.ts';

/** `baton publish FILE ...`: publishes all of the files or, when one of them has an error, none; 1 then. */
export async function publishCommand(files: string[]): Promise<number> {
  const checked = await Promise.all(files.map(checkFile));
  const findings = checked.flatMap((one) => one.findings);
  for (const finding of findings) process.stdout.write(`${showFinding(finding)}\n`);
  if (findings.some(isError)) {
    process.stdout.write('Nothing was published.\n');
    return 1;
  }
  return withPortal(async (portal) => {
    const broken = await contractFindings(portal.library, checked.filter(isRead));
    for (const finding of broken) process.stdout.write(`${showFinding(finding)}\n`);
    if (broken.some(isError)) {
      process.stdout.write('Nothing was published.\n');
      return 1;
    }
    for (const { source, definition, file } of checked.filter(isRead)) {
      const published = await portal.library.publish({ source, definition, origin: 'command', by: 'command line', note: file });
      if (published === null)
        throw new Error(`${file} was published by somebody else at the same moment; look at it and try again.`);
      process.stdout.write(`${published.workflow}: version ${published.version}\n`);
    }
    portal.kick();
    return 0;
  });
}

function isRead(file: CheckedFile): file is CheckedFile & { definition: NonNullable<CheckedFile['definition']> } {
  return file.definition !== null;
}
