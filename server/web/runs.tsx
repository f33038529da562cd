import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { showInstant } from '../../machines/calendar.ts';
import { type Definition, stageTitle } from '../../machines/definition.ts';
import { shownFacts } from '../../machines/facts.ts';
import { cleanLine } from '../../machines/fields/clean.ts';
import { isFile, type Origin } from '../../machines/values.ts';
import { EMAIL } from '../../machines/words.ts';
import { type Refused, RunPage } from '../../views/owner/run.tsx';
import { RunsPage } from '../../views/owner/runs.tsx';
import { wordsOfMail } from '../../views/owner/words.ts';
import { type Progress, skippedIn } from '../../views/parts/diagram.tsx';
import { paths } from '../../views/paths.ts';
import type { Told } from '../actors/actors.ts';
import { putBack } from '../actors/mailbox.ts';
import { fansOf, lineageOf } from '../children/read.ts';
import { notFound } from '../errors.ts';
import { workflowsOf } from '../people/owners.ts';
import type { Portal } from '../portal.ts';
import { earlierValues } from '../runs/earlier.ts';
import { type OutboxLine, type RunView, readRun } from '../runs/find.ts';
import { listRuns } from '../runs/list.ts';
import { LOOKS_AT } from '../runs/search.ts';
import { fanSummary } from './children-shown.ts';
import { sendFile } from './files.ts';
import { goOn, readPost, textOf } from './forms.ts';
import { ownedRun } from './owned-run.ts';
import { type OwnerEnv, ownerOnly } from './owner-only.ts';
import { askedIn, filterFor } from './runs-asked.ts';

const ON_A_PAGE = 50;
const LATE = 'Somebody or something was faster: this is how it stands now.';

/** An owner's runs: the list, each run, and what may be done about it. */
export function mountRuns(app: Hono, portal: Portal): void {
  const owner = ownerOnly(portal);

  app.get(paths.runs.pattern, owner, async (c) => {
    const owned = await workflowsOf(portal, c.var.owner);
    const asked = askedIn((name) => c.req.query(name) ?? '');
    const after = z.uuid().safeParse(c.req.query('after')).data ?? null;
    const listed = await listRuns(portal, { ...filterFor(owned, asked), after, limit: ON_A_PAGE });
    const definitions = new Map(owned.map(({ workflow, definition }) => [workflow, definition]));
    return c.html(
      <RunsPage
        owner={c.var.owner}
        now={portal.clock.now()}
        workflows={owned.map(({ workflow, definition }) => ({ workflow, title: definition.title }))}
        filter={asked}
        stages={stagesOf(definitions.get(asked.workflow))}
        found={{ runs: listed.found, complete: listed.complete, of: asked.text === '' ? null : LOOKS_AT }}
        runs={listed.runs.map((run) => {
          const definition = definitions.get(run.workflow);
          const isKnown = definition !== undefined && run.stage !== null && Object.hasOwn(definition.stages, run.stage);
          return {
            ...run,
            workflowTitle: definition?.title ?? run.workflow,
            timezone: definition?.timezone ?? 'UTC',
            stageTitle: isKnown ? stageTitle(definition, run.stage ?? '') : run.stage,
          };
        })}
        older={listed.next}
        isFirst={after === null}
      />,
    );
  });

  app.get(paths.run.pattern, owner, async (c) => page(c, portal, await ownedRun(c, portal), null));

  app.get(paths.runFile.pattern, owner, async (c) => {
    const run = await ownedRun(c, portal);
    const files = Object.values(run.facts).flatMap(({ value }) => (isFile(value) ? [value] : []));
    const file = files.find(({ id }) => id === c.req.param('file'));
    if (file === undefined) throw notFound('such file');
    return sendFile(c, portal, file);
  });

  app.post(paths.cancellation.pattern, owner, async (c) => {
    const run = await ownedRun(c, portal);
    const reason = cleanLine(textOf(await readPost(c), 'reason')).slice(0, 1000);
    if (reason === '')
      return refuse(c, portal, run, {
        act: 'cancellation',
        handOff: null,
        field: 'reason',
        sentence: 'Please give a reason.',
        typed: {},
      });
    return tell(c, portal, run, { type: 'cancelled', by: c.var.owner, reason });
  });

  app.post(paths.retry.pattern, owner, async (c) => {
    const run = await ownedRun(c, portal);
    if (run.setAside === null) return tell(c, portal, run, { type: 'retried', by: c.var.owner });
    await putBack(portal.sql, run.id, portal.clock.now());
    portal.kick();
    return goOn(c, paths.run.to({ run: run.id }));
  });

  app.post(paths.reopening.pattern, owner, async (c) => {
    const run = await ownedRun(c, portal);
    const posted = await readPost(c);
    const typed = { stage: textOf(posted, 'stage'), reason: cleanLine(textOf(posted, 'reason')).slice(0, 1000) };
    const refused = { act: 'reopening' as const, handOff: null, typed };
    if (!Object.hasOwn(run.published.definition.stages, typed.stage))
      return refuse(c, portal, run, { ...refused, field: 'stage', sentence: 'Please choose a stage.' });
    if (typed.reason === '') return refuse(c, portal, run, { ...refused, field: 'reason', sentence: 'Please give a reason.' });
    return tell(c, portal, run, { type: 'reopened', stage: typed.stage, by: c.var.owner, reason: typed.reason });
  });

  app.post(paths.reassignment.pattern, owner, async (c) => {
    const run = await ownedRun(c, portal);
    const posted = await readPost(c);
    const typed = { to: textOf(posted, 'to'), reason: cleanLine(textOf(posted, 'reason')).slice(0, 1000) };
    const handOff = run.handOffs.find(({ id, state }) => id === textOf(posted, 'handOff') && state === 'open');
    if (handOff === undefined) return page(c, portal, run, LATE, null, 409);
    const refused = { act: 'reassignment' as const, handOff: handOff.id, typed };
    const to = EMAIL.safeParse(typed.to);
    if (!to.success)
      return refuse(c, portal, run, {
        ...refused,
        field: 'to',
        sentence: 'Please give one email address, like ana@example.com.',
      });
    if (to.data === handOff.person.email)
      return refuse(c, portal, run, { ...refused, field: 'to', sentence: 'They have it already.' });
    if (typed.reason === '') return refuse(c, portal, run, { ...refused, field: 'reason', sentence: 'Please give a reason.' });
    return tell(c, portal, run, {
      type: 'reassigned',
      handOff: handOff.id,
      to: { email: to.data, name: null },
      by: c.var.owner,
      reason: typed.reason,
    });
  });
}

