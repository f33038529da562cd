import type { ClaimedMessage } from './mailbox.ts';

/** Messages to one run that make one event. */
export type Letter = { run: string; event: unknown; messages: ClaimedMessage[] };

type Reported = { type: 'reported'; fan: string; reports: unknown[] };

/**
 * Puts together what children report to the same parent, `most` at once and in the order in which it came: a parent of
 * thousands takes a step for a hundred of them, not for each. Everything else stays a letter of its own.
 */
export function lettersOf(messages: readonly ClaimedMessage[], most: number): Letter[] {
  const letters: Letter[] = [];
  const open = new Map<string, { letter: Letter; event: Reported }>();
  for (const message of messages) {
    const { event, run_id: run } = message;
    const key = isReport(event) ? `${run} ${event.fan}` : null;
    const last = key === null ? undefined : open.get(key);
    if (last !== undefined && isReport(event) && last.letter.messages.length < most) {
      last.event.reports.push(...event.reports);
      last.letter.messages.push(message);
      continue;
    }
    const first = isReport(event) ? { ...event, reports: [...event.reports] } : null;
    const letter = { run, event: first ?? event, messages: [message] };
    letters.push(letter);
    if (first !== null && key !== null) open.set(key, { letter, event: first });
  }
  return letters;
}

function isReport(event: unknown): event is Reported {
  return typeof event === 'object' && event !== null && 'type' in event && event.type === 'reported' && 'reports' in event;
}
