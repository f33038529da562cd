import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { callFindings } from '../../machines/check/calls.ts';
import { surelyReturns } from '../../machines/check/sub-workflows.ts';
import type { SubWorkflowComponent } from '../../machines/components/component.ts';
import type { Definition } from '../../machines/definition.ts';
import { mayAccept } from '../../machines/fan-out.ts';
import { cleanLine } from '../../machines/fields/clean.ts';
import { startSections } from '../../machines/questions/asking.ts';
import type { Against } from '../../machines/questions/read.ts';
import { ActPreview, ChildrenPage } from '../../views/owner/children-page.tsx';
import { TreePage } from '../../views/owner/tree.tsx';
import { EMPTY_FORM, type FormState } from '../../views/parts/form-state.ts';
import { paths } from '../../views/paths.ts';
import { changeChildren } from '../children/change.ts';
import { type ChildView, childrenAt, childrenOfFan, type FanView, fansOf, lineageOf, treeOf } from '../children/read.ts';
import { notFound, Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import type { RunView } from '../runs/find.ts';
import { csvOf } from '../tables/csv.ts';
import { labelsOf, shownSections } from './asked.ts';
import { childLine, fanSummary, STATE_WORDS } from './children-shown.ts';
import { goOn, type Posted, readForm, readPost, textOf } from './forms.ts';
import { ownedRun } from './owned-run.ts';
import { type OwnerEnv, ownerOnly } from './owner-only.ts';

const ON_A_PAGE = 100;
const IN_A_FILE = 10_000;
const STATES = ['open', 'waiting', 'released', 'arrived', 'late', 'failed', 'withdrawn', 'removed', 'conflicting'] as const;
const STATE = z.enum(STATES).nullable().catch(null);

type OwnerContext = Context<OwnerEnv>;
/** A fan-out with all that its pages need. */
type Scene = { run: RunView; fan: FanView; component: SubWorkflowComponent | null; callee: Definition | null };

/** The children of an owner's runs: each with its state, the tree they make, and what may be done about them. */
export function mountChildren(app: Hono, portal: Portal): void {
  const owner = ownerOnly(portal);

  app.get(paths.tree.pattern, owner, async (c) => {
    const run = await ownedRun(c, portal);
    const [top] = await lineageOf(portal.sql, run.id);
    const lines = await treeOf(portal.sql, top?.id ?? run.id);
    return c.html(<TreePage owner={c.var.owner} now={portal.clock.now()} run={run.id} title={run.title} lines={lines} />);
  });

  app.get(paths.children.pattern, owner, async (c) => {
    const scene = await sceneOf(c, portal);
    if (c.req.query('format') === 'csv') return asFile(c, portal, scene);
    return page(c, portal, scene, {});
  });

  app.post(paths.children.pattern, owner, async (c) => {
    const scene = await sceneOf(c, portal);
    const posted = await readPost(c);
    const act = textOf(posted, 'act');
    const reason = cleanLine(textOf(posted, 'reason')).slice(0, 1000);
    try {
      if (act === 'add') return await add(c, portal, scene, posted, reason);
      if (reason === '' && act !== 'remind') return page(c, portal, scene, { wrong: 'Please give a reason.' });
      if (act === 'repin') return await repin(c, portal, scene, reason);
      if (act === 'accept') return await accept(c, portal, scene, posted, reason);
      return await actOnMany(c, portal, scene, posted, reason);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error;
      return page(c, portal, await sceneOf(c, portal), { wrong: error.message, status: 409 });
    }
  });
}

async function sceneOf(c: OwnerContext, portal: Portal): Promise<Scene> {
  const run = await ownedRun(c, portal);
  const fan = (await fansOf(portal.sql, run.id)).find(({ id }) => id === c.req.param('fan'));
  if (fan === undefined) throw notFound('such list');
  const found = run.published.definition.stages[fan.stage]?.components.find((one) => one.id === fan.component);
  const component = found?.kind === 'sub_workflow' ? found : null;
  return { run, fan, component, callee: await calleeOf(portal, fan) };
}

/** What the children of a fan-out run on; null when it was never published. */
export async function calleeOf({ library }: Pick<Portal, 'library'>, { workflow, version }: FanView): Promise<Definition | null> {
  const published = version === null ? library.newest(workflow) : library.version(workflow, version);
  return published.then(({ definition }) => definition).catch(() => null);
}

type Telling = { wrong?: string; form?: FormState; typed?: Record<string, string>; problem?: string; status?: 409 | 422 };

async function page(c: OwnerContext, portal: Portal, scene: Scene, telling: Telling) {
  const { run, fan, callee } = scene;
  const { definition } = run.published;
  const state = STATE.parse(c.req.query('state') ?? null);
  const from = z.coerce.number().int().min(0).catch(0).parse(c.req.query('from'));
  const children = await childrenOfFan(portal.sql, fan.id, { state, from, limit: ON_A_PAGE + 1 });
  const shown = children.slice(0, ON_A_PAGE);
  const waiting = run.fan?.id === fan.id ? run.fan : null;
  const here = paths.children.to({ run: run.id, fan: fan.id });
  const next = children[ON_A_PAGE];
  const sections = ownQuestions(scene);
  const against = againstOf(portal, scene);
  const form = telling.form ?? EMPTY_FORM;
  const notice = telling.wrong === undefined ? doneNotice(c) : { tone: 'wrong' as const, text: telling.wrong };
  return c.html(
    <ChildrenPage
      owner={c.var.owner}
      now={portal.clock.now()}
      timezone={definition.timezone}
      run={run.id}
      title={run.title}
      fan={fanSummary(definition, fan, waiting)}
      states={STATES.map((value) => ({ value, words: STATE_WORDS[value] }))}
      state={state ?? ''}
      next={next === undefined ? null : `${here}?${new URLSearchParams({ state: state ?? '', from: String(next.index) })}`}
      waits={waiting !== null}
      mayAccept={mayAccept(definition, waiting, fan.id)}
      newer={await newerVersion(portal, fan)}
      adding={
        sections === null
          ? null
          : {
              sections: shownSections(sections, form, against, null),
              form,
              typed: telling.typed ?? {},
              problem: telling.problem ?? null,
            }
      }
      notice={notice}
      labelOf={labelsOf({ sections: sections ?? [] }, callee ?? definition)}
      lines={shown.map((child) => childLine(callee, child))}
    />,
    telling.status ?? (telling.wrong === undefined && telling.problem === undefined && telling.form === undefined ? 200 : 422),
  );
}

const DONE: Record<string, string> = {
  accept: 'The run has gone on.',
  add: 'Somebody else is asked.',
  remind: 'They are reminded.',
  resend: 'They are asked anew.',
  remove: 'They are removed.',
  repin: 'Those that have not begun begin in the newest version.',
};

function doneNotice(c: OwnerContext) {
  const text = DONE[c.req.query('done') ?? ''];
  return text === undefined ? null : { tone: 'good' as const, text };
}

/** The newest version, where children that have not begun would begin in an older one; null else. */
async function newerVersion({ library }: Portal, { workflow, version, counts }: FanView): Promise<number | null> {
  if (version === null || (counts.waiting ?? 0) + (counts.released ?? 0) === 0) return null;
  const newest = await library.newestNumber(workflow).catch(() => version);
  return newest > version ? newest : null;
}

/** What a new child is asked that differs from child to child; null when none can be added. */
function ownQuestions({ component, callee }: Scene) {
  if (component?.each === undefined || callee === null) return null;
  const own = Object.entries(component.with).flatMap(([key, source]) => (source.includes('.') ? [key] : []));
  return startSections(callee, own);
}

function againstOf({ clock }: Portal, { run, callee }: Scene): Against {
  const definition = callee ?? run.published.definition;
  return { definition, facts: {}, moment: { starter: run.starter, at: clock.now() } };
}

async function add(c: OwnerContext, portal: Portal, scene: Scene, posted: Posted, reason: string) {
  const sections = ownQuestions(scene);
  if (sections === null) throw notFound('such list');
  const questions = sections.flatMap((section) => section.questions);
  const { answers, form } = await readForm(portal, posted, questions, againstOf(portal, scene));
  const key = cleanLine(textOf(posted, 'new_key')).slice(0, 120);
  const instead = textOf(posted, 'instead');
  const typed = { new_key: key, instead, reason };
  const problem = key === '' ? 'Please say what it is called.' : reason === '' ? 'Please give a reason.' : undefined;
  if (!answers.ok) return page(c, portal, scene, { form, typed });
  if (problem !== undefined) return page(c, portal, scene, { form, typed, problem });
  const child = { key, input: answers.value };
  const wish = instead === '' ? { is: 'add' as const, ...child } : { is: 'replace' as const, index: Number(instead), ...child };
  await changeChildren(portal, { run: scene.run.id, fan: scene.fan.id, wish, by: c.var.owner, reason });
  return done(c, scene, 'add');
}

async function accept(c: OwnerContext, portal: Portal, scene: Scene, posted: Posted, reason: string) {
  const { run, fan } = scene;
  const waiting = run.fan?.id === fan.id ? run.fan : null;
  if (waiting === null) throw new Refusal(409, 'gone_on', 'The run has gone on already.');
  if (textOf(posted, 'sure') !== 'yes') {
    const open = waiting.asked - waiting.arrived - waiting.failed;
    const rest =
      scene.component?.rest === 'leave_open'
        ? 'stay open; what they still send counts as late'
        : 'are taken back, and told so by mail';
    const lines = [
      `The run goes on with ${waiting.arrived} of ${waiting.asked} results.`,
      ...(open === 0 ? [] : [`${open} still open ${rest}.`]),
      `In the history stands: ${reason}`,
    ];
    return preview(c, scene, 'Go on with what came in', lines, [
      ['act', 'accept'],
      ['reason', reason],
    ]);
  }
  const told = await portal.actors.tell(run.id, { type: 'fan_accepted', fan: fan.id, by: c.var.owner, reason });
  if (told.is !== 'stepped') throw new Refusal(409, 'gone_on', 'The run cannot go on in this way, or has gone on already.');
  return done(c, scene, 'accept');
}

/** Those that have not begun begin in the newest version, if it still keeps the contract with this run's workflow. */
async function repin(c: OwnerContext, portal: Portal, { run, fan, component }: Scene, reason: string) {
  const newest = await portal.library.newest(fan.workflow);
  const called = (workflow: string) => (workflow === fan.workflow ? newest.definition : null);
  const broken = callFindings(run.published.definition, called).filter(
    ({ path }) => component !== null && path.includes(fan.stage) && !path.includes('workflow'),
  );
  const [fault] = broken;
  if (fault !== undefined) throw new Refusal(409, 'breaks', `Version ${newest.version} does not fit this run: ${fault.message}`);
  const event = { type: 'fan_repinned' as const, fan: fan.id, version: newest.version, by: c.var.owner, reason };
  const told = await portal.actors.tell(run.id, event);
  if (told.is !== 'stepped') throw new Refusal(409, 'gone_on', 'The run has gone on already.');
  return done(c, { run, fan, component, callee: null }, 'repin');
}

type Many = 'remind' | 'resend' | 'remove';
const MANY: Record<Many, { heading: string; line: (child: ChildView) => string; may: (child: ChildView) => boolean }> = {
  remind: {
    heading: 'Remind them',
    line: ({ key, holder }) => `${key}: ${holder?.email} gets one mail.`,
    may: ({ holder }) => holder !== null,
  },
  resend: {
    heading: 'Ask them anew',
    line: ({ key, holder }) =>
      `${key}: it begins again with a mail of its own${holder === null ? '' : `; the link that ${holder.email} has ends, and they are told`}.`,
    may: ({ state }) => state !== 'arrived' && state !== 'removed',
  },
  remove: {
    heading: 'Remove them',
    line: ({ key, holder }) =>
      `${key}: the run no longer waits for it${holder === null ? '' : `; ${holder.email} is told by mail`}.`,
    may: ({ state }) => state !== 'arrived' && state !== 'removed',
  },
};

async function actOnMany(c: OwnerContext, portal: Portal, scene: Scene, posted: Posted, reason: string) {
  const act = z.enum(['remind', 'resend', 'remove']).safeParse(textOf(posted, 'act')).data;
  if (act === undefined) throw notFound('such act');
  const indexes = (posted.texts.child ?? []).map(Number).filter(Number.isInteger);
  const { heading, line, may } = MANY[act];
  const chosen = (await childrenAt(portal.sql, scene.fan.id, indexes)).filter(may);
  if (chosen.length === 0) return page(c, portal, scene, { wrong: 'Please choose at least one that is still open.' });
  if (act === 'remove' && scene.component !== null && surelyReturns(scene.component))
    return page(c, portal, scene, { wrong: 'What it hands back is needed. Ask it anew, or cancel the run.' });
  if (textOf(posted, 'sure') !== 'yes') {
    const hidden = chosen.map(({ index }): [string, string] => ['child', String(index)]);
    return preview(c, scene, heading, chosen.map(line), [['act', act], ['reason', reason], ...hidden]);
  }
  for (const child of chosen) await actOn(portal, scene, act, child, c.var.owner, reason);
  return done(c, scene, act);
}

async function actOn(
  portal: Portal,
  { run, fan }: Scene,
  act: Many,
  child: ChildView,
  by: string,
  reason: string,
): Promise<void> {
  const { index, key, input, holder } = child;
  if (act === 'remind') {
    if (child.run !== null && holder !== null)
      await portal.actors.tell(child.run, { type: 'remind_due', handOff: holder.handOff });
    return;
  }
  const wish = act === 'remove' ? { is: 'remove' as const, index } : { is: 'replace' as const, index, key, input };
  await changeChildren(portal, { run: run.id, fan: fan.id, wish, by, reason });
}

function preview(c: OwnerContext, { run, fan }: Scene, heading: string, lines: string[], hidden: [string, string][]) {
  const { definition } = run.published;
  const { title } = fanSummary(definition, fan, null);
  return c.html(
    <ActPreview owner={c.var.owner} run={run.id} fan={fan.id} title={title} heading={heading} lines={lines} hidden={hidden} />,
  );
}

function done(c: OwnerContext, { run, fan }: Scene, act: string): Response {
  return goOn(c, `${paths.children.to({ run: run.id, fan: fan.id })}?done=${act}`);
}

/** All children as a file for spreadsheets, in the order of their items. */
async function asFile(c: OwnerContext, portal: Portal, { run, fan, callee }: Scene): Promise<Response> {
  const children = await childrenOfFan(portal.sql, fan.id, { state: null, from: 0, limit: IN_A_FILE });
  const names = callee?.results ?? [];
  const rows = children.map((child) => {
    const { key, words, who, at, results } = childLine(callee, child);
    const values = Object.keys(child.report?.results ?? {});
    return [key, words, who ?? '', at ?? '', ...names.map((name) => results[values.indexOf(name)]?.text ?? '')];
  });
  return c.body(csvOf([['key', 'state', 'who', 'when', ...names], ...rows]), 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${run.workflow}-${fan.component}.csv"`,
  });
}
