import type { Context, Hono } from 'hono';
import type { Definition } from '../../machines/definition.ts';
import { type Difference, differences, GROUPS, type Group } from '../../machines/differences.ts';
import { type DifferenceGroup, RestorePage, VersionPage } from '../../views/owner/version.tsx';
import { VersionsPage } from '../../views/owner/versions.tsx';
import { paths } from '../../views/paths.ts';
import { notFound, Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { changesBetween } from '../workflows/changes.ts';
import { countedVersions, restoreVersion } from '../workflows/versions.ts';
import { goOn, readPost, textOf } from './forms.ts';
import { type OwnerEnv, ownedWorkflow, ownerOnly } from './owner-only.ts';

type OwnerContext = Context<OwnerEnv>;

/** The versions of a workflow: the list, each with what it changed, and bringing one back. */
export function mountVersions(app: Hono, portal: Portal): void {
  const owner = ownerOnly(portal);

  app.get(paths.versions.pattern, owner, async (c) => {
    const { workflow, definition } = await owned(c, portal);
    return c.html(
      <VersionsPage
        owner={c.var.owner}
        workflow={workflow}
        workflowTitle={definition.title}
        timezone={definition.timezone}
        versions={await countedVersions(portal, workflow)}
      />,
    );
  });

  app.get(paths.version.pattern, owner, async (c) => versionPage(c, portal));

  app.get(paths.versionRestoration.pattern, owner, async (c) => restorePage(c, portal, null));

  app.post(paths.versionRestoration.pattern, owner, async (c) => {
    const { workflow, version: live } = await owned(c, portal);
    const number = versionIn(c.req.param('version'));
    const seen = textOf(await readPost(c), 'live');
    if (seen !== String(live))
      return restorePage(c, portal, `Version ${live} was published meanwhile. This is what it is about now.`, 409);
    try {
      const { version } = await restoreVersion(portal, workflow, number, c.var.owner);
      portal.kick();
      return goOn(c, `${paths.version.to({ workflow, version: String(version) })}?restored=${number}`);
    } catch (error) {
      if (!(error instanceof Refusal) || (error.status !== 409 && error.status !== 422)) throw error;
      return restorePage(c, portal, error.message, error.status);
    }
  });
}

async function versionPage(c: OwnerContext, portal: Portal): Promise<Response> {
  const newest = await owned(c, portal);
  const { workflow, definition } = newest;
  const one = await portal.library.version(workflow, versionIn(c.req.param('version')));
  const before = one.version === 1 ? null : await portal.library.version(workflow, one.version - 1);
  const line = (await countedVersions(portal, workflow)).find(({ version }) => version === one.version);
  const restored = c.req.query('restored');
  return c.html(
    <VersionPage
      owner={c.var.owner}
      workflow={workflow}
      workflowTitle={definition.title}
      timezone={definition.timezone}
      version={one.version}
      live={newest.version}
      origin={one.origin}
      publishedBy={one.publishedBy}
      publishedAt={one.publishedAt}
      note={one.note}
      open={line?.open ?? 0}
      sinceBefore={before === null ? null : grouped(before.definition, one.definition)}
      fromLive={one.version === newest.version ? null : grouped(one.definition, definition)}
      source={one.source}
      notice={restored === undefined ? null : `Published: it says what version ${versionIn(restored)} said.`}
    />,
  );
}

async function restorePage(c: OwnerContext, portal: Portal, problem: string | null, status: 200 | 409 | 422 = 200) {
  const newest = await owned(c, portal);
  const one = await portal.library.version(newest.workflow, versionIn(c.req.param('version')));
  return c.html(
    <RestorePage
      owner={c.var.owner}
      workflow={newest.workflow}
      workflowTitle={newest.definition.title}
      version={one.version}
      live={newest.version}
      changes={grouped(newest.definition, one.definition)}
      problem={problem}
    />,
    status,
  );
}

const GROUP_TITLES: Record<Group, string> = {
  head: 'The workflow',
  people: 'People',
  data: 'Data',
  triggers: 'What starts a run',
  stages: 'Stages',
  guidance: 'Guidance',
  components: 'What is done in the stages',
  paths: 'Ways on',
  cases: 'Cases',
};

/** The differences as a page shows them: by group, longer texts compared word by word. */
function grouped(before: Definition, after: Definition): DifferenceGroup[] {
  const found = differences(before, after);
  return GROUPS.flatMap((group) => {
    const lines = found.filter((one) => one.group === group).map(lineOf);
    return lines.length === 0 ? [] : [{ title: GROUP_TITLES[group], lines }];
  });
}

function lineOf({ text, words }: Difference): DifferenceGroup['lines'][number] {
  return { text, changes: words === null ? null : changesBetween(words.before, words.after) };
}

function owned(c: OwnerContext, portal: Portal) {
  return ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
}

/** The number of a version in an address. Throws Refusal 404 when it is none. */
export function versionIn(text: string | undefined): number {
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) throw notFound('such version');
  return Number(text);
}
