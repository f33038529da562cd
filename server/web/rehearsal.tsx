import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { ACT } from '../../machines/cases.ts';
import { readDefinition } from '../../machines/check/read.ts';
import { type Definition, labelOf, stageTitle, startForm } from '../../machines/definition.ts';
import { shownFacts } from '../../machines/facts.ts';
import type { Fan } from '../../machines/outcome.ts';
import { startSections } from '../../machines/questions/asking.ts';
import { questionsOf, type Section } from '../../machines/questions/question.ts';
import { type Against, readQuestions } from '../../machines/questions/read.ts';
import { callOf, failedChildren, openChildren, resultsTaken } from '../../machines/rehearsal/children.ts';
import { explore } from '../../machines/rehearsal/explore.ts';
import { namedFile } from '../../machines/rehearsal/given.ts';
import {
  endedIn,
  type Move,
  nextTimer,
  type Rehearsal,
  rehearse,
  STARTER,
  visitedStages,
  whoWaits,
} from '../../machines/rehearsal/rehearse.ts';
import { reportOf } from '../../machines/rehearsal/transcript.ts';
import { writtenAnswers } from '../../machines/rehearsal/written.ts';
import type { FileReference } from '../../machines/values.ts';
import { RehearsalPage, type RehearsalStep } from '../../views/owner/rehearsal.tsx';
import { skippedIn } from '../../views/parts/diagram.tsx';
import { EMPTY_FORM, type FormState } from '../../views/parts/form-state.ts';
import { paths } from '../../views/paths.ts';
import type { Portal } from '../portal.ts';
import { defaultOf, labelsOf, rearranged, shownSections } from './asked.ts';
import { type Posted, readPost, textOf } from './forms.ts';
import { type OwnerEnv, ownedWorkflow, ownerOnly } from './owner-only.ts';

// What a page remembers of its rehearsal: how it started, and every move since. Read anew each time, and never trusted.
const REMEMBERED = z.object({ starts_with: z.record(z.string(), z.json()).nullable(), moves: z.array(ACT).max(200) });
type Remembered = z.output<typeof REMEMBERED>;

const NOTHING: Remembered = { starts_with: null, moves: [] };

type Scene = {
  owner: string;
  workflow: string;
  definition: Definition;
  draft: string | null;
  remembered: Remembered;
  at: string;
};
type Telling = { form?: FormState; notice?: string | null; report?: string[] | null; status?: 200 | 422 };

/** Rehearsal for owners: the live version or a draft, walked through as each person, without anything being kept. */
export function mountRehearsal(app: Hono, portal: Portal): void {
  const owner = ownerOnly(portal);
  app.get(paths.rehearsal.pattern, owner, async (c) => {
    const { workflow, definition } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
    return page(c, { owner: c.var.owner, workflow, definition, draft: null, remembered: NOTHING, at: portal.clock.now() }, {});
  });

  app.post(paths.rehearsal.pattern, owner, async (c) => {
    const { workflow, definition: live } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
    const posted = await readPost(c);
    const text = textOf(posted, 'draft');
    const draft = text.trim() === '' ? null : text;
    const scene = { owner: c.var.owner, workflow, definition: live, draft: null, remembered: NOTHING, at: portal.clock.now() };
    if (draft === null) return played(c, { ...scene, remembered: rememberedIn(posted) }, posted);
    const { definition, findings } = readDefinition(draft, 'draft');
    if (definition !== null) return played(c, { ...scene, definition, draft, remembered: rememberedIn(posted) }, posted);
    const notice = findings.map(({ line, message, remedy }) => `Line ${line}: ${message} ${remedy}`).join(' ');
    return page(c, { ...scene, draft }, { notice, status: 422 });
  });
}

function rememberedIn(posted: Posted): Remembered {
  const text = textOf(posted, 'moves');
  if (text === '') return NOTHING;
  try {
    return REMEMBERED.parse(JSON.parse(text));
  } catch {
    return NOTHING;
  }
}

