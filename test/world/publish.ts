import { readDefinition } from '../../machines/check/read.ts';
import type { Published } from '../../server/workflows/library.ts';
import type { World } from './world.ts';

/** Publishes a workflow file; what is wrong with it makes the test fail. */
export async function publish({ portal }: Pick<World, 'portal'>, source: string): Promise<Published> {
  const { definition, findings } = readDefinition(source, 'test.yaml');
  if (definition === null) throw new Error(findings.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  const published = await portal.library.publish({ source, definition, origin: 'command', by: 'test', note: '' });
  if (published === null) throw new Error('It was not published.');
  return published;
}
