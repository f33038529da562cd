import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { EMAIL } from '../../machines/words.ts';
import { paths } from '../../views/paths.ts';
import type { Portal } from '../portal.ts';
import { type Act, foresee, perform, type Situation, situationsOf } from '../runs/acts.ts';
import { type ApiEnv, jsonIn, keyOnly, problem, tooLarge, valid } from './api.ts';
import { foreseenLines } from './foreseen.ts';

const MOST = 500;
const LARGEST = 256 * 1024;
const REASON = z.string().trim().min(1).max(1000);
const WHICH = { runs: z.array(z.uuid()).min(1).max(MOST), dry_run: z.boolean().default(false) };

const ACTING = z.discriminatedUnion('act', [
  z.strictObject({ ...WHICH, act: z.literal('retry') }),
  z.strictObject({ ...WHICH, act: z.literal('remind') }),
  z.strictObject({ ...WHICH, act: z.literal('cancel'), reason: REASON }),
  z.strictObject({ ...WHICH, act: z.literal('give'), to: EMAIL, reason: REASON }),
  z.strictObject({ ...WHICH, act: z.literal('reopen'), stage: z.string().min(1).max(64), reason: REASON }),
  z.strictObject({ ...WHICH, act: z.literal('put'), stage: z.string().min(1).max(64), reason: REASON }),
  z.strictObject({ ...WHICH, act: z.literal('go_on'), reason: REASON }),
]);

/**
 * What programs may do about runs, one or many, with a dry run. They give no data with it: a run that would lack something
 * stays as it is, since nobody but people answers for people.
 */
export function mountApiActs(app: Hono, portal: Portal): void {
  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));

  api.post(paths.apiActs.pattern, keyOnly(portal), bodyLimit({ maxSize: LARGEST, onError: tooLarge }), async (c) => {
    const wish = valid(ACTING, await jsonIn(c));
    const act = actOf(wish);
    const by = `the API key "${c.var.key.name}"`;
    const found = new Map((await situationsOf(portal, wish.runs)).map((run) => [run.id, run]));
    const results = [];
    for (const id of new Set(wish.runs)) {
      const run = found.get(id);
      if (run === undefined) results.push({ id, result: 'stays', why: 'There is no such run.' });
      else
        results.push({
          id,
          title: run.title,
          ...(await (wish.dry_run ? foreseen(portal, run, act, by) : done(portal, run, act, by))),
        });
    }
    return c.json({ dry_run: wish.dry_run, runs: results });
  });

  app.route('/', api);
}

function actOf(wish: z.output<typeof ACTING>): Act {
  switch (wish.act) {
    case 'retry':
    case 'remind':
      return { is: wish.act };
    case 'cancel':
      return { is: 'cancel', reason: wish.reason };
    case 'give':
      return { is: 'give', to: { email: wish.to, name: null }, reason: wish.reason };
    case 'reopen':
      return { is: 'reopen', stage: wish.stage, reason: wish.reason };
    case 'put':
      return { is: 'steer', to: wish.stage, values: {}, reason: wish.reason };
    case 'go_on':
      return { is: 'steer', to: null, values: {}, reason: wish.reason };
  }
}

async function foreseen(portal: Portal, run: Situation, act: Act, by: string) {
  const would = await foresee(portal, run, act, by);
  if (!would.does) return { result: 'stays' as const, why: would.why };
  const { happens, mails, takenBack } = foreseenLines(run.definition, would);
  return { result: 'would_do' as const, happens, mails, runs_taken_back: takenBack };
}

async function done(portal: Portal, run: Situation, act: Act, by: string) {
  const acted = await perform(portal, run, act, by, run.standing);
  return acted.done ? { result: 'done' as const } : { result: 'stays' as const, why: acted.why };
}
