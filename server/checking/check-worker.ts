import { parentPort } from 'node:worker_threads';
import { readDefinition } from '../../machines/check/read.ts';
import type { Answer, Asked } from './check-source.ts';
import { WARM_UP } from './warm-up.ts';

// Checks one definition after the other. The first ones are slow, until the engine has seen the code: they are played here,
// before anybody's time is counted.
for (let round = 0; round < 3; round += 1) readDefinition(WARM_UP, 'warm-up');

function answerTo({ source, file }: Asked): Answer {
  try {
    return { is: 'checked', ...readDefinition(source, file) };
  } catch (error) {
    return { is: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (asked: Asked) => parentPort?.postMessage(answerTo(asked)));
parentPort?.postMessage({ is: 'ready' } satisfies Answer);
