import type { Hono } from 'hono';
import { stepOf } from '../../machines/course.ts';
import { stageTitle } from '../../machines/definition.ts';
import { QueuePage } from '../../views/owner/queue.tsx';
import { paths } from '../../views/paths.ts';
import { workflowsOf } from '../people/owners.ts';
import type { Portal } from '../portal.ts';
import { queueOf } from '../runs/queue.ts';
import { ownerOnly } from './owner-only.ts';

/** Everything that does not go on as it should, with what helps. */
export function mountQueue(app: Hono, portal: Portal): void {
  app.get(paths.queue.pattern, ownerOnly(portal), async (c) => {
    const owned = await workflowsOf(portal, c.var.owner);
    const { lines, more } = await queueOf(
      portal,
      owned.map(({ workflow }) => workflow),
    );
    return c.html(
      <QueuePage
        owner={c.var.owner}
        now={portal.clock.now()}
        more={more}
        lines={lines.map(({ need, run, since, why }) => ({
          need,
          why,
          since,
          id: run.id,
          title: run.title,
          standing: run.standing,
          workflowTitle: run.definition.title,
          stageTitle: run.context.stage === null ? null : stageTitle(run.definition, run.context.stage),
          holder: run.context.open?.person ?? null,
          openSince: run.context.open?.openedAt ?? null,
          responsible: run.definition.owners[0] ?? '',
          fan: run.context.fan?.id ?? null,
          ended: run.context.ending !== null,
          maySkip: stepOf(run.definition, run.context) !== null,
        }))}
      />,
    );
  });
}
