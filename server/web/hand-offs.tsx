import type { Context, Hono } from 'hono';
import { componentId } from '../../machines/components/component.ts';
import { actorTitle, type Definition, SYSTEM, stageOf, stageTitle } from '../../machines/definition.ts';
import { dataIn } from '../../machines/expressions.ts';
import { shownFacts } from '../../machines/facts.ts';
import { cleanText } from '../../machines/fields/clean.ts';
import type { Ask } from '../../machines/hand-off.ts';
import { isVisibleTo, maySign } from '../../machines/hand-offs.ts';
import { askingOf } from '../../machines/questions/asking.ts';
import { type Asking, columnsOf, type Question, questionsOf, type RowsQuestion } from '../../machines/questions/question.ts';
import type { Against } from '../../machines/questions/read.ts';
import { cellName } from '../../machines/questions/rows.ts';
import { togetherSentences } from '../../machines/together.ts';
import { filesIn, rowsIn, type ShownFact, type Value } from '../../machines/values.ts';
import { type ComesNext, DecidedPage, MovedPage, WithdrawnPage } from '../../views/hand-off/ended.tsx';
import { OpenPage } from '../../views/hand-off/open.tsx';
import type { FormState } from '../../views/parts/form-state.ts';
import { paths } from '../../views/paths.ts';
import type { Told } from '../actors/gate.ts';
import { Refusal } from '../errors.ts';
import { openAmongSiblings } from '../hand-offs/bundle.ts';
import { type FoundHandOff, findHandOff, openFor } from '../hand-offs/find.ts';
import type { Linked } from '../hand-offs/links.ts';
import type { Portal } from '../portal.ts';
import { whereabouts } from '../runs/find.ts';
import { defaultOf, labelsOf, rearranged, revisionOf, shownSections, typedAgain } from './asked.ts';
import { goOn, keptToken, type Posted, readForm, readPost, textOf } from './forms.ts';
import { openLink } from './links.ts';

/** The page behind a hand-off's link, and the decision that is sent from it. Opening it changes nothing. */
export function mountHandOffs(app: Hono, portal: Portal): void {
  app.get(paths.handOff.pattern, async (c) => {
    const link = c.req.param('link') ?? '';
    const found = await handOffBehind(portal, openLink(portal, 'hand-off', link));
    const { state } = found;
    return state.is === 'open'
      ? c.html(openPage(portal, link, found, state.ask, prefilled(portal, found, state.ask)))
      : endedPage(c, portal, found, link, false);
  });

  // A form that was refused leaves this address in a browser without scripts; opening it again leads back to the form.
  app.get(paths.decision.pattern, (c) => c.redirect(paths.handOff.to({ link: c.req.param('link') ?? '' }), 303));

  app.post(paths.decision.pattern, async (c) => {
    const link = c.req.param('link') ?? '';
    const linked = openLink(portal, 'hand-off', link);
    const found = await handOffBehind(portal, linked);
    const posted = await readPost(c);
    const submission = textOf(posted, 'submission');
    const { state } = found;
    if (state.is !== 'open') return whatBecame(c, portal, linked, link, submission);
    requirePage(portal, linked, posted, submission);
    return answered(c, portal, { link, found, ask: state.ask, posted, submission });
  });
}

type Sending = { link: string; found: FoundHandOff; ask: Ask; posted: Posted; submission: string };

