import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { cleanLine } from '../../machines/fields/clean.ts';
import { MovedRunsPage, MovePage } from '../../views/owner/move.tsx';
import { paths } from '../../views/paths.ts';
import type { Portal } from '../portal.ts';
import { moveRuns, planMove } from '../workflows/move.ts';
import { readPost, textOf } from './forms.ts';
import { type OwnerEnv, ownedWorkflow, ownerOnly } from './owner-only.ts';
import { versionIn } from './versions.tsx';

const ON_A_PAGE = 200;
const RUNS = z.array(z.uuid()).max(ON_A_PAGE);

/** Moving runs to another version: what would happen to each, which of them, why, and what became of it. */
export function mountMove(app: Hono, portal: Portal): void {
  const owner = ownerOnly(portal);

  app.get(paths.move.pattern, owner, async (c) => {
    const asked = RUNS.safeParse(c.req.queries('run') ?? []).data ?? [];
    const to = c.req.query('to');
    return page(c, portal, { to, runs: asked.length === 0 ? null : asked, ticked: null, reason: '', problem: null });
  });

  app.post(paths.move.pattern, owner, async (c) => {
    const { workflow, definition } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
    const posted = await readPost(c);
    const runs = RUNS.safeParse(posted.texts.run ?? []).data ?? [];
    const to = textOf(posted, 'to');
    const reason = cleanLine(textOf(posted, 'reason')).slice(0, 1000);
    const problem = runs.length === 0 ? 'Please tick at least one run.' : reason === '' ? 'Please give a reason.' : null;
    if (problem !== null) return page(c, portal, { to, runs: null, ticked: new Set(runs), reason, problem }, 422);
    const wish = { workflow, to: versionIn(to), runs };
    const { moves } = await moveRuns(portal, wish, c.var.owner, reason, ON_A_PAGE);
    portal.kick();
    const title = definition.title;
    return c.html(<MovedRunsPage owner={c.var.owner} workflow={workflow} workflowTitle={title} to={wish.to} rows={moves} />);
  });
}

/** `ticked`: null ticks every run that can move. */
type Shown = {
  to: string | undefined;
  runs: string[] | null;
  ticked: ReadonlySet<string> | null;
  reason: string;
  problem: string | null;
};

async function page(c: Context<OwnerEnv>, portal: Portal, shown: Shown, status: 200 | 422 = 200): Promise<Response> {
  const { workflow, version: live, definition } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
  const to = shown.to === undefined ? live : versionIn(shown.to);
  const plan = await planMove(portal, { workflow, to, runs: shown.runs }, ON_A_PAGE);
  const versions = await portal.library.versions(workflow);
  return c.html(
    <MovePage
      owner={c.var.owner}
      workflow={workflow}
      workflowTitle={definition.title}
      to={to}
      live={live}
      versions={versions.map(({ version }) => version)}
      rows={plan.moves}
      more={plan.more}
      ticked={shown.ticked ?? new Set(plan.moves.map(({ run }) => run))}
      reason={shown.reason}
      problem={shown.problem}
    />,
    status,
  );
}
