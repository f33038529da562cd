import type { Context, Hono } from 'hono';
import { startForm } from '../../machines/definition.ts';
import { shownAnswers } from '../../machines/facts.ts';
import { FIELD, type Field } from '../../machines/fields/field.ts';
import { startSections } from '../../machines/questions/asking.ts';
import type { OneQuestion, Section } from '../../machines/questions/question.ts';
import { type Against, answersSoFar } from '../../machines/questions/read.ts';
import { decisiveData, type LikelyWay, likelyWay } from '../../machines/rehearsal/likely-way.ts';
import type { Facts, Person, Value } from '../../machines/values.ts';
import { EMPTY_FORM, type FormState } from '../../views/parts/form-state.ts';
import { paths } from '../../views/paths.ts';
import { StartPage } from '../../views/start.tsx';
import { notFound, Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { type Given, givenBy } from '../runs/given.ts';
import type { Published } from '../workflows/library.ts';
import { defaultOf, labelsOf, rearranged, shownSections } from './asked.ts';
import { goOn, type Posted, readForm, readPost, textOf } from './forms.ts';

/** Who starts a request: asked above what the workflow asks. */
const STARTER: OneQuestion[] = [
  about('starter_name', 'Your name', FIELD.parse({ type: 'text', label: 'Your name', optional: true, max: 100 })),
  about(
    'starter_email',
    'Your email',
    FIELD.parse({ type: 'email', label: 'Your email', help: 'The receipt and the outcome are sent there.' }),
  ),
];

function about(key: string, label: string, field: Field): OneQuestion {
  const asked = { name: key, key, label, help: field.help ?? null, showWhen: null, required: !field.optional };
  return { ...asked, is: 'one', field, outcomes: null, atMost: null };
}

/** The form with which anybody starts a request. */
export function mountStart(app: Hono, portal: Portal): void {
  app.get(paths.start.pattern, async (c) => {
    const opened = await startable(portal, c.req.param('workflow') ?? '', c.req.query('given') ?? '');
    const form = prefilled(opened.sections, againstOf(portal, opened, ''), c.req.query());
    const way = await wayFor(portal, opened, form);
    return c.html(<Page portal={portal} opened={opened} form={form} submission={newSubmission(portal)} way={way} />);
  });

  app.post(paths.start.pattern, async (c) => {
    const posted = await readPost(c);
    const opened = await startable(portal, c.req.param('workflow') ?? '', textOf(posted, 'given'));
    const { published, sections } = opened;
    const submission = submissionIn(portal, posted);
    const questions = sections.flatMap((section) => section.questions);
    const { answers, form } = await readForm(
      portal,
      posted,
      questions,
      againstOf(portal, opened, textOf(posted, 'starter_email')),
    );
    const again = async (state: FormState, status: 200 | 422) => {
      const token = textOf(posted, 'submission');
      const way = await wayFor(portal, opened, state);
      return c.html(<Page portal={portal} opened={opened} form={state} submission={token} way={way} />, status);
    };
    if (textOf(posted, 'refresh') !== '') return again({ ...form, problems: {} }, 200);
    const changed = rearranged(form, textOf(posted, 'add'), textOf(posted, 'remove'));
    if (changed !== null) return again(changed, 200);
    if (!answers.ok) return again(form, 422);
    return begin(c, portal, published.workflow, submission, answers.value, opened.given);
  });
}

/** A start form with what its link brought along, which is asked no more. */
type Opened = { published: Published; sections: Section[]; given: Given | null; sealed: string };

function againstOf({ clock }: Portal, { published: { definition }, given }: Opened, email: string): Against {
  const at = clock.now();
  return { definition, facts: given === null ? {} : factsOf(given, at), moment: { starter: { email, name: null }, at } };
}

function factsOf({ values, by }: Given, at: string): Facts {
  const origin = { from: 'trigger' as const, by, stage: null, at };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
}

/** What the form holds before anybody types: the defaults, and what the address says, `?amount=100`. */
function prefilled(sections: readonly Section[], against: Against, query: Record<string, string>): FormState {
  const typed: FormState['typed'] = {};
  for (const question of sections.flatMap((section) => section.questions)) {
    Object.assign(typed, defaultOf(question, against));
    const given = query[question.name];
    if (question.is === 'one' && given !== undefined && given.length <= 2000) typed[question.name] = [given];
  }
  return { ...EMPTY_FORM, typed };
}

async function begin(
  c: Context,
  portal: Portal,
  workflow: string,
  submission: string,
  answers: Record<string, Value>,
  given: Given | null,
): Promise<Response> {
  const { starter_email, starter_name, ...data } = answers;
  const starter: Person = { email: String(starter_email), name: starter_name === undefined ? null : String(starter_name) };
  const origin = { from: 'trigger' as const, by: starter.email, stage: null, at: portal.clock.now() };
  const answered: Facts = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value, origin }]));
  const facts = given === null ? answered : { ...factsOf(given, origin.at), ...answered };
  const begun = await portal.actors.begin({ workflow, starter, trigger: 'form', facts, idempotencyKey: `form:${submission}` });
  const open = begun.is === 'begun' ? begun.outcome.snapshot.context.open : null;
  if (open !== null && open.person.email === starter.email) {
    return goOn(c, paths.handOff.to({ link: portal.links.mint('hand-off', { id: open.id, generation: open.generation }) }));
  }
  return goOn(c, paths.status.to({ link: portal.links.mint('run', { id: begun.run, generation: 0 }) }));
}

