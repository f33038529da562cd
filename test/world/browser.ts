import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { renameUnlessThere } from '../../server/database/lodging.ts';

const UNPACKED = fileURLToPath(new URL('../../node_modules/.cache/baton-chromium', import.meta.url));

/**
 * A real Chromium: the one at CHROMIUM, the system's, or the one that npm brought along, unpacked once. The latter also
 * brings the libraries and fonts that a bare machine lacks, so that nothing has to be installed beside npm.
 */
export async function openBrowser(): Promise<Browser> {
  const installed = [process.env.CHROMIUM ?? '', '/usr/bin/chromium'].find((path) => path !== '' && existsSync(path));
  // Nothing but --no-sandbox: it cannot have its sandbox as root, and the package's own arguments switch web security off.
  if (installed !== undefined) return chromium.launch({ executablePath: installed, args: ['--no-sandbox'] });
  await unpack();
  return chromium.launch({
    executablePath: `${UNPACKED}/chromium`,
    args: ['--no-sandbox'],
    env: { ...definedEnvironment(), ...surroundings() },
  });
}

// In a program of its own, for the package unpacks into the folder for temporary files, brings its libraries only where
// it believes to be at home, and changes the environment that it finds: nothing of that is for the tests around us.
const UNPACK = "const { default: packed } = await import('@sparticuz/chromium'); await packed.executablePath();";

/** Makes the folder aside and renames it, so that it is there whole or not at all, however many test files start at once. */
async function unpack(): Promise<void> {
  if (existsSync(UNPACKED)) return;
  mkdirSync(dirname(UNPACKED), { recursive: true });
  const aside = mkdtempSync(`${UNPACKED}.`);
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: aside, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
  });
  writeFileSync(`${aside}/fonts/fonts.conf`, `<?xml version="1.0"?><fontconfig><dir>${UNPACKED}/fonts</dir></fontconfig>`);
  renameUnlessThere(aside, UNPACKED);
}

function surroundings(): Record<string, string> {
  const own: Record<string, string> = {};
  if (!hasLibrary('libnss3.so')) own.LD_LIBRARY_PATH = `${UNPACKED}/al2023/lib`;
  if (!existsSync('/etc/fonts/fonts.conf')) own.FONTCONFIG_PATH = `${UNPACKED}/fonts`;
  return own;
}

function hasLibrary(name: string): boolean {
  try {
    return execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).includes(name);
  } catch {
    return false;
  }
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
