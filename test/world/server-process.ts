import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A server as a process of its own, that can be killed without warning and started again at the same address. */
export type ServerProcess = {
  url: string;
  /** Starts it and waits until it answers. */
  start(): Promise<void>;
  /** SIGKILL: nothing is finished, nothing is closed. */
  kill(): Promise<void>;
  /** SIGTERM: it finishes what is under way. Answers its exit code. */
  stop(): Promise<number | null>;
  output(): string;
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A server process that is not started yet, at a free port of its own. */
export async function serverProcess(environment: Record<string, string>): Promise<ServerProcess> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let child: ChildProcess | null = null;
  let output = '';

  async function ended(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (child === null || child.exitCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    return child.exitCode;
  }

  return {
    url,
    async start() {
      child = spawn(process.execPath, ['--import', 'tsx', 'server/cli.ts', 'start'], {
        cwd: ROOT,
        env: { PATH: process.env.PATH ?? '', ...environment, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk) => {
          output = (output + String(chunk)).slice(-20_000);
        });
      }
      await ready(url, child, () => output);
    },
    async kill() {
      await ended('SIGKILL');
    },
    stop: () => ended('SIGTERM'),
    output: () => output,
  };
}

async function ready(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (const patience = performance.now() + 60_000; performance.now() < patience; ) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`The server did not become ready:\n${output()}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
