import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { type Definition, startForm } from '../../machines/definition.ts';
import { plainValue } from '../../machines/fields/field.ts';
import { startSections } from '../../machines/questions/asking.ts';
import type { Section } from '../../machines/questions/question.ts';
import type { Value } from '../../machines/values.ts';
import { StartLinkPage } from '../../views/owner/start-link.tsx';
import { EMPTY_FORM } from '../../views/parts/form-state.ts';
import { paths } from '../../views/paths.ts';
import { notFound } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { readGivenData, sealGiven } from '../runs/given.ts';
import { type ApiEnv, Invalid, jsonIn, keyOnly, problem, tooLarge, valid } from './api.ts';
import { labelsOf, shownSections } from './asked.ts';
import { readForm, readPost } from './forms.ts';
import { ownedWorkflow, ownerOnly } from './owner-only.ts';

const LARGEST = 64 * 1024;
const LINKING = z.strictObject({ data: z.record(z.string(), z.unknown()) });

/** Links to a start form that bring answers along, which whoever opens them sees and cannot change. */
export function mountStartLink(app: Hono, portal: Portal): void {
  const owner = ownerOnly(portal);

  app.on(['GET', 'POST'], paths.startLink.pattern, owner, async (c) => {
    const { workflow, definition } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
    const sections = givable(definition);
    const against = { definition, facts: {}, moment: { starter: { email: c.var.owner, name: null }, at: portal.clock.now() } };
    const questions = sections.flatMap((section) => section.questions);
    const posted = c.req.method === 'POST' ? await readPost(c) : null;
    const read = posted === null ? null : await readForm(portal, posted, questions, against);
    const values = read?.answers.ok ? read.answers.value : null;
    const link = values === null ? null : addressOf(portal, workflow, dataOf(definition, values), c.var.owner);
    const form = read?.form ?? EMPTY_FORM;
    return c.html(
      <StartLinkPage
        owner={c.var.owner}
        workflow={workflow}
        title={definition.title}
        sections={shownSections(sections, form, against, null)}
        form={form}
        labelOf={labelsOf({ sections }, definition)}
        link={link}
      />,
      read !== null && !read.answers.ok ? 422 : 200,
    );
  });

  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));
  api.post(paths.apiStartLinks.pattern, keyOnly(portal), bodyLimit({ maxSize: LARGEST, onError: tooLarge }), async (c) => {
    const { workflow, definition } = await portal.library.newest(c.req.param('workflow') ?? '');
    if (startForm(definition) === null) throw notFound('start form of this workflow');
    const { data } = valid(LINKING, await jsonIn(c));
    const values = readGivenData(definition, data);
    if (!values.ok)
      throw new Invalid(values.problems.map(({ field, sentence }) => ({ field: `data.${field}`, message: sentence })));
    return c.json({ url: addressOf(portal, workflow, data, `the API key "${c.var.key.name}"`) }, 201);
  });
  app.route('/', api);
}

function addressOf({ links, config }: Portal, workflow: string, data: Record<string, unknown>, by: string): string {
  const path = config.baseUrl + paths.start.to({ workflow });
  return Object.keys(data).length === 0 ? path : `${path}?given=${sealGiven(links, workflow, data, by)}`;
}

/** The questions of the start form, none of them required; a file does not fit into a link. */
function givable(definition: Definition): Section[] {
  const form = startForm(definition);
  if (form === null) throw notFound('start form of this workflow');
  return startSections(definition, form.collects).flatMap((section) => {
    const questions = section.questions
      .filter(({ is, field }) => is === 'one' && field.type !== 'file' && field.type !== 'files')
      .map((question) => ({ ...question, required: false, showWhen: null }));
    return questions.length === 0 ? [] : [{ ...section, questions }];
  });
}

function dataOf(definition: Definition, values: Record<string, Value>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const field = definition.data[key];
      return field === undefined ? [] : [[key, plainValue(field, value)]];
    }),
  );
}
