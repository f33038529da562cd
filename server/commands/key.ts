import { createKey } from '../api-keys.ts';
import { withPortal } from './with-portal.ts';

/** `baton key create`: prints a new key for the API. Only its hash is kept, so this is the one time to copy it. */
export async function keyCommand(name: string): Promise<number> {
  const { key } = await withPortal((portal) => createKey(portal, name));
  process.stdout.write(`${key}\n`);
  return 0;
}
