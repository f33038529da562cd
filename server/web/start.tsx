import type { Context, Hono } from 'hono';
import { labelOf, startForm } from '../../machines/definition.ts';
import { FIELD, type Field } from '../../machines/fields/field.ts';
import { startSections } from '../../machines/questions/asking.ts';
import type { OneQuestion, Question } from '../../machines/questions/question.ts';
import type { Facts, Person, Value } from '../../machines/values.ts';
import { EMPTY_FORM, type FormState } from '../../views/parts/field.tsx';
import { paths } from '../../views/paths.ts';
import { StartPage } from '../../views/start.tsx';
import { notFound, Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import type { Published } from '../workflows/library.ts';
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
    const { published, fields } = await startable(portal, c.req.param('workflow') ?? '');
    return c.html(
      <Page portal={portal} published={published} fields={fields} form={EMPTY_FORM} submission={newSubmission(portal)} />,
    );
  });

  app.post(paths.start.pattern, async (c) => {
    const { published, fields } = await startable(portal, c.req.param('workflow') ?? '');
    const posted = await readPost(c);
    const submission = submissionIn(portal, posted);
    const { answers, form } = await readForm(portal, posted, [...STARTER, ...fields], {
      definition: published.definition,
      facts: {},
      moment: { starter: { email: textOf(posted, 'starter_email'), name: null }, at: portal.clock.now() },
    });
    if (!answers.ok) {
      const token = textOf(posted, 'submission');
      return c.html(<Page portal={portal} published={published} fields={fields} form={form} submission={token} />, 422);
    }
    return begin(c, portal, published.workflow, submission, answers.value);
  });
}

async function begin(
  c: Context,
  portal: Portal,
  workflow: string,
  submission: string,
  answers: Record<string, Value>,
): Promise<Response> {
  const { starter_email, starter_name, ...data } = answers;
  const starter: Person = { email: String(starter_email), name: starter_name === undefined ? null : String(starter_name) };
  const origin = { from: 'trigger' as const, by: starter.email, stage: null, at: portal.clock.now() };
  const facts: Facts = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value, origin }]));
  const begun = await portal.actors.begin({ workflow, starter, trigger: 'form', facts, idempotencyKey: `form:${submission}` });
  const open = begun.is === 'begun' ? begun.outcome.snapshot.context.open : null;
  if (open !== null && open.person.email === starter.email) {
    return goOn(c, paths.handOff.to({ link: portal.links.mint('hand-off', { id: open.id, generation: open.generation }) }));
  }
  return goOn(c, paths.status.to({ link: portal.links.mint('run', { id: begun.run, generation: 0 }) }));
}

async function startable(portal: Portal, workflow: string): Promise<{ published: Published; fields: Question[] }> {
  const published = await portal.library.newest(workflow).catch(() => null);
  const form = published === null ? null : startForm(published.definition);
  if (published === null || form === null) throw notFound('form at this address');
  return { published, fields: startSections(published.definition, form.collects).flatMap(({ questions }) => questions) };
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

type PageProps = { portal: Portal; published: Published; fields: Question[]; form: FormState; submission: string };

function Page({ published: { workflow, definition }, fields, form, submission }: PageProps) {
  const asked = startForm(definition);
  const names = new Map(STARTER.map(({ key, label }) => [key, label]));
  return (
    <StartPage
      title={asked?.title ?? definition.title}
      intro={asked?.intro ?? definition.description ?? ''}
      action={paths.start.to({ workflow })}
      submission={submission}
      fields={[...STARTER, ...fields].map(({ name, field }) => ({ name, field }))}
      form={form}
      labelOf={(name) => names.get(name) ?? labelOf(definition, name)}
    />
  );
}