async function startable(portal: Portal, workflow: string, sealed: string): Promise<Opened> {
  const published = await portal.library.newest(workflow).catch(() => null);
  const form = published === null ? null : startForm(published.definition);
  if (published === null || form === null) throw notFound('form at this address');
  const starter = { title: null, help: null, questions: STARTER };
  const given = givenBy(portal.links, published, sealed);
  const asked = startSections(published.definition, form.collects).map((section) => ({
    ...section,
    questions: section.questions.filter(({ key }) => given?.values[key] === undefined),
  }));
  return { published, given, sealed, sections: [starter, ...asked.filter(({ questions }) => questions.length > 0)] };
}

/** A form carries the id of its sending, signed: it tells a double click from a second request, and ours from a forged one. */
function newSubmission({ links, clock }: Portal): string {
  return links.mint('form', { id: clock.fresh(), generation: 0 });
}

function submissionIn({ links }: Portal, posted: Posted): string {
  const verified = links.verify('form', textOf(posted, 'submission'));
  if (verified.is === 'good') return verified.linked.id;
  throw new Refusal(403, 'stale_form', 'This form is too old or was not sent from its own page. Please open it again.');
}

/** Who would have to act on the request as it is filled in so far. */
async function wayFor(portal: Portal, opened: Opened, form: FormState) {
  const { published, sections } = opened;
  const { definition } = published;
  const email = form.typed.starter_email?.[0] ?? '';
  const against = againstOf(portal, opened, email);
  const files = Object.fromEntries(Object.entries(form.kept).map(([name, kept]) => [name, kept.map(({ file }) => file)]));
  const questions = sections.flatMap((section) => section.questions);
  const { starter_email, starter_name, ...answers } = answersSoFar(questions, { texts: form.typed, files }, against);
  const { starter, at } = { ...against.moment, starter: { email: String(starter_email ?? 'you'), name: null } };
  const origin = { from: 'trigger' as const, by: starter.email, stage: null, at };
  const answered = Object.fromEntries(Object.entries(answers).map(([key, value]) => [key, { value, origin }]));
  const facts = { ...against.facts, ...answered };
  return likelyWay(published, { starter, facts, at, ...(await portal.library.tables.stamp(definition)) });
}

type PageProps = {
  portal: Portal;
  opened: Opened;
  form: FormState;
  submission: string;
  way: LikelyWay | null;
};

function Page({ portal, opened, form, submission, way }: PageProps) {
  const { published, sections, given } = opened;
  const { workflow, definition } = published;
  const asked = startForm(definition);
  const decisive = decisiveData(definition);
  const shown = shownSections(sections, form, againstOf(portal, opened, form.typed.starter_email?.[0] ?? ''), null);
  const followed = shown.map((section) => ({
    ...section,
    questions: section.questions.map((one) => ({ ...one, followed: one.followed || decisive.has(one.question.key) })),
  }));
  return (
    <StartPage
      title={asked?.title ?? definition.title}
      intro={asked?.intro ?? definition.description ?? ''}
      action={paths.start.to({ workflow })}
      submission={submission}
      given={given === null ? [] : shownAnswers(definition, given.values)}
      sealed={opened.sealed}
      sections={followed}
      way={way}
      mayChange={followed.some(({ questions }) => questions.some((one) => decisive.has(one.question.key)))}
      form={form}
      labelOf={labelsOf({ sections }, definition)}
    />
  );
}