/** What a form that was sent from its own page leads to: an answer, a part of one, or the form again. */
async function answered(c: Context, portal: Portal, sending: Sending): Promise<Response> {
  const { link, found, ask, posted, submission } = sending;
  const asking = askingFor(found);
  const against = againstOf(portal, found, ask);
  const { answers, form } = await readForm(portal, posted, questionsOf(asking), against);
  const again = (state: FormState, status: 200 | 409 | 422, notice: string | null = null) =>
    c.html(openPage(portal, link, found, ask, state, notice), status);
  if (textOf(posted, 'refresh') !== '') return again({ ...form, problems: {} }, 200);
  const changed = rearranged(form, textOf(posted, 'add'), textOf(posted, 'remove'));
  if (changed !== null) return again(changed, 200);
  const seen = textOf(posted, 'revision');
  if (seen !== '' && seen !== revisionFor(found, ask)) return again(form, 409, CHANGED);
  if (!maySign({ open: ask, facts: found.facts }, ask.person)) return again(form, 409);
  const act = { handOff: ask.handOff, generation: ask.generation, by: ask.person, submission };
  if (asking.kind === 'choose') {
    const route = { to: textOf(posted, 'route'), reason: cleanText(textOf(posted, 'route_reason')).slice(0, 2000) };
    if (!asking.branches.some(({ to }) => to === route.to)) {
      return again({ ...form, problems: { route: 'Please choose where it goes.' } }, 422);
    }
    return concluded(c, portal, sending, { type: 'answered', ...act, answers: {}, route });
  }
  if (answers.ok) return concluded(c, portal, sending, { type: 'answered', ...act, answers: answers.value, seen });
  const part = asking.partial ? await readForm(portal, posted, questionsOf(asking), against, true) : null;
  if (part?.answers.ok && bringsSomething(part.answers.value, found)) {
    return concluded(c, portal, sending, { type: 'supplied', ...act, answers: part.answers.value });
  }
  return again(form, 422);
}

const CHANGED = 'What this page shows has changed since you opened it. Please look at it again, then send your answer.';

/** Whether a part of what is asked holds anything that has not arrived before. */
function bringsSomething(answers: Record<string, Value>, { facts }: FoundHandOff): boolean {
  return Object.entries(answers).some(([key, value]) => JSON.stringify(facts[key]?.value) !== JSON.stringify(value));
}

async function concluded(c: Context, portal: Portal, { link, found, ask, submission }: Sending, event: Told): Promise<Response> {
  const stepped = await portal.actors.tell(found.run, event);
  if (stepped.is === 'too_late') return whatBecame(c, portal, openLink(portal, 'hand-off', link), link, submission);
  const { open } = stepped.outcome.snapshot.context;
  // The same person goes on: the next form follows at once.
  const goesOn = open !== null && open.person.email === ask.person.email;
  return goOn(c, goesOn ? linkTo(portal, open) : paths.handOff.to({ link }));
}

async function handOffBehind(portal: Portal, linked: Linked): Promise<FoundHandOff> {
  const found = await findHandOff(portal, linked);
  if (found === null) throw new Refusal(404, 'unknown_link', 'There is nothing behind this link any more.');
  return found;
}

function linkTo({ links }: Portal, { id, generation }: Linked): string {
  return paths.handOff.to({ link: links.mint('hand-off', { id, generation }) });
}

/** The form must have come from its own page: the page carries a token that only we can make for this hand-off. */
function requirePage({ links }: Portal, linked: Linked, posted: Posted, submission: string): void {
  const page = links.verify('form', textOf(posted, 'page'));
  const isOwn = page.is === 'good' && page.linked.id === linked.id && page.linked.generation === linked.generation;
  if (!isOwn || submission === '' || submission.length > 100) {
    throw new Refusal(403, 'stale_form', 'This form was not sent from its own page. Please open the link from the email again.');
  }
}

/** After an answer that came too late: the same submission again is answered as the first one was. */
async function whatBecame(c: Context, portal: Portal, linked: Linked, link: string, submission: string): Promise<Response> {
  const found = await handOffBehind(portal, linked);
  if (submission !== '' && found.submission === submission) return goOn(c, paths.handOff.to({ link }));
  return endedPage(c, portal, found, link, true);
}

