import { componentId, type EmailComponent, type HttpComponent } from './components/component.ts';
import { type Definition, stageOf } from './definition.ts';
import type { RunEvent } from './event.ts';
import { resolveActor } from './people.ts';
import { renderJson, renderLine, renderText, renderWithSecrets, type TemplateReach } from './templates.ts';
import type { Writing } from './writing.ts';

/** The settings of a portal that templates may name: its own address and the definition's settings. */
export type Surroundings = { portal: string; settings: Record<string, string> };

/** Asks for the HTTP call of a component; the run waits for its result. */
export function startCall(w: Writing, definition: Definition, around: Surroundings, stageKey: string, index: number): void {
  const component = httpAt(definition, stageKey, index);
  const { facts } = w.context;
  const reach = reachOf(w, around);
  const id = componentId(component, index);
  const effect = w.call({
    stage: stageKey,
    component: id,
    method: component.method,
    url: renderLine(component.url, definition, facts, reach, 2000),
    headers: Object.fromEntries(
      Object.entries(component.headers).map(([name, text]) => [name, renderWithSecrets(text, definition, facts, reach)]),
    ),
    json: component.json === undefined ? null : renderJson(component.json, definition, facts, reach),
    save: component.save,
  });
  w.change({ awaiting: { effect, component: id } });
  w.happened({ what: 'called', effect, stage: stageKey, component: id });
}

/** Keeps what the call brought back. */
export function takeResult(w: Writing, event: Extract<RunEvent, { type: 'effect_done' }>): void {
  const { awaiting, stage, facts } = w.context;
  if (awaiting === null || stage === null) return;
  const origin = { from: 'effect' as const, by: awaiting.component, stage, at: w.at };
  const saved = Object.fromEntries(Object.entries(event.result.saved).map(([key, value]) => [key, { value, origin }]));
  w.change({ facts: { ...facts, ...saved }, awaiting: null, attention: null });
  const { status, saved: values } = event.result;
  w.happened({ what: 'returned', effect: event.effect, stage, component: awaiting.component, status, saved: values });
}

/** Asks for the mail of a component; the run goes on at once. */
export function startMail(w: Writing, definition: Definition, around: Surroundings, stageKey: string, index: number): void {
  const component = emailAt(definition, stageKey, index);
  const { facts, starter } = w.context;
  const to = resolveActor(definition, component.to, facts, starter);
  const subject = renderLine(component.subject, definition, facts, reachOf(w, around));
  const body = renderText(component.body, definition, facts, reachOf(w, around));
  const id = componentId(component, index);
  const effect = w.mail({ is: 'outcome', to, subject, body, stage: stageKey, component: id });
  w.happened({ what: 'mailed', effect, stage: stageKey, component: id, to: to.email, subject });
}

/** An effect gave up: an operator has to look. */
export function needAttention(w: Writing, event: Extract<RunEvent, { type: 'effect_failed' }>): void {
  const { stage } = w.context;
  w.change({ attention: { effect: event.effect, stage, error: event.error, since: w.at } });
  w.happened({ what: 'failed', effect: event.effect, stage, error: event.error });
}

/** The operator says: try again, under the same key. */
export function retryEffect(w: Writing, event: Extract<RunEvent, { type: 'retried' }>): void {
  const { attention } = w.context;
  if (attention === null) return;
  w.change({ attention: null });
  w.ask({ asks: 'rearm', effect: attention.effect });
  w.happened({ what: 'retried', by: event.by, effect: attention.effect });
}

function reachOf(w: Writing, around: Surroundings): TemplateReach {
  return { ...around, starter: w.context.starter };
}

function httpAt(definition: Definition, stage: string, index: number): HttpComponent {
  const component = stageOf(definition, stage).components[index];
  if (component?.kind !== 'http') throw new Error(`Component ${index + 1} of ${stage} makes no call.`);
  return component;
}

function emailAt(definition: Definition, stage: string, index: number): EmailComponent {
  const component = stageOf(definition, stage).components[index];
  if (component?.kind !== 'email') throw new Error(`Component ${index + 1} of ${stage} is no email.`);
  return component;
}
