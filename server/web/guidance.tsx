import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { stageTitle } from '../../machines/definition.ts';
import { type GuidanceNotice, GuidancePage, GuidancePreview } from '../../views/owner/guidance.tsx';
import { paths } from '../../views/paths.ts';
import { notFound, Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { changesBetween } from '../workflows/changes.ts';
import { type GuidanceSaved, guidanceHistory, guidanceOf, saveGuidance } from '../workflows/guidance.ts';
import { type OwnerEnv, ownedWorkflow, ownerOnly } from './owner-only.ts';

type At = { workflow: string; stage: string };

/** What the editor holds: its text and the version that it began with. Null: what is published now. */
type Editor = { text: string; basedOn: number };

const VERSION = z.coerce.number().int().min(1).max(1_000_000_000);
const SAVING = z.object({ text: z.string(), basedOn: VERSION });
const RESTORING = z.object({ version: VERSION, basedOn: VERSION });

/** The editor of a stage's guidance: change, look before saving, bring an earlier wording back. */
export function mountGuidance(app: Hono, portal: Portal): void {
  app.get(paths.guidance.pattern, ownerOnly(portal), async (c) => {
    const saved = VERSION.safeParse(c.req.query('saved'));
    return page(c, portal, { notice: saved.success ? { is: 'saved', version: saved.data } : null, editor: null, preview: false });
  });

  app.post(paths.guidance.pattern, ownerOnly(portal), async (c) => {
    const { text, basedOn } = readForm(SAVING, await c.req.parseBody());
    const at = placeOf(c);
    await ownedWorkflow(portal, c.var.owner, at.workflow);
    const saved = await saveGuidance(portal, { ...at, text, basedOn, by: c.var.owner, restores: null });
    return answer(c, portal, saved, { text, basedOn });
  });

  app.post(paths.guidancePreview.pattern, ownerOnly(portal), async (c) => {
    const editor = readForm(SAVING, await c.req.parseBody());
    if (c.req.header('HX-Request') !== 'true') return page(c, portal, { notice: null, editor, preview: true });
    const { workflow, stage } = placeOf(c);
    const now = guidanceOf(await ownedWorkflow(portal, c.var.owner, workflow), stage);
    return c.html(<GuidancePreview {...previewOf(now, editor.text)} />);
  });

  app.post(paths.guidanceRestoration.pattern, ownerOnly(portal), async (c) => {
    const { version, basedOn } = readForm(RESTORING, await c.req.parseBody());
    const at = placeOf(c);
    await ownedWorkflow(portal, c.var.owner, at.workflow);
    const wording = (await guidanceHistory(portal, at.workflow, at.stage)).find((one) => one.version === version);
    if (wording === undefined) throw notFound(`wording of version ${version}`);
    const saved = await saveGuidance(portal, { ...at, text: wording.text, basedOn, by: c.var.owner, restores: version });
    return answer(c, portal, saved, { text: wording.text, basedOn });
  });
}

async function answer(c: Context<OwnerEnv>, portal: Portal, saved: GuidanceSaved, editor: Editor): Promise<Response> {
  const at = placeOf(c);
  switch (saved.is) {
    case 'saved':
      return c.redirect(`${paths.guidance.to(at)}?saved=${saved.version}`, 303);
    case 'unchanged':
      return page(c, portal, { notice: saved, editor, preview: false });
    case 'wrong':
      return page(c, portal, { notice: saved, editor, preview: false }, 422);
    case 'overtaken': {
      const [newest] = await guidanceHistory(portal, at.workflow, at.stage);
      const notice = { ...saved, by: newest?.by ?? 'Somebody', at: newest?.at ?? portal.clock.now() };
      // The next save is based on what this page shows, so the editor begins with the newest version.
      const { version } = await portal.library.newest(at.workflow);
      return page(c, portal, { notice, editor: { text: editor.text, basedOn: version }, preview: true }, 409);
    }
  }
}

async function page(
  c: Context<OwnerEnv>,
  portal: Portal,
  shown: { notice: GuidanceNotice | null; editor: Editor | null; preview: boolean },
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const { workflow, stage } = placeOf(c);
  const published = await ownedWorkflow(portal, c.var.owner, workflow);
  const now = guidanceOf(published, stage);
  const editor = shown.editor ?? { text: now, basedOn: published.version };
  const history = await guidanceHistory(portal, workflow, stage);
  const { definition } = published;
  return c.html(
    <GuidancePage
      owner={c.var.owner}
      workflow={workflow}
      workflowTitle={definition.title}
      stage={stage}
      stageTitle={stageTitle(definition, stage)}
      timezone={definition.timezone}
      text={editor.text}
      basedOn={editor.basedOn}
      notice={shown.notice}
      preview={shown.preview ? previewOf(now, editor.text) : null}
      history={history}
    />,
    status,
  );
}

function previewOf(now: string, typed: string) {
  const text = typed.replace(/\r\n?/g, '\n').trimEnd().slice(0, 20_000);
  return { text, changes: changesBetween(now, text) };
}

function placeOf(c: Context): At {
  return { workflow: c.req.param('workflow') ?? '', stage: c.req.param('stage') ?? '' };
}

function readForm<T>(form: z.ZodType<T>, body: unknown): T {
  const read = form.safeParse(body);
  if (!read.success)
    throw new Refusal(400, 'bad_form', 'This form is not complete. Please go back, load the page again and try once more.');
  return read.data;
}
