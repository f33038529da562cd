import { after, before, instantOf } from './calendar.ts';
import { componentId, type WaitComponent } from './components/component.ts';
import type { Definition } from './definition.ts';
import { componentAt } from './effects.ts';
import type { Heard } from './event.ts';
import { shownAnswers, withValues } from './facts.ts';
import type { RunContext } from './outcome.ts';
import type { Facts, Instant, Value } from './values.ts';
import type { Writing } from './writing.ts';

/** Lets the run rest. What it waits for may be there already: a day that is past, or an event that came early. */
export function startWait(w: Writing, definition: Definition, stage: string, index: number): void {
  const component = componentAt(definition, stage, index, 'wait');
  const id = componentId(component, index);
  const until = endOf(component, definition, w.context.facts, w.at);
  const event = component.event ?? null;
  const wait = w.id();
  w.change({ waiting: { id: wait, stage, component: id, until, event } });
  w.happened({ what: 'waiting', stage, component: id, until, event });
  if (until !== null)
    w.ask({ asks: 'timer', timer: { is: 'set', key: `${wait}:over`, at: until, event: { type: 'wait_over', wait } } });
}

/** When a wait ends by itself; null when only an event ends it. */
function endOf(component: WaitComponent, definition: Definition, facts: Facts, at: Instant): Instant | null {
  const { timezone } = definition;
  if (component.for !== undefined) return after(at, component.for, timezone);
  if (component.until !== undefined) {
    const day = momentOf(facts[component.until]?.value, component.at ?? '00:00', timezone);
    const moment = component.before === undefined ? day : before(day, component.before, timezone);
    return moment > at ? moment : at;
  }
  return component.at_most === undefined ? null : after(at, component.at_most, timezone);
}

function momentOf(value: Value | undefined, at: string, timezone: string): Instant {
  if (typeof value !== 'string') throw new Error('The day to wait for has not been gathered.');
  return value.length === 10 ? instantOf(`${value}T${at}:00`, timezone) : value;
}

/** The event came, now or before the run waited for it. */
export function takeHeard(
  w: Writing,
  definition: Definition,
  { name, data, by, key }: Pick<Heard, 'name' | 'data' | 'by' | 'key'>,
): void {
  remember(w, key);
  const { waiting, facts, starter, heard = {} } = w.context;
  const origin = { from: 'event' as const, by: name, stage: waiting?.stage ?? null, at: w.at };
  const { [name]: _, ...others } = heard;
  w.change({ facts: withValues(definition, facts, data, origin, { starter, at: w.at }), heard: others });
  w.happened({ what: 'heard', name, by, saved: shownAnswers(definition, data), kept: false });
  endWait(w, 'event');
}

/** An event for which the run does not wait yet is kept; a later one of the same name takes its place. */
export function keepHeard(w: Writing, definition: Definition, { name, data, by, at, key }: Heard): void {
  remember(w, key);
  w.change({ heard: { ...w.context.heard, [name]: { data, by, at } } });
  w.happened({ what: 'heard', name, by, saved: shownAnswers(definition, data), kept: true });
}

function remember(w: Writing, key: string | undefined): void {
  if (key !== undefined) w.change({ heardKeys: [...(w.context.heardKeys ?? []), key] });
}

/** Whether an event has not been heard before. */
export function isNew({ heardKeys }: RunContext, { key }: Heard): boolean {
  return key === undefined || !heardKeys?.includes(key);
}

/** The run goes on. */
export function endWait(w: Writing, why: 'time' | 'event' | 'nothing came'): void {
  const { waiting } = w.context;
  if (!waiting) return;
  w.change({ waiting: null });
  w.happened({ what: 'waited', stage: waiting.stage, component: waiting.component, why });
  if (waiting.until !== null) w.ask({ asks: 'timer', timer: { is: 'withdrawn', prefix: waiting.id } });
}