async function endedPage(c: Context, portal: Portal, found: FoundHandOff, link: string, tooLate: boolean): Promise<Response> {
  const { state, published } = found;
  const { timezone } = published.definition;
  const fileHref = (file: string) => paths.file.to({ link, file });
  switch (state.is) {
    case 'decided':
      return c.html(
        <DecidedPage
          state={state}
          timezone={timezone}
          tooLate={tooLate}
          next={await nextAfter(portal, found)}
          fileHref={fileHref}
        />,
        tooLate ? 409 : 200,
      );
    case 'moved':
      return c.html(<MovedPage state={state} timezone={timezone} />, 410);
    case 'withdrawn':
      return c.html(<WithdrawnPage state={state} timezone={timezone} />, 410);
    case 'open':
      throw new Refusal(409, 'still_open', 'This has just changed. Please open the link again.');
  }
}

/** What becomes of a request after an answer: its stage and the role that has it, but nobody's address. */
async function nextAfter(portal: Portal, { run, person, published: { definition } }: FoundHandOff): Promise<ComesNext> {
  const { sql } = portal;
  const own = await openFor(sql, run, person);
  if (own !== null) return { is: 'yours', stage: stageTitle(definition, own.stage), href: linkTo(portal, own) };
  const sibling = await openAmongSiblings(sql, run, person.email);
  if (sibling !== null) return { is: 'yours', stage: sibling.title, href: linkTo(portal, sibling) };
  const now = await whereabouts(sql, run);
  if (now === null || now.status === 'done' || now.status === 'cancelled' || now.stage === null) return { is: 'ended' };
  const { actor } = stageOf(definition, now.stage);
  return {
    is: 'under way',
    stage: stageTitle(definition, now.stage),
    role: actor === SYSTEM ? null : actorTitle(definition, actor),
  };
}

function openPage(portal: Portal, link: string, found: FoundHandOff, ask: Ask, form: FormState, notice: string | null = null) {
  const { published, facts, proposal } = found;
  const { definition } = published;
  const asking = askingOf(definition, ask);
  return (
    <OpenPage
      ask={ask}
      kind={asking.kind}
      workflowTitle={definition.title}
      stageTitle={stageTitle(definition, ask.stage)}
      timezone={definition.timezone}
      facts={shownTo(found, ask)}
      together={found.together === null ? [] : togetherSentences(found.together)}
      notes={notesBefore(definition, ask)}
      task={asking.task}
      sections={shownSections(asking.sections, form, againstOf(portal, found, ask), ask.stage)}
      branches={asking.branches}
      proposal={
        proposal && {
          ...proposal,
          title: proposal.judgement === null ? '' : stageTitle(definition, proposal.judgement.to),
        }
      }
      arrived={asking.partial ? questionsOf(asking).flatMap(({ key, label }) => (facts[key] === undefined ? [] : [label])) : []}
      form={form}
      action={paths.decision.to({ link })}
      page={portal.links.mint('form', { id: ask.handOff, generation: ask.generation })}
      submission={portal.clock.fresh()}
      revision={revisionFor(found, ask)}
      contact={definition.owners[0] ?? ''}
      late={ask.dueAt !== null && ask.dueAt < portal.clock.now()}
      barred={maySign({ open: ask, facts }, ask.person) ? null : BARRED}
      notice={notice}
      labelOf={labelsOf(asking, definition)}
      fileHref={(file) => paths.file.to({ link, file })}
    />
  );
}

const BARRED =
  'You filled this in yourself, so somebody else has to sign it. Please ask the owner of the process to hand it to a second person.';

/** The facts that this person reads. */
function shownTo({ published: { definition }, facts }: FoundHandOff, ask: Ask): ShownFact[] {
  const visible = askingOf(definition, ask).shows.filter((key) => isVisibleTo(definition, key, ask.actor));
  return shownFacts(definition, facts, visible);
}

function revisionFor(found: FoundHandOff, ask: Ask): string {
  const facts = shownTo(found, ask).map(({ key, text, file }) => [key, text, file?.sha256 ?? null]);
  return revisionOf({ facts, guidance: ask.guidance, version: ask.version });
}

