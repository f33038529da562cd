import type { Context, Hono } from 'hono';
import { componentId } from '../../machines/components/component.ts';
import { fieldOf, labelOf, stageOf, stageTitle } from '../../machines/definition.ts';
import { shownFacts } from '../../machines/facts.ts';
import { type KeyedField, typedValue } from '../../machines/fields/field.ts';
import type { Ask } from '../../machines/hand-off.ts';
import { formOf } from '../../machines/hand-offs.ts';
import { isFile } from '../../machines/values.ts';
import { DecidedPage, MovedPage, WithdrawnPage } from '../../views/hand-off/ended.tsx';
import { OpenPage } from '../../views/hand-off/open.tsx';
import type { FormState } from '../../views/parts/field.tsx';
import { paths } from '../../views/paths.ts';
import { Refusal } from '../errors.ts';
import { type FoundHandOff, findHandOff } from '../hand-offs/find.ts';
import type { Linked } from '../hand-offs/links.ts';
import type { Portal } from '../portal.ts';
import { goOn, type Posted, readForm, readPost, textOf } from './forms.ts';
import { openLink } from './links.ts';

/** The page behind a hand-off's link, and the decision that is sent from it. Opening it changes nothing. */
export function mountHandOffs(app: Hono, portal: Portal): void {
  app.get(paths.handOff.pattern, async (c) => {
    const link = c.req.param('link') ?? '';
    const found = await handOffBehind(portal, openLink(portal, 'hand-off', link));
    const { state } = found;
    return state.is === 'open'
      ? c.html(openPage(portal, link, found, state.ask, prefilled(portal, found, state.ask)))
      : endedPage(c, found, link, false);
  });

  app.post(paths.decision.pattern, async (c) => {
    const link = c.req.param('link') ?? '';
    const linked = openLink(portal, 'hand-off', link);
    const found = await handOffBehind(portal, linked);
    const posted = await readPost(c);
    const submission = textOf(posted, 'submission');
    const { state } = found;
    if (state.is !== 'open') return whatBecame(c, portal, linked, link, submission);
    requirePage(portal, linked, posted, submission);
    const { answers, form } = await readForm(portal, posted, fieldsOf(found));
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
  return endedPage(c, found, link, true);
}

function endedPage(c: Context, { state, published }: FoundHandOff, link: string, tooLate: boolean): Response | Promise<Response> {
  const { timezone } = published.definition;
  const fileHref = (file: string) => paths.file.to({ link, file });
  switch (state.is) {
    case 'decided':
      return c.html(<DecidedPage state={state} timezone={timezone} tooLate={tooLate} fileHref={fileHref} />, tooLate ? 409 : 200);
    case 'moved':
      return c.html(<MovedPage state={state} timezone={timezone} />, 410);
    case 'withdrawn':
      return c.html(<WithdrawnPage state={state} timezone={timezone} />, 410);
    case 'open':
      throw new Refusal(409, 'still_open', 'This has just changed. Please open the link again.');
  }
}

function openPage(portal: Portal, link: string, { published: { definition }, facts }: FoundHandOff, ask: Ask, form: FormState) {
  const component = formOf(definition, ask);
  return (
    <OpenPage
      ask={ask}
      workflowTitle={definition.title}
      stageTitle={stageTitle(definition, ask.stage)}
      timezone={definition.timezone}
      facts={shownFacts(definition, facts, component.shows)}
      notes={notesBefore(definition, ask)}
      fields={component.collects.map((key) => ({ name: key, field: fieldOf(definition, key) }))}
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

function notesBefore(definition: FoundHandOff['published']['definition'], ask: Ask): string[] {
  const { components } = stageOf(definition, ask.stage);
  const at = components.findIndex((component, index) => componentId(component, index) === ask.component);
  return components.slice(0, at).flatMap((component) => (component.kind === 'note' ? [component.text] : []));
}

function fieldsOf({ published: { definition }, stage, component }: FoundHandOff): KeyedField[] {
  return formOf(definition, { stage, component }).collects.map((key) => ({ key, field: fieldOf(definition, key) }));
}

/** What this person answered before is filled in again, but for choices: a decision is made anew each time. */
function prefilled({ links }: Portal, found: FoundHandOff, ask: Ask): FormState {
  const form: FormState = { typed: {}, problems: {}, kept: {} };
  for (const { key, field } of fieldsOf(found)) {
    const gathered = found.facts[key];
    if (gathered === undefined || gathered.origin.by !== ask.person.email || field.type === 'choice' || field.type === 'yes_no')
      continue;
    if (isFile(gathered.value))
      form.kept[key] = { file: gathered.value, token: links.mint('file', { id: gathered.value.id, generation: 0 }) };
    else form.typed[key] = typedValue(field, gathered.value);
  }
  return form;
}
