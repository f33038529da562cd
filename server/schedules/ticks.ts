import cron, { type ScheduledTask } from 'node-cron';
import type { Schedule } from './fires.ts';

/** node-cron ticking for each schedule, so that a fire is met at its second; which fires are due is decided elsewhere. */
export type Ticks = {
  /** Ticks for these schedules from now on, and for no others. */
  follow(schedules: Schedule[]): void;
  close(): void;
};

/** Starts ticking; `tick` is called at each fire of any schedule. Losing a tick loses nothing: fires are also polled. */
export function createTicks(tick: () => void): Ticks {
  const tasks = new Map<string, ScheduledTask>();

  function drop(key: string, task: ScheduledTask): void {
    void task.destroy();
    tasks.delete(key);
  }

  return {
    follow(schedules) {
      const wanted = new Map(schedules.map((one) => [`${one.cron} ${one.timezone}`, one]));
      for (const [key, task] of tasks) if (!wanted.has(key)) drop(key, task);
      for (const [key, { cron: expression, timezone }] of wanted) {
        if (!tasks.has(key)) tasks.set(key, cron.schedule(expression, tick, { timezone, noOverlap: true }));
      }
    },
    close() {
      for (const [key, task] of tasks) drop(key, task);
    },
  };
}
