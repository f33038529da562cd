import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { ACT } from '../../machines/cases.ts';
import { readDefinition } from '../../machines/check/read.ts';
import { configOf } from '../../machines/config.ts';
import type { Definition } from '../../machines/definition.ts';
import { explore } from '../../machines/rehearsal/explore.ts';
import { rehearse } from '../../machines/rehearsal/rehearse.ts';
import { standingOf } from '../../machines/rehearsal/transcript.ts';
import { paths } from '../../views/paths.ts';
import { notFound } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { type ApiEnv, Invalid, jsonIn, keyOnly, LARGEST, problem, tooLarge, valid } from './api.ts';

const WHICH = {
  source: z.string().max(262_144).optional(),
  workflow: z.string().max(64).optional(),
};
const REHEARSAL = z.strictObject({
  ...WHICH,
  starts_with: z.record(z.string(), z.unknown()).default({}),
  at: z.iso.datetime().optional(),
  moves: z.array(ACT).max(200).default([]),
});
const EXPLORING = z.strictObject({
  ...WHICH,
  runs: z.int().min(1).max(500).default(100),
  seed: z.int().min(1).max(1_000_000).default(1),
});

/** Rehearsals for programs: nothing is stored, so every request brings all its moves. */
export function mountApiRehearsals(app: Hono, portal: Portal): void {
  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));
  const keyed = keyOnly(portal);
  const limited = bodyLimit({ maxSize: LARGEST, onError: tooLarge });

  api.post(paths.apiRehearsals.pattern, keyed, limited, async (c) => {
    const { starts_with, at, moves, ...which } = valid(REHEARSAL, await jsonIn(c));
    const definition = await definitionOf(portal, which);
    const played = rehearse(definition, aroundOf(definition), { startsWith: starts_with, at: at ?? portal.clock.now() }, moves);
    if (played.ok) return c.json(standingOf(played.rehearsal));
    const { move, why, possible, problems } = played.refused;
    return c.json({ refused: { move, why, possible, problems }, before: played.rehearsal && standingOf(played.rehearsal) }, 422);
  });

  api.post(paths.apiExploration.pattern, keyed, limited, async (c) => {
    const { runs, seed, ...which } = valid(EXPLORING, await jsonIn(c));
    const definition = await definitionOf(portal, which);
    return c.json(explore(definition, aroundOf(definition), { runs, seed }));
  });

  api.get(paths.apiMachine.pattern, keyed, async (c) => {
    const number = z.coerce.number().int().positive().safeParse(c.req.param('version'));
    if (!number.success) throw notFound('such version');
    const { definition } = await portal.library.version(c.req.param('workflow') ?? '', number.data);
    return c.json(configOf(definition));
  });

  app.route('/', api);
}

async function definitionOf(
  portal: Portal,
  { source, workflow }: { source?: string | undefined; workflow?: string | undefined },
): Promise<Definition> {
  if (source === undefined) {
    if (workflow === undefined)
      throw new Invalid([{ field: 'source', message: 'Give the source of a workflow, or the key of one as "workflow".' }]);
    return (await portal.library.newest(workflow)).definition;
  }
  const { definition, findings } = readDefinition(source, 'source');
  if (definition !== null) return definition;
  throw new Invalid(findings.map(({ line, column, message }) => ({ field: `source:${line}:${column}`, message })));
}

function aroundOf({ settings }: Definition) {
  return { portal: 'http://localhost', settings };
}
