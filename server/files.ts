import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { cleanLine } from '../machines/fields/clean.ts';
import { FILE_KINDS, type FileKind, type FileRules } from '../machines/fields/file.ts';
import type { FileReference } from '../machines/values.ts';
import type { Clock } from './clock.ts';
import type { Sql } from './database/connect.ts';

/** What came of an upload: kept, or a sentence for the person who chose the file. */
export type KeptFile = { ok: true; file: FileReference } | { ok: false; sentence: string };

const MEGABYTE = 1024 * 1024;

/**
 * Looks into an uploaded file and keeps it if it is what the field accepts. Its type is what its bytes say, never what
 * its name or the browser claims.
 */
export async function keepFile({ sql, clock }: { sql: Sql; clock: Clock }, upload: File, field: FileRules): Promise<KeptFile> {
  if (upload.size > field.max_mb * MEGABYTE) {
    return {
      ok: false,
      sentence: `This file has ${(upload.size / MEGABYTE).toFixed(1)} MB; it may have ${field.max_mb} MB at most.`,
    };
  }
  const bytes = new Uint8Array(await upload.arrayBuffer());
  const type = await typeOf(bytes, upload.name, field.accept);
  if (type === null) return { ok: false, sentence: `Please choose a file of one of these kinds: ${field.accept.join(', ')}.` };
  const file: FileReference = {
    id: clock.fresh(),
    name: fileName(upload.name),
    type,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  await sql`
    insert into files (id, name, type, size, sha256, bytes, kept_at)
    values (${file.id}, ${file.name}, ${file.type}, ${file.size}, ${file.sha256}, ${Buffer.from(bytes)}, ${clock.now()})`;
  return { ok: true, file };
}

/** A file that the portal made itself, under an id that is fixed: what is kept first stays. */
export type MadeFile = { id: string; name: string; type: string; bytes: Uint8Array };

/** Keeps a file that the portal made. Keeping it again changes nothing, and answers what was kept first. */
export async function keepMade({ sql, clock }: { sql: Sql; clock: Clock }, made: MadeFile): Promise<FileReference> {
  const { id, type, bytes } = made;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file: FileReference = { id, name: fileName(made.name), type, size: bytes.length, sha256 };
  const kept = await sql`
    insert into files (id, name, type, size, sha256, bytes, kept_at)
    values (${id}, ${file.name}, ${type}, ${file.size}, ${sha256}, ${Buffer.from(bytes)}, ${clock.now()})
    on conflict (id) do nothing returning id`;
  return kept.length === 1 ? file : ((await findFile(sql, id)) ?? file);
}

/** A kept file without its bytes; null when there is none. */
export async function findFile(sql: Sql, id: string): Promise<FileReference | null> {
  const [row] = await sql<FileReference[]>`select id, name, type, size, sha256 from files where id = ${id}`;
  return row ?? null;
}

/** The bytes of a kept file; null when there is none. */
export async function readFileBytes(sql: Sql, id: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const [row] = await sql<{ bytes: Uint8Array }[]>`select bytes from files where id = ${id}`;
  return row === undefined ? null : new Uint8Array(row.bytes);
}

/** A name that is safe in a header and on any disk, and still the one that people know. */
export function fileName(name: string): string {
  const last = cleanLine(name.split(/[\\/]/).at(-1) ?? '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^\.+/, '');
  return last.slice(-120).trim() || 'file';
}

async function typeOf(bytes: Uint8Array, name: string, accept: readonly FileKind[]): Promise<string | null> {
  const accepted: string[] = accept.flatMap((kind) => FILE_KINDS[kind]);
  const seen = await fileTypeFromBuffer(bytes);
  if (seen !== undefined) return accepted.includes(seen.mime) ? seen.mime : null;
  // Only plain text has no marks of its own; anything else that is not recognised is refused.
  const textual = accept.find((kind) => (kind === 'csv' || kind === 'txt') && name.toLowerCase().endsWith(`.${kind}`));
  return textual !== undefined && isText(bytes) ? FILE_KINDS[textual][0] : null;
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
