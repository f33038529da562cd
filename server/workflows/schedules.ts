import type { Definition } from '../../machines/definition.ts';

/** A schedule of a workflow; `trigger` is its place in the list of triggers and, with the workflow, its identity. */
export type Schedule = { trigger: number; cron: string; timezone: string };

/** The schedules that a definition declares. */
export function schedulesOf(definition: Definition): Schedule[] {
  return definition.triggers.flatMap((trigger, index) =>
    'schedule' in trigger
      ? [{ trigger: index, cron: trigger.schedule.cron, timezone: trigger.schedule.timezone ?? definition.timezone }]
      : [],
  );
}
