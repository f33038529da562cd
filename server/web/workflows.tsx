import type { Hono } from 'hono';
import { outlineOf } from '../../machines/outline.ts';
import type { Instant } from '../../machines/values.ts';
import { OutlinePage } from '../../views/owner/outline.tsx';
import { WorkflowPage } from '../../views/owner/workflow.tsx';
import { WorkflowsPage } from '../../views/owner/workflows.tsx';
import { paths } from '../../views/paths.ts';
import { workflowsOf } from '../people/owners.ts';
import type { Portal } from '../portal.ts';
import { countRuns } from '../runs/list.ts';
import { trafficOf } from '../runs/traffic.ts';
import { nextFire } from '../schedules/fires.ts';
import { type Schedule, schedulesOf } from '../workflows/schedules.ts';
import { ownedWorkflow, ownerOnly } from './owner-only.ts';

const NO_RUNS = { open: 0, attention: 0, ended: 0 };

/** What an owner owns, and each of it with its picture, stages, triggers and versions. */
export function mountWorkflows(app: Hono, portal: Portal): void {
  mountOutline(app, portal);
  app.get(paths.workflows.pattern, ownerOnly(portal), async (c) => {
    const owned = await workflowsOf(portal, c.var.owner);
    const counts = await countRuns(
      portal,
      owned.map(({ workflow }) => workflow),
    );
    const lines = owned.map((published) => ({ ...published, counts: counts.get(published.workflow) ?? NO_RUNS }));
    return c.html(<WorkflowsPage owner={c.var.owner} workflows={lines} />);
  });

  app.get(paths.workflow.pattern, ownerOnly(portal), async (c) => {
    const { workflow, version, definition } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
    const [versions, counts, traffic] = await Promise.all([
      portal.library.versions(workflow),
      countRuns(portal, [workflow]),
      trafficOf(portal, workflow),
    ]);
    const now = portal.clock.now();
    const fires = new Map(schedulesOf(definition).map((schedule) => [schedule.trigger, nextFires(schedule, now, 3)]));
    return c.html(
      <WorkflowPage
        owner={c.var.owner}
        workflow={workflow}
        version={version}
        definition={definition}
        fires={fires}
        versions={versions}
        counts={counts.get(workflow) ?? NO_RUNS}
        traffic={traffic}
      />,
    );
  });
}

/** The workflow as a procedure to read aloud or print. */
function mountOutline(app: Hono, portal: Portal): void {
  app.get(paths.outline.pattern, ownerOnly(portal), async (c) => {
    const { workflow, version, definition } = await ownedWorkflow(portal, c.var.owner, c.req.param('workflow') ?? '');
    const { title } = definition;
    return c.html(
      <OutlinePage owner={c.var.owner} workflow={workflow} version={version} title={title} text={outlineOf(definition)} />,
    );
  });
}

/** The next moments at which a schedule fires; fewer when it stops. */
function nextFires(schedule: Schedule, after: Instant, count: number): Instant[] {
  const next = count === 0 ? null : nextFire(schedule, after);
  return next === null ? [] : [next, ...nextFires(schedule, next, count - 1)];
}