/** What a button of the page does. */
function played(c: Context<OwnerEnv>, scene: Scene, posted: Posted) {
  const act = textOf(posted, 'act');
  if (act === 'explore')
    return page(c, scene, { report: reportOf(scene.definition, explore(scene.definition, aroundOf(scene.definition))) });
  if (act === 'again') return page(c, { ...scene, remembered: NOTHING }, {});
  const state = stateOf(scene);
  const form: FormState = { typed: posted.texts, problems: {}, kept: {} };
  const changed = rearranged(form, textOf(posted, 'add'), textOf(posted, 'remove'));
  if (changed !== null) return page(c, scene, { form: changed });
  if (textOf(posted, 'refresh') !== '') return page(c, scene, { form });
  const next = nextOf(scene, state, posted, act);
  if ('problems' in next) return page(c, scene, { form: { ...form, problems: next.problems }, status: 422 });
  const ahead = { ...scene, remembered: next };
  const outcome = replayed(ahead);
  if (outcome !== null && !outcome.ok) return page(c, scene, { form, notice: outcome.refused.why, status: 422 });
  return page(c, ahead, {});
}

type Next = Remembered | { problems: Record<string, string> };

function nextOf(scene: Scene, rehearsal: Rehearsal | null, posted: Posted, act: string): Next {
  const { remembered } = scene;
  const after = (move: Move): Remembered => ({ ...remembered, moves: [...remembered.moves, move] });
  if (rehearsal === null) {
    const read = answersIn(startOf(scene.definition), posted, againstOf(scene, null));
    return 'problems' in read ? read : { starts_with: read.answers, moves: [] };
  }
  if (act === 'day') return after({ wait: '1d' });
  if (act === 'next') return after({ wait: minutesTo(rehearsal) });
  const { awaiting } = rehearsal.outcome.snapshot.context;
  if (awaiting !== null) return after(callMove(awaiting.component, posted, act));
  const family = familyMove(rehearsal, posted, act);
  if (family !== null) return after(family);
  const person = whoWaits(rehearsal);
  if (person === null) return remembered;
  const { open, asking } = person;
  if (asking.branches.length > 0) return after({ stage: open.stage, answers: {}, to: textOf(posted, 'route') });
  const read = answersIn(asking.sections, posted, againstOf(scene, rehearsal));
  return 'problems' in read ? read : after({ stage: open.stage, answers: read.answers });
}

type Answers = NonNullable<Remembered['starts_with']>;

/** Reads a posted form as its page would; files count by their names. */
function answersIn(
  sections: readonly Section[],
  posted: Posted,
  against: Against,
): { answers: Answers } | { problems: Record<string, string> } {
  const questions = sections.flatMap((section) => section.questions);
  const files: Record<string, FileReference[]> = {};
  for (const [name, uploads] of Object.entries(posted.uploads)) files[name] = uploads.map((upload) => namedFile(upload.name));
  const read = readQuestions(questions, { texts: posted.texts, files }, against);
  if (!read.ok) return { problems: Object.fromEntries(read.problems.map(({ field, sentence }) => [field, sentence])) };
  return { answers: z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(writtenAnswers(questions, read.value)))) };
}

function familyMove({ outcome, family }: Rehearsal, posted: Posted, act: string): Move | null {
  const { fan } = outcome.snapshot.context;
  if (!fan) return null;
  const [child] = openChildren(family, fan);
  if (child === undefined) {
    const [failed] = failedChildren(family, fan);
    if (act === 'again' && failed !== undefined) return { again: failed.key };
    return fan.held && act === 'accept' ? { accept: fan.component, because: 'As it stands.' } : null;
  }
  if (act === 'fail') return { child: child.key, returns: {}, fails: 'It was cancelled.' };
  return act === 'return' ? { child: child.key, returns: returnedIn(posted) } : null;
}

function callMove(call: string, posted: Posted, act: string): Move {
  return act === 'fail' ? { call, returns: {}, fails: 'It did not work.' } : { call, returns: returnedIn(posted) };
}

function returnedIn(posted: Posted): Extract<Move, { call: string }>['returns'] {
  const returns = Object.entries(posted.texts).flatMap(([name, [text = '']]) => {
    if (!name.startsWith('returns.')) return [];
    const key = name.slice('returns.'.length);
    return [[key, /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text === 'true' ? true : text] as const];
  });
  return Object.fromEntries(returns);
}

function minutesTo(rehearsal: Rehearsal): string {
  const timer = nextTimer(rehearsal);
  const ms = timer === null ? 0 : Math.max(0, Date.parse(timer.at) - Date.parse(rehearsal.now));
  return `${Math.min(99_999, Math.ceil(ms / 60_000))}m`;
}

function startOf(definition: Definition): Section[] {
  const called = definition.triggers.flatMap((trigger) => ('sub_workflow' in trigger ? trigger.sub_workflow.collects : []));
  const collects = startForm(definition)?.collects ?? called;
  return collects.length === 0 ? [] : startSections(definition, [...collects]);
}

