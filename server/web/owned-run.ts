import type { Context } from 'hono';
import { z } from 'zod';
import { notFound } from '../errors.ts';
import { workflowsOf } from '../people/owners.ts';
import type { Portal } from '../portal.ts';
import { type RunView, readRun } from '../runs/find.ts';
import type { OwnerEnv } from './owner-only.ts';

/** The run of an owner's page, if it is one of their workflows; others are not there for them: Refusal 404. */
export async function ownedRun(c: Context<OwnerEnv>, portal: Portal): Promise<RunView> {
  const id = c.req.param('run') ?? '';
  const run = z.uuid().safeParse(id).success ? await readRun(portal, id) : null;
  const owned = run === null ? [] : await workflowsOf(portal, c.var.owner);
  if (run === null || !owned.some(({ workflow }) => workflow === run.workflow)) throw notFound('such run');
  return run;
}
