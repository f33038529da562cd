import { readFile } from 'node:fs/promises';
import { readDefinition, showFinding } from '../../machines/check/read.ts';
import { outlineOf } from '../../machines/outline.ts';

/** `baton outline FILE`: prints the workflow as a procedure in Markdown. Answers 1 for a file that has errors. */
export async function outlineCommand(file: string): Promise<number> {
  const { definition, findings } = readDefinition(await readFile(file, 'utf8'), file);
  if (definition === null) {
    process.stderr.write(`${findings.map(showFinding).join('\n')}\n`);
    return 1;
  }
  process.stdout.write(outlineOf(definition));
  return 0;
}
