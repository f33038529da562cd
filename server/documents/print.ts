import { Worker } from 'node:worker_threads';
import { EffectFailed } from '../errors.ts';
import type { Printed } from './pdf.ts';

const LONGEST_TEXT = 300_000;
const LONGEST_MS = 60_000;
const AT_ONCE = 2;

let printing = 0;
const waiting: (() => void)[] = [];

/**
 * Prints a document as PDF, aside from the server's own work: the same input gives the same bytes. Throws EffectFailed when that
 * cannot be done.
 */
export async function printAside(printed: Printed): Promise<Uint8Array> {
  if (printed.text.length > LONGEST_TEXT)
    throw new EffectFailed(`The document has ${printed.text.length} characters; ${LONGEST_TEXT} can be printed.`, false);
  await turn();
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
    workerData: printed,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  try {
    return await answerOf(worker);
  } finally {
    await worker.terminate();
    printing -= 1;
    waiting.shift()?.();
  }
}

/** Many documents may be asked for at once; each takes a core and some memory while it is printed. */
async function turn(): Promise<void> {
  if (printing >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  printing += 1;
}

function answerOf(worker: Worker): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const impatient = setTimeout(
      () => reject(new EffectFailed('The document could not be printed within a minute; it is too long or too deep.', false)),
      LONGEST_MS,
    );
    worker.once('message', (bytes: Uint8Array) => {
      clearTimeout(impatient);
      resolve(bytes);
    });
    worker.once('error', (cause: Error) => {
      clearTimeout(impatient);
      reject(new EffectFailed('The document could not be printed.', false, null, { cause }));
    });
  });
}
