import type { Definition, Trigger } from '../../machines/definition.ts';
import type { MailEffect, RunStatus } from '../../machines/outcome.ts';
import type { Instant, Person } from '../../machines/values.ts';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago, or how far ahead: `3 days`, `1 hour`, `less than a minute`. */
export function spanWords(from: Instant, to: Instant): string {
  const ms = Math.abs(Date.parse(to) - Date.parse(from));
  for (const [unit, size] of UNITS) if (ms >= size) return counted(Math.floor(ms / size), unit);
  return 'less than a minute';
}

/** `1 run`, `3 runs`. */
export function counted(count: number, word: string): string {
  return `${count.toLocaleString('en-GB')} ${word}${count === 1 ? '' : 's'}`;
}

/** A person by name where there is one. */
export function nameOf({ name, email }: Person): string {
  return name ?? email;
}

/** Who published: an address, or the file or command that did it. */
export function publisherWords(by: string): string {
  return by === 'file' ? 'the workflow file' : by;
}

/** How a version came to be. */
export type Origin = 'file' | 'guidance' | 'command' | 'restore';

export const ORIGIN_WORDS: Record<Origin, string> = {
  file: 'published',
  guidance: 'guidance edited',
  command: 'published',
  restore: 'brought back',
};

export const STATUS_WORDS: Record<RunStatus, string> = {
  active: 'Under way',
  attention: 'Needs attention',
  done: 'Done',
  cancelled: 'Cancelled',
};

/** What a mail of Baton's own is, by its kind. */
export const MAIL_WORDS: Record<MailEffect['mail']['is'], string> = {
  hand_off: 'Hand-off',
  receipt: 'Receipt',
  reminder: 'Reminder',
  escalation: 'Moved hand-off',
  moved: 'Note that it moved',
  withdrawn: 'Note that it was withdrawn',
  outcome: 'Email',
};

/** The same, of a kind that was read back and may be older than these words. */
export function wordsOfMail(kind: string): string {
  return Object.entries(MAIL_WORDS).find(([known]) => known === kind)?.[1] ?? kind;
}

/** What starts a run, in a few words. */
export function triggerWords(trigger: Trigger, definition: Definition): string {
  if ('form' in trigger) return 'A form that anybody may fill in';
  if ('schedule' in trigger) return `A schedule: ${trigger.schedule.cron} (${trigger.schedule.timezone ?? definition.timezone})`;
  if ('api' in trigger) return 'The API';
  return 'sub_workflow' in trigger ? 'Another workflow that calls it' : 'By hand';
}
