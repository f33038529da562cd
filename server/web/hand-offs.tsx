import type { Context, Hono } from 'hono';
import { componentId } from '../../machines/components/component.ts';
import { actorTitle, type Definition, labelOf, SYSTEM, stageOf, stageTitle } from '../../machines/definition.ts';
import { dataIn } from '../../machines/expressions.ts';
import { shownFacts } from '../../machines/facts.ts';
import { type Field, typedValue } from '../../machines/fields/field.ts';
import type { Ask } from '../../machines/hand-off.ts';
import { isVisibleTo } from '../../machines/hand-offs.ts';
import { askingOf } from '../../machines/questions/asking.ts';
import { type Asking, questionsOf } from '../../machines/questions/question.ts';
import type { Against } from '../../machines/questions/read.ts';
import { filesIn } from '../../machines/values.ts';
import { type ComesNext, DecidedPage, MovedPage, WithdrawnPage } from '../../views/hand-off/ended.tsx';
import { OpenPage } from '../../views/hand-off/open.tsx';
import type { FormState } from '../../views/parts/field.tsx';
import { paths } from '../../views/paths.ts';
import { Refusal } from '../errors.ts';
import { type FoundHandOff, findHandOff } from '../hand-offs/find.ts';
import type { Linked } from '../hand-offs/links.ts';
import type { Portal } from '../portal.ts';
import { whereabouts } from '../runs/find.ts';
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
    const asking = askingFor(found);
    const { answers, form } = await readForm(portal, posted, questionsOf(asking), againstOf(portal, found, state.ask));
    if (!answers.ok) return c.html(openPage(portal, link, found, state.ask, form), 422);
    const { ask } = state;
    const stepped = await portal.actors.tell(found.run, {
      type: 'answered',
      handOff: ask.handOff,
      generation: ask.generation,
      by: ask.person,
      answers: answers.value,
      submission,
    });
    if (stepped.is === 'too_late') return whatBecame(c, portal, linked, link, submission);
    const { open } = stepped.outcome.snapshot.context;
    // The same person goes on: the next form follows at once.
    const goesOn = open !== null && open.person.email === ask.person.email;
    return goOn(c, goesOn ? linkTo(portal, open) : paths.handOff.to({ link }));
  });
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
async function nextAfter({ sql }: Portal, { run, published: { definition } }: FoundHandOff): Promise<ComesNext> {
  const now = await whereabouts(sql, run);
  if (now === null || now.status === 'done' || now.status === 'cancelled' || now.stage === null) return { is: 'ended' };
  const { actor } = stageOf(definition, now.stage);
  return {
    is: 'under way',
    stage: stageTitle(definition, now.stage),
    role: actor === SYSTEM ? null : actorTitle(definition, actor),
  };
}

function openPage(portal: Portal, link: string, { published: { definition }, facts }: FoundHandOff, ask: Ask, form: FormState) {
  const asking = askingOf(definition, ask);
  return (
    <OpenPage
      ask={ask}
      workflowTitle={definition.title}
      stageTitle={stageTitle(definition, ask.stage)}
      timezone={definition.timezone}
      facts={shownFacts(
        definition,
        facts,
        asking.shows.filter((key) => isVisibleTo(definition, key, ask.actor)),
      )}
      notes={notesBefore(definition, ask)}
      fields={questionsOf(asking).map(({ name, field }) => ({ name, field }))}
      form={form}
      action={paths.decision.to({ link })}
      page={portal.links.mint('form', { id: ask.handOff, generation: ask.generation })}
      submission={portal.clock.fresh()}
      contact={definition.owners[0] ?? ''}
      late={ask.dueAt !== null && ask.dueAt < portal.clock.now()}
      labelOf={(name) => labelOf(definition, name)}
      fileHref={(file) => paths.file.to({ link, file })}
    />
  );
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
  const fields = questionsOf(askingFor(found));
  const deciding = decidingData(found.published.definition, ask.stage);
  const decides = fields.some(({ key }) => deciding.has(key));
  for (const { key, field } of fields) {
    const gathered = found.facts[key];
    if (gathered === undefined || gathered.origin.by !== ask.person.email) continue;
    if (isChoice(field) && deciding.has(key)) continue;
    if (decides && gathered.origin.stage === ask.stage) continue;
    const files = filesIn(gathered.value);
    if (files.length > 0) form.kept[key] = files.map((file) => ({ file, token: keptToken(portal, file) }));
    else form.typed[key] = typedValue(field, gathered.value);
  }
  return form;
}

function isChoice({ type }: Field): boolean {
  return type === 'choice' || type === 'choices' || type === 'yes_no';
}

/** The data by which a stage's fork is decided. */
function decidingData(definition: Definition, stage: string): Set<string> {
  const { next = [] } = stageOf(definition, stage);
  return new Set(next.flatMap(({ when }) => (when === undefined ? [] : dataIn(when, definition))));
}
