import { createHash } from 'node:crypto';

/** Where the history of every run begins. */
export const BEGINNING: Uint8Array = new Uint8Array(32);

/**
 * The hash of a step: SHA-256 over the hash before it, its number, its event and what happened, each text with its
 * length in front, so that no two different steps can read the same.
 */
export function chain(before: Uint8Array, seq: number, event: string, happened: string): Buffer {
  const hash = createHash('sha256').update(before).update(`${seq}\n`);
  for (const text of [event, happened]) hash.update(`${Buffer.byteLength(text)}\n`).update(text);
  return hash.digest();
}
