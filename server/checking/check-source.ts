import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Finding } from '../../machines/check/finding.ts';
import type { Definition } from '../../machines/definition.ts';
import { Broken } from '../errors.ts';

/** What a check says: the definition, unless a finding is an error. */
export type Checked = { definition: Definition | null; findings: Finding[] };

/** What the worker is asked, and what it says. */
export type Asked = { source: string; file: string };
export type Answer = { is: 'ready' } | ({ is: 'checked' } & Checked) | { is: 'failed'; message: string };

const LONGEST_MS = 1000;
const MOST_MEMORY_MB = 512;

// One worker, kept warm, checks one definition at a time.
let warm: Promise<Worker> | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads and checks a definition from outside, aside from the server's own work. One that takes longer than a second is
 * given up and answered with the finding `too_costly`. Tests have less patience.
 */
export function checkSource(source: string, file: string, longestMs = LONGEST_MS): Promise<Checked> {
  const turn = last.then(() => checkNow({ source, file }, longestMs));
  last = turn.catch(() => undefined);
  return turn;
}

async function checkNow(asked: Asked, longestMs: number): Promise<Checked> {
  warm ??= startWorker();
  const worker = await warm.catch((error: unknown) => {
    warm = null;
    throw error;
  });
  worker.ref();
  const answer = await answerOf(worker, asked, longestMs);
  if (answer !== null) {
    worker.unref();
    return answer;
  }
  await worker.terminate();
  warm = startWorker();
  warm.catch(() => undefined);
  return { definition: null, findings: [tooCostly(asked.file)] };
}

/** A worker that has everything loaded. It keeps no process alive. */
async function startWorker(): Promise<Worker> {
  const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
    // Node itself reads what is needed here; a loader that the server was started with would only make it slower.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
  });
  await once(worker, 'message');
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}

/** Null when the worker needed too long or too much memory. */
function answerOf(worker: Worker, asked: Asked, longestMs: number): Promise<Checked | null> {
  return new Promise((resolve, reject) => {
    const ended = (outcome: () => void) => {
      clearTimeout(impatient);
      worker.off('message', answered);
      worker.off('exit', gone);
      outcome();
    };
    const answered = (answer: Answer) => {
      if (answer.is === 'checked') ended(() => resolve({ definition: answer.definition, findings: answer.findings }));
      if (answer.is === 'failed') ended(() => reject(new Broken(`the check of ${asked.file}`, answer.message)));
    };
    const gone = () => ended(() => resolve(null));
    const impatient = setTimeout(gone, longestMs);
    worker.on('message', answered);
    worker.on('exit', gone);
    worker.postMessage(asked);
  });
}

function tooCostly(file: string): Finding {
  return {
    file,
    line: 1,
    column: 1,
    code: 'too_costly',
    severity: 'error',
    message: 'Checking this file takes too long; it was given up after a second.',
    remedy: 'Make it simpler: fewer stages and branches, shorter conditions, templates and patterns.',
    place: '',
  };
}
