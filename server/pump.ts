import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

/** Does due work again and again: messages, effects, fires. */
export type Pump = {
  /** There may be something to do now. */
  kick(): void;
  /** Whether it is doing something at this moment. */
  busy(): boolean;
  /** Finishes what it is doing and stops. */
  close(): Promise<void>;
};

/** One kind of work: `work` does what is due and answers how much that was; `nextAt` says when more will be due. */
export type Work = {
  name: string;
  work(): Promise<number>;
  nextAt(): Promise<string | null>;
};

// Longest sleep: notices may be lost and other processes may have put something in.
const POLL_MS = 2000;

/** Runs one kind of work: at once when kicked, at the next due moment, and by poll. Errors are logged, never fatal. */
export function createPump({ name, work, nextAt }: Work, { clock, log }: { clock: Clock; log: Logger }): Pump {
  let closed = false;
  let kicked = true;
  let working = false;
  let wake: () => void = () => {};

  async function sleep(): Promise<void> {
    const next = await nextAt().catch(() => null);
    const dueMs = next === null ? POLL_MS : Date.parse(next) - clock.nowMs();
    if (kicked || closed || dueMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(dueMs, POLL_MS));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!closed) {
      kicked = false;
      working = true;
      let done = 0;
      try {
        done = await work();
      } catch (error) {
        log.error({ err: error }, `The ${name} pump failed; it goes on in a moment.`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      working = false;
      if (done === 0) await sleep();
    }
  }

  const running = run();
  return {
    kick() {
      kicked = true;
      wake();
    },
    busy: () => working,
    async close() {
      closed = true;
      wake();
      await running;
    },
  };
}