function notesBefore(definition: Definition, ask: Ask): string[] {
  const { components } = stageOf(definition, ask.stage);
  const at = components.findIndex((component, index) => componentId(component, index) === ask.component);
  return components.slice(0, at).flatMap((component) => (component.kind === 'note' ? [component.text] : []));
}

function askingFor({ published: { definition }, stage, component }: FoundHandOff): Asking {
  return askingOf(definition, { stage, component });
}

/** What the answers of a hand-off are read against. */
function againstOf({ clock }: Portal, { published: { definition }, facts }: FoundHandOff, { starter }: Ask): Against {
  return { definition, facts, moment: { starter, at: clock.now() } };
}

/**
 * What this person answered before is filled in again. A form that decides where the request goes is answered anew in
 * each round: no choice is made beforehand, and a reason belongs to the decision that it was given for.
 */
function prefilled(portal: Portal, found: FoundHandOff, ask: Ask): FormState {
  const form: FormState = { typed: {}, problems: {}, kept: {} };
  const against = againstOf(portal, found, ask);
  const questions = questionsOf(askingFor(found));
  const deciding = decidingData(found.published.definition, ask.stage);
  const decides = questions.some(({ key }) => deciding.has(key));
  for (const question of questions) {
    const gathered = found.facts[question.key];
    const own = gathered !== undefined && gathered.origin.by === ask.person.email;
    const anew = (isChoice(question) && deciding.has(question.key)) || (decides && gathered?.origin.stage === ask.stage);
    if (isFixed(question) && gathered !== undefined) {
      Object.assign(form.typed, typedAgain(withoutChoices(question), gathered.value));
      Object.assign(form.kept, keptCells(portal, question, gathered.value));
      continue;
    }
    if (!own || anew) {
      if (gathered === undefined) Object.assign(form.typed, defaultOf(question, against));
      continue;
    }
    const files = question.is === 'one' ? filesIn(gathered.value) : [];
    if (files.length > 0) form.kept[question.name] = files.map((file) => ({ file, token: keptToken(portal, file) }));
    else Object.assign(form.typed, typedAgain(question, gathered.value));
    if (question.is === 'rows') Object.assign(form.kept, keptCells(portal, question, gathered.value));
  }
  return form;
}

/** The files in the cells of rows that were filled in before. */
function keptCells(portal: Portal, question: RowsQuestion, value: Value): FormState['kept'] {
  const keys = question.rows.is === 'items' ? question.rows.items.map(({ key }) => key) : null;
  const kept: FormState['kept'] = {};
  for (const [index, row] of rowsIn(value).entries()) {
    for (const [column, cell] of Object.entries(row)) {
      const files = filesIn(cell);
      if (files.length > 0) {
        kept[cellName(question.name, keys?.[index] ?? index, column)] = files.map((file) => ({
          file,
          token: keptToken(portal, file),
        }));
      }
    }
  }
  return kept;
}

/** Whether the rows are there already: what they hold is shown to whoever corrects it, and judged anew. */
function isFixed(question: Question): question is RowsQuestion {
  return question.is === 'rows' && question.rows.is === 'fixed';
}

/** The columns of rows in which nothing is decided. */
function withoutChoices(question: RowsQuestion): RowsQuestion {
  const decided = columnsOf(question).flatMap(({ key, field }) => (isChoice({ field }) ? [key] : []));
  return { ...question, edit: question.edit.filter((column) => !decided.includes(column)) };
}

function isChoice({ field: { type } }: { field: { type: string } }): boolean {
  return type === 'choice' || type === 'choices' || type === 'yes_no';
}

/** The data by which a stage's fork is decided. */
function decidingData(definition: Definition, stage: string): Set<string> {
  const { next = [] } = stageOf(definition, stage);
  return new Set(next.flatMap(({ when }) => (when === undefined ? [] : dataIn(when, definition))));
}