type OwnerContext = Context<OwnerEnv>;

async function tell(c: OwnerContext, portal: Portal, run: RunView, event: Told): Promise<Response> {
  const stepped = await portal.actors.tell(run.id, event);
  if (stepped.is === 'stepped') return goOn(c, paths.run.to({ run: run.id }));
  return page(c, portal, (await readRun(portal, run.id)) ?? run, LATE, null, 409);
}

function refuse(c: OwnerContext, portal: Portal, run: RunView, refused: Refused) {
  return page(c, portal, run, null, refused, 422);
}

async function page(
  c: OwnerContext,
  portal: Portal,
  run: RunView,
  notice: string | null,
  refused: Refused | null = null,
  status: 200 | 409 | 422 = 200,
) {
  const { definition } = run.published;
  const earlier = earlierValues(run.history);
  const [fans, lineage] = await Promise.all([fansOf(portal.sql, run.id), lineageOf(portal.sql, run.id)]);
  return c.html(
    <RunPage
      owner={c.var.owner}
      now={portal.clock.now()}
      run={run}
      definition={definition}
      progress={progressOf(run)}
      attention={run.setAside?.error ?? run.attention?.error ?? null}
      facts={shownFacts(definition, run.facts, Object.keys(definition.data)).map((fact) => ({
        ...fact,
        source: sourceOf(run.facts[fact.key]?.origin, definition),
        earlier: earlier[fact.key] ?? [],
      }))}
      history={run.history}
      handOffs={run.handOffs}
      sent={run.outbox.map((line) => ({ ...line, what: whatOf(line), at: line.createdAt }))}
      fans={fans.map((fan) => fanSummary(definition, fan, run.fan?.id === fan.id ? run.fan : null))}
      lineage={lineage}
      notice={notice}
      refused={refused}
      courses={run.endedAt === null ? coursesOf(run) : []}
    />,
    status,
  );
}

/** Where an owner may put a run: on, back to where it has been, or anywhere else. */
function coursesOf(run: RunView): { to: string; words: string }[] {
  const { definition } = run.published;
  const been = new Set(
    run.history.flatMap(({ happened }) => happened.flatMap((one) => (one.what === 'entered' ? [one.stage] : []))),
  );
  const stages = Object.keys(definition.stages).map((stage) => {
    const title = stageTitle(definition, stage);
    return {
      to: stage,
      words: stage === run.stage ? `${title}, from its beginning` : been.has(stage) ? `Back to ${title}` : `On to ${title}`,
    };
  });
  const on = run.waits ? [{ to: 'on', words: 'On, without what it waits for' }] : [];
  return [...on, ...stages, { to: 'end', words: 'To its end, now' }];
}

function stagesOf(definition: Definition | undefined): { stage: string; title: string }[] {
  if (definition === undefined) return [];
  return Object.keys(definition.stages).map((stage) => ({ stage, title: stageTitle(definition, stage) }));
}

function progressOf(run: RunView): Progress {
  const happenings = run.history.flatMap(({ happened }) => happened);
  const way = happenings.flatMap((one) => (one.what === 'entered' ? [one.stage] : []));
  return { way, skipped: skippedIn(happenings), here: run.stage, attention: run.status === 'attention' || run.setAside !== null };
}

function sourceOf(origin: Origin | undefined, definition: Definition): string {
  if (origin === undefined) return '';
  const where = origin.stage === null ? 'at the start' : `at ${stageTitle(definition, origin.stage)}`;
  return `${FROM[origin.from]}${origin.by}, ${where}, ${showInstant(origin.at, definition.timezone)}`;
}

const FROM: Record<Origin['from'], string> = {
  trigger: 'from ',
  answer: 'from ',
  effect: 'from the call ',
  event: 'from the event ',
  table: 'from the table ',
  rule: 'computed by ',
  sub_workflow: 'from the sub-workflow ',
};

function whatOf({ kind, what, to, record }: OutboxLine): string {
  if (kind === 'mail') return `${wordsOfMail(what)} to ${to}`;
  if (kind === 'judge') return `The question which way on from ${to}`;
  if (kind === 'document') return `The document ${to}${record?.note ? ` (${record.note})` : ''}`;
  const answer = record?.status ? ` (answered ${record.status} in ${record.tookMs} ms)` : '';
  return `Call ${what}: ${to}${answer}`;
}
