import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';

/**
 * The secret under which this portal signs: BATON_SECRET, else a random one that is made at the first start and kept
 * in the data folder, readable by its owner only.
 */
export function portalSecret(config: Pick<Config, 'secret' | 'dataDir'>): string {
  return config.secret ?? keptSecret(join(config.dataDir, 'secret'));
}

/**
 * The secret in a file, made if there is none. It is written aside and linked into place, so that of two starters one
 * makes it, both read the same, and neither sees half of it.
 */
export function keptSecret(path: string): string {
  const kept = readIfThere(path);
  if (kept) return kept;
  mkdirSync(join(path, '..'), { recursive: true });
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(aside, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside);
  }
  return readFileSync(path, 'utf8').trim();
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