function againstOf({ definition, at }: Scene, rehearsal: Rehearsal | null): Against {
  const facts = rehearsal?.outcome.snapshot.context.facts ?? {};
  return { definition, facts, moment: { starter: STARTER, at: rehearsal?.now ?? at } };
}

function aroundOf({ settings }: Definition) {
  return { portal: 'http://localhost', settings };
}

function replayed({ definition, remembered, at }: Scene) {
  if (remembered.starts_with === null) return null;
  return rehearse(definition, aroundOf(definition), { startsWith: remembered.starts_with, at }, remembered.moves);
}

function stateOf(scene: Scene): Rehearsal | null {
  const outcome = replayed(scene);
  return outcome?.ok ? outcome.rehearsal : null;
}

function page(c: Context<OwnerEnv>, scene: Scene, { form, notice = null, report = null, status = 200 }: Telling) {
  const { definition, remembered } = scene;
  const rehearsal = stateOf(scene);
  const sections = rehearsal === null ? startOf(definition) : (whoWaits(rehearsal)?.asking.sections ?? []);
  const against = againstOf(scene, rehearsal);
  const shownForm = form ?? withDefaults(sections, against);
  const facts = rehearsal?.outcome.snapshot.context.facts ?? {};
  return c.html(
    <RehearsalPage
      owner={scene.owner}
      workflow={scene.workflow}
      definition={definition}
      draft={scene.draft}
      moves={JSON.stringify(remembered)}
      step={stepOf(scene, rehearsal, sections, shownForm, against)}
      progress={{
        way: rehearsal === null ? [] : visitedStages(rehearsal),
        skipped: skippedIn(rehearsal?.happenings ?? []),
        here: rehearsal?.outcome.stage ?? null,
        attention: rehearsal?.outcome.status === 'attention',
      }}
      facts={shownFacts(definition, facts, Object.keys(definition.data))}
      mails={rehearsal?.mails ?? []}
      form={shownForm}
      labelOf={labelsOf({ sections }, definition)}
      report={report}
      notice={notice}
    />,
    status,
  );
}

function withDefaults(sections: readonly Section[], against: Against): FormState {
  const typed: FormState['typed'] = {};
  for (const question of questionsOf({
    stage: '',
    component: '',
    kind: 'form',
    task: null,
    shows: [],
    sections: [...sections],
    partial: false,
    branches: [],
  })) {
    Object.assign(typed, defaultOf(question, against));
  }
  return { ...EMPTY_FORM, typed };
}

function stepOf(
  { definition }: Scene,
  rehearsal: Rehearsal | null,
  sections: Section[],
  form: FormState,
  against: Against,
): RehearsalStep {
  if (rehearsal === null) return { is: 'start', sections: shownSections(sections, form, against, null) };
  const end = endedIn(rehearsal);
  if (end !== null) return { is: 'ended', stage: stageTitle(definition, end) };
  const { awaiting, waiting, fan, stage } = rehearsal.outcome.snapshot.context;
  const person = whoWaits(rehearsal);
  if (person !== null) {
    const { open, asking, who } = person;
    const shown = shownSections(sections, form, against, open.stage);
    return { is: 'person', who, stage: stageTitle(definition, open.stage), sections: shown, ways: asking.branches };
  }
  if (awaiting !== null) {
    const component = definition.stages[stage ?? '']?.components.find(
      (one, index) => (one.id ?? `${one.kind}_${index + 1}`) === awaiting.component,
    );
    const keys = component?.kind === 'http' ? Object.keys(component.save) : [];
    return { is: 'call', component: awaiting.component, returns: keys.map((key) => ({ key, label: labelOf(definition, key) })) };
  }
  return (fan ? familyStep(definition, rehearsal, fan) : null) ?? { is: 'waiting', event: waiting?.event ?? null };
}

function familyStep(definition: Definition, { family }: Rehearsal, fan: Fan): RehearsalStep | null {
  const open = openChildren(family, fan);
  const [child] = open;
  const call = callOf(definition, fan);
  if (child === undefined || call === null) return fan.held ? { is: 'held', component: fan.component, failed: fan.failed } : null;
  const returns = resultsTaken(definition, call).map(({ name, field }) => ({
    key: name,
    label: field.label ?? name.replaceAll('_', ' '),
    options: field.type === 'choice' ? field.options : null,
  }));
  return { is: 'child', key: child.key, left: open.length, returns };
}
