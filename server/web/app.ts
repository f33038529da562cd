import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import type { Portal } from '../portal.ts';
import { guard } from './access.ts';
import { mountApi } from './api.ts';
import { mountApiCheck } from './api-check.ts';
import { mountApiTables } from './api-tables.ts';
import { mountAssets } from './assets.ts';
import { problemHandlers, refuseMethods } from './errors.tsx';
import { mountFiles } from './files.ts';
import { mountGuidance } from './guidance.tsx';
import { mountHandOffs } from './hand-offs.tsx';
import { mountHealth } from './health.ts';
import { mountHome } from './home.tsx';
import { mountMailbox } from './mailbox.tsx';
import { mountPractice } from './practice.ts';
import { mountRuns } from './runs.tsx';
import { mountSignIn } from './sign-in.tsx';
import { mountStart } from './start.tsx';
import { mountStatus } from './status.tsx';
import { mountTables } from './tables.tsx';
import { mountTestClock } from './test-clock.ts';
import { mountWorkflows } from './workflows.tsx';

/** The web of a portal: middleware in order, then a line for each family of pages; what goes wrong becomes a page. */
export function createApp(portal: Portal): Hono {
  const app = new Hono();
  problemHandlers(app, portal);
  app.use(requestId());
  guard(app, portal);
  app.use(refuseMethods(app));

  mountHealth(app, portal);
  mountAssets(app);
  mountTestClock(app, portal);
  mountHome(app, portal);
  mountStart(app, portal);
  mountStatus(app, portal);
  mountHandOffs(app, portal);
  mountFiles(app, portal);
  mountMailbox(app, portal);
  mountPractice(app, portal);
  mountSignIn(app, portal);
  mountWorkflows(app, portal);
  mountGuidance(app, portal);
  mountTables(app, portal);
  mountRuns(app, portal);
  mountApi(app, portal);
  mountApiTables(app, portal);
  mountApiCheck(app, portal);
  return app;
}
