import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { cleanLine } from '../../machines/fields/clean.ts';
import { ActedPage, ActsPage } from '../../views/owner/acts.tsx';
import { counted } from '../../views/owner/words.ts';
import { paths } from '../../views/paths.ts';
import { Refusal } from '../errors.ts';
import { workflowsOf } from '../people/owners.ts';
import type { Portal } from '../portal.ts';
import { type Act, foresee, perform, placeWords, type Situation } from '../runs/acts.ts';
import { listRuns } from '../runs/list.ts';
import { foreseenLines } from './foreseen.ts';
import { type Posted, readPost, textOf } from './forms.ts';
import { MOST_AT_ONCE, ownedSituations } from './owned-run.ts';
import { type OwnerEnv, ownerOnly } from './owner-only.ts';
import { askedIn, filterFor } from './runs-asked.ts';

const UUID = z.uuid();

type OwnerContext = Context<OwnerEnv>;

/** Acts on one run or on many: first what would happen to each, then, if the owner says so, it does. */
export function mountActs(app: Hono, portal: Portal): void {
  app.post(paths.acts.pattern, ownerOnly(portal), async (c) => {
    const posted = await readPost(c);
    const sure = (posted.texts.sure ?? []).map((text) => text.split(' '));
    const back = backFrom(posted);
    const ids = sure.length > 0 ? sure.map(([id = '']) => id) : await chosen(c, portal, posted);
    const runs = await ownedSituations(c, portal, ids);
    if (runs.length === 0) throw new Refusal(422, 'none', 'Please go back and tick at least one run.');
    const act = actIn(posted);
    if (sure.length === 0) return foreseenPage(c, portal, runs, act, posted, back);
    const standings = new Map(sure.map(([id = '', standing = '']) => [id, standing]));
    const results = [];
    for (const run of runs) {
      const acted = await perform(portal, run, act, c.var.owner, standings.get(run.id) ?? '');
      results.push({ id: run.id, title: run.title, why: acted.done ? null : acted.why });
    }
    return c.html(<ActedPage owner={c.var.owner} heading={headingOf(act, runs)} runs={results} back={back} />);
  });
}

async function foreseenPage(c: OwnerContext, portal: Portal, runs: Situation[], act: Act, posted: Posted, back: string) {
  const rows = await Promise.all(
    runs.map(async (run) => {
      const foreseen = await foresee(portal, run, act, c.var.owner);
      const { id, title, standing } = run;
      return foreseen.does
        ? { id, title, standing, foreseen: foreseenLines(run.definition, foreseen), why: null }
        : { id, title, standing, foreseen: null, why: foreseen.why };
    }),
  );
  const again = ['act', 'stage', 'reason', 'from', 'workflow', 'status', 'q'].map((name): [string, string] => [
    name,
    textOf(posted, name),
  ]);
  return c.html(<ActsPage owner={c.var.owner} heading={headingOf(act, runs)} runs={rows} hidden={again} back={back} />);
}

/** The runs that were ticked, or all that fit what the list was filtered by. */
async function chosen(c: OwnerContext, portal: Portal, posted: Posted): Promise<string[]> {
  if (textOf(posted, 'all') !== 'yes') return (posted.texts.run ?? []).slice(0, MOST_AT_ONCE);
  const owned = await workflowsOf(portal, c.var.owner);
  const asked = askedIn((name) => textOf(posted, name));
  const { runs } = await listRuns(portal, { ...filterFor(owned, asked), after: null, limit: MOST_AT_ONCE });
  return runs.map(({ id }) => id);
}

const ACTS = z.enum(['remind', 'retry', 'cancel', 'reopen', 'on', 'put', 'end']);

/** Throws Refusal 422 when no act was chosen, or no reason was given for one that needs it. */
function actIn(posted: Posted): Act {
  // A stage stands with its act in one list: `put:payment`.
  const [name = '', inList = ''] = textOf(posted, 'act').split(':');
  const act = ACTS.safeParse(name).data;
  if (act === undefined) throw new Refusal(422, 'act', 'Please go back and choose what to do.');
  if (act === 'remind' || act === 'retry') return { is: act };
  const reason = cleanLine(textOf(posted, 'reason')).slice(0, 1000);
  if (reason === '') throw new Refusal(422, 'reason', 'Please go back and give a reason.');
  if (act === 'cancel') return { is: 'cancel', reason };
  const stage = inList === '' ? textOf(posted, 'stage') : inList;
  if (act === 'reopen') return { is: 'reopen', stage, reason };
  return { is: 'steer', to: act === 'on' ? null : act === 'end' ? 'end' : stage, values: {}, reason };
}

function headingOf(act: Act, runs: Situation[]): string {
  const [first] = runs;
  const what = runs.length === 1 && first !== undefined ? first.title : counted(runs.length, 'run');
  switch (act.is) {
    case 'remind':
      return `Remind whoever has ${what}`;
    case 'retry':
      return `Try ${what} again`;
    case 'cancel':
      return `Cancel ${what}`;
    case 'reopen':
      return `Reopen ${what}`;
    case 'give':
      return `Give ${what} to ${act.to.email}`;
    case 'steer':
      return first === undefined ? what : `Put ${what} ${placeWords(first.definition, act.to)}`;
  }
}

/** The page from which the owner came: the run, or the list as it was filtered. */
function backFrom(posted: Posted): string {
  const from = textOf(posted, 'from');
  if (from === 'queue') return paths.queue.to();
  if (UUID.safeParse(from).success) return paths.run.to({ run: from });
  const query = new URLSearchParams(
    ['workflow', 'status', 'q'].flatMap((name) => (textOf(posted, name) === '' ? [] : [[name, textOf(posted, name)]])),
  );
  return query.size === 0 ? paths.runs.to() : `${paths.runs.to()}?${query}`;
}
