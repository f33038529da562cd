import type { Outcome } from '../../machines/outcome.ts';
import type { Begun, Start, Stepped } from './actors.ts';
import type { Told } from './gate.ts';

/** What waits to be stepped. `fresh` is fixed when it arrives, so that a second try of it makes the same ids. */
export type Waiting = WaitingStart | WaitingEvent;

export type WaitingStart = {
  is: 'start';
  start: Start;
  run: string;
  tries: number;
  resolve: (begun: Begun) => void;
  reject: (error: unknown) => void;
};

export type WaitingEvent = {
  is: 'event';
  run: string;
  event: Told;
  messages: readonly number[];
  tries: number;
  resolve: (stepped: Stepped) => void;
  reject: (error: unknown) => void;
};

/** Those that may be stepped together: at most `size`, and no run that is busy in another group. */
export function nextGroup(queue: Waiting[], busy: ReadonlySet<string>, size: number): { group: Waiting[]; rest: Waiting[] } {
  const group: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const waiting of queue) (group.length < size && !busy.has(waiting.run) ? group : rest).push(waiting);
  return { group, rest };
}

/** Answers the one who waits. */
export function settle(waiting: Waiting, seq: number, outcome: Outcome): void {
  if (waiting.is === 'start') waiting.resolve({ is: 'begun', run: waiting.run, seq, outcome });
  else waiting.resolve({ is: 'stepped', run: waiting.run, seq, outcome });
}
