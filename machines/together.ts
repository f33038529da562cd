import { showInstant } from './calendar.ts';
import type { SubWorkflowComponent } from './components/component.ts';
import type { Instant } from './values.ts';

/** Somebody is asked as one of several: how the others' answers bear on it. */
export type Together = {
  component: SubWorkflowComponent;
  asked: number;
  until: Instant | null;
  timezone: string;
  /** Whether the run that asked has gone on already. */
  isOver: boolean;
};

/**
 * What everybody who is asked the same is told: how many there are, when it goes on, and which single answer decides. Empty
 * where somebody is the only one.
 */
export function togetherSentences({ component, asked, until, timezone, isOver }: Together): string[] {
  if (isOver) return component.wait === 'none' ? [] : [LATE];
  if (asked < 2) return [];
  const { wait, veto, in_order } = component;
  const latest = until === null || wait === 'none' ? [] : [`It goes on by ${showInstant(until, timezone)} at the latest.`];
  return [
    `This is one of ${asked} answers that are asked for`,
    ...(in_order ? ['You are asked one after the other'] : []),
    goesOn(wait),
    ...(veto === undefined ? [] : [`A single answer that counts as ${named(veto)} decides for all`]),
  ]
    .map((sentence) => `${sentence}.`)
    .concat(latest);
}

const LATE = 'It has gone on without this answer. What you send is kept, and shown as late.';

function goesOn(wait: SubWorkflowComponent['wait']): string {
  if (wait === 'all') return 'It goes on when everybody has answered';
  if (wait === 'any') return 'The first answer decides';
  if (wait === 'none') return 'Nobody waits for the answers of the others';
  if ('until' in wait) return 'It goes on as soon as enough is known';
  const which = wait.of === undefined ? 'have answered' : `count as ${named(wait.of)}`;
  return `It goes on as soon as ${wait.at_least} ${which}, or no longer can`;
}

/** A name of the definition as a word. */
function named(name: string): string {
  return `“${name.replaceAll('_', ' ')}”`;
}
