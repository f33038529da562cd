import { z } from 'zod';
import { createKey, listKeys, revokeKey } from '../api-keys.ts';
import { withPortal } from './with-portal.ts';

/** `baton key create`: prints a new key for the API. Only its hash is kept, so this is the one time to copy it. */
export async function createKeyCommand(name: string): Promise<number> {
  const { key } = await withPortal((portal) => createKey(portal, name));
  process.stdout.write(`${key}\n`);
  return 0;
}

/** `baton key list`: the keys, the newest first, without what opens anything. */
export async function listKeysCommand(): Promise<number> {
  const keys = await withPortal(listKeys);
  for (const { id, name, createdAt, usedAt, revokedAt } of keys) {
    const state = revokedAt === null ? `last used ${usedAt ?? 'never'}` : `revoked ${revokedAt}`;
    process.stdout.write(`${id}  ${name}  made ${createdAt}, ${state}\n`);
  }
  return 0;
}

/** `baton key revoke ID`: ends a key for every server at once; 1 when there is none to end. */
export async function revokeKeyCommand(id: string): Promise<number> {
  const revoked = z.uuid().safeParse(id).success && (await withPortal((portal) => revokeKey(portal, id)));
  process.stdout.write(revoked ? 'Revoked.\n' : 'There is no such key, or it was revoked before; see "baton key list".\n');
  return revoked ? 0 : 1;
}
