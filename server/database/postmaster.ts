import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The process that a data folder names as its server, and the port that it listens on. */
export type Postmaster = { pid: number; port: number };

/** postmaster.pid: process id, data folder, start, port, ... one a line. Null while there is none or half of one. */
export function readPostmaster(data: string): Postmaster | null {
  const path = fileIn(data);
  const [pid, , , port] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return pid && port ? { pid: Number(pid), port: Number(port) } : null;
}

/** Whether the server of a data folder is there. */
export function isAlive(data: string): boolean {
  const postmaster = readPostmaster(data);
  return postmaster !== null && exists(postmaster.pid) && isPostgres(postmaster.pid);
}

/**
 * Forgets a server that crashed and whose process id is somebody else's by now, or is still held by its zombie: both
 * are usual in containers, and pg_ctl and Postgres take either for a server that runs.
 */
export function forgetTheDead(data: string): void {
  const postmaster = readPostmaster(data);
  if (postmaster && !isPostgres(postmaster.pid)) rmSync(fileIn(data), { force: true });
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // it lives, as somebody else
  }
}

// Where there is no /proc (macOS, Windows) we cannot tell, and believe the file. That of a zombie is empty.
function isPostgres(pid: number): boolean {
  if (!existsSync(`/proc/${process.pid}/cmdline`)) return true;
  try {
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(program) === 'postgres';
  } catch {
    return false; // it is gone
  }
}

function fileIn(data: string): string {
  return join(data, 'postmaster.pid');
}
