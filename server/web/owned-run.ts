import type { Context } from 'hono';
import { z } from 'zod';
import { notFound } from '../errors.ts';
import { workflowsOf } from '../people/owners.ts';
import type { Portal } from '../portal.ts';
import { type Situation, situationsOf } from '../runs/acts.ts';
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

/** As many runs can be acted on at once. */
export const MOST_AT_ONCE = 500;

/** Those of these runs, as they stand, that belong to an owner's workflows; others are not there for them. */
export async function ownedSituations(c: Context<OwnerEnv>, portal: Portal, ids: readonly string[]): Promise<Situation[]> {
  const owned = new Set((await workflowsOf(portal, c.var.owner)).map(({ workflow }) => workflow));
  const known = [...new Set(ids)].filter((id) => z.uuid().safeParse(id).success).slice(0, MOST_AT_ONCE);
  return (await situationsOf(portal, known)).filter(({ workflow }) => owned.has(workflow));
}
