import { type Component, componentId } from './components/component.ts';
import { type Definition, stageOf, stageTitle } from './definition.ts';
import type { RunEvent } from './event.ts';
import { shownFacts, withValues } from './facts.ts';
import { cleanFileName } from './fields/clean.ts';
import { resolveActor } from './people.ts';
import { askingOf, CHOOSE, judgedBranches } from './questions/asking.ts';
import type { ChildRow } from './results.ts';
import { renderJson, renderLine, renderMarkdown, renderText, renderWithSecrets, type TemplateReach } from './templates.ts';
import { filesIn, type Row } from './values.ts';
import type { Writing } from './writing.ts';

/** The settings of a portal that templates may name: its own address and the definition's settings. */
export type Surroundings = {
  portal: string;
  settings: Record<string, string>;
  /** The rows of a lookup table at a revision; without it, and at revision 0, those of the definition count. */
  rows?: (table: string, revision: number) => readonly TableRow[];
  /** The children of a fan-out in the order of their items, as they were stored by the steps before this one. */
  children?: (fan: string) => readonly ChildRow[];
};

/** One row of a lookup table, and on which days it counts (both included). */
export type TableRow = { from: string | null; until: string | null; values: Row };

/** Asks for the HTTP call of a component; the run waits for its result. */
export function startCall(w: Writing, definition: Definition, around: Surroundings, stageKey: string, index: number): void {
  const component = componentAt(definition, stageKey, index, 'http');
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
export function takeResult(w: Writing, definition: Definition, event: Extract<RunEvent, { type: 'effect_done' }>): void {
  const { awaiting, stage, facts, starter } = w.context;
  if (awaiting === null || stage === null) return;
  const origin = { from: 'effect' as const, by: awaiting.component, stage, at: w.at };
  const saved = withValues(definition, facts, event.result.saved, origin, { starter, at: w.at });
  w.change({ facts: saved, awaiting: null, attention: null });
  const { status, saved: values } = event.result;
  w.happened({ what: 'returned', effect: event.effect, stage, component: awaiting.component, status, saved: values });
}

/** Asks for the mail of a component; the run goes on at once. */
export function startMail(w: Writing, definition: Definition, around: Surroundings, stageKey: string, index: number): void {
  const component = componentAt(definition, stageKey, index, 'email');
  const { facts, starter } = w.context;
  const to = resolveActor(definition, component.to, facts, starter);
  const subject = renderLine(component.subject, definition, facts, reachOf(w, around));
  const body = renderText(component.body, definition, facts, reachOf(w, around));
  const id = componentId(component, index);
  const attachments = component.attach.flatMap((key) => filesIn(facts[key]?.value ?? ''));
  const attached = attachments.length === 0 ? {} : { attachments };
  const effect = w.mail({ is: 'outcome', to, subject, body, stage: stageKey, component: id, ...attached });
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

/** The component at a place, known to be of a kind; the compiled machine names no other. */
export function componentAt<K extends Component['kind']>(
  definition: Definition,
  stage: string,
  index: number,
  kind: K,
): Extract<Component, { kind: K }> {
  const component = stageOf(definition, stage).components[index];
  if (component === undefined || !isKind(component, kind)) throw new Error(`Component ${index + 1} of ${stage} is no ${kind}.`);
  return component;
}

function isKind<K extends Component['kind']>(component: Component, kind: K): component is Extract<Component, { kind: K }> {
  return component.kind === kind;
}

/** Asks for the file of a component; the run waits for it. */
export function startDocument(w: Writing, definition: Definition, around: Surroundings, stageKey: string, index: number): void {
  const component = componentAt(definition, stageKey, index, 'document');
  const { facts } = w.context;
  const title = renderLine(component.title, definition, facts, reachOf(w, around));
  const id = componentId(component, index);
  const effect = w.document({
    stage: stageKey,
    component: id,
    title,
    name: `${cleanFileName(title)}.${component.format === 'pdf' ? 'pdf' : 'md'}`,
    format: component.format,
    text: renderMarkdown(component.template, definition, facts, reachOf(w, around)),
    into: component.into,
  });
  w.change({ awaiting: { effect, component: id } });
  w.happened({ what: 'called', effect, stage: stageKey, component: id });
}

const JUDGEMENT = { confidence: 0.8, tokens: 8000, time_limit: 30 };

/** Asks the runner which branch fits; the run waits for its judgement. */
export function startJudgement(w: Writing, definition: Definition, stageKey: string): void {
  const stage = stageOf(definition, stageKey);
  const { confidence, tokens, time_limit } = definition.judgement ?? JUDGEMENT;
  const effect = w.judge({
    stage: stageKey,
    workflow: definition.title,
    stageTitle: stageTitle(definition, stageKey),
    guidance: stage.guidance,
    successors: judgedBranches(definition, stageKey),
    facts: shownFacts(definition, w.context.facts, factsToJudge(definition, stageKey, Object.keys(w.context.facts))),
    confidence,
    tokens,
    timeLimit: time_limit,
  });
  w.change({ awaiting: { effect, component: CHOOSE } });
}

/** What this stage shows and asked, and then everything else that is visible to all. */
function factsToJudge(definition: Definition, stage: string, gathered: string[]): string[] {
  const { shows } = askingOf(definition, { stage, component: CHOOSE });
  const visible = gathered.filter((key) => definition.data[key]?.visible_to === undefined);
  return [...new Set([...shows, ...visible])];
}

/** How sure a model has to be. */
export function confidenceNeeded({ judgement }: Definition): number {
  return (judgement ?? JUDGEMENT).confidence;
}
