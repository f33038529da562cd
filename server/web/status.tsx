import type { Hono } from 'hono';
import { actorTitle, END, stageTitle } from '../../machines/definition.ts';
import { shownFacts } from '../../machines/facts.ts';
import type { Happening } from '../../machines/outcome.ts';
import { skippedIn } from '../../views/parts/diagram.tsx';
import { paths } from '../../views/paths.ts';
import { type StageLine, type Standing, StatusPage } from '../../views/status.tsx';
import { Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { type RunView, readRun } from '../runs/find.ts';
import { openLink } from './links.ts';

/** Where is it now? The page behind the link in a receipt. */
export function mountStatus(app: Hono, portal: Portal): void {
  app.get(paths.status.pattern, async (c) => {
    const link = c.req.param('link') ?? '';
    const run = await readRun(portal, openLink(portal, 'run', link).id);
    if (run === null) throw new Refusal(404, 'unknown_link', 'There is nothing behind this link any more.');
    const { definition } = run.published;
    const own = Object.keys(definition.data).filter((key) => run.facts[key]?.origin.by === run.starter.email);
    const restricted = (key: string) => isRestricted(run, key);
    return c.html(
      <StatusPage
        title={run.title}
        workflowTitle={definition.title}
        version={run.version}
        here={paths.status.to({ link })}
        standing={standingOf(run, portal.clock.now())}
        stages={wayOf(run)}
        either={forkOf(run)}
        facts={shownFacts(definition, run.facts, own)}
        history={run.history.map((step) => ({
          ...step,
          happened: step.happened.map((one) => withoutRestricted(one, restricted)),
        }))}
        words={{
          starter: run.starter,
          timezone: definition.timezone,
          stageTitle: (stage) => stageTitle(definition, stage),
          // A run that moved here from another version may have been in a stage that this one lacks.
          roleOf: (stage) => actorTitle(definition, definition.stages[stage]?.actor ?? 'somebody'),
        }}
        contact={definition.owners[0] ?? ''}
      />,
    );
  });
}

/** What others answered in confidence is not for the one who asked. */
function withoutRestricted(happening: Happening, restricted: (key: string) => boolean): Happening {
  if (happening.what !== 'answered' && happening.what !== 'supplied') return happening;
  return { ...happening, answers: happening.answers.filter(({ key }) => !restricted(key)) };
}

/** What an earlier version of the run gathered, and this one does not know, may have been in confidence, too. */
function isRestricted({ facts, starter, published: { definition } }: RunView, key: string): boolean {
  const by = facts[key]?.origin.by;
  if (by === starter.email) return false;
  const field = definition.data[key];
  return field === undefined ? by !== undefined : field.visible_to !== undefined;
}

function standingOf(run: RunView, now: string): Standing {
  if (run.status === 'cancelled') return { is: 'cancelled', at: run.endedAt ?? run.changedAt };
  if (run.status === 'done') {
    const mailed = run.outbox.some(({ what, to, state }) => what === 'outcome' && to === run.starter.email && state === 'done');
    return { is: 'done', at: run.endedAt ?? run.changedAt, mailed };
  }
  const stage = run.stage === null ? run.published.definition.title : stageTitle(run.published.definition, run.stage);
  if (run.status === 'attention' || run.setAside !== null || run.fan?.held) return { is: 'stuck', stage };
  if (run.fan !== null && run.fan.asked > 1) {
    const { arrived, asked, until } = run.fan;
    return { is: 'several', stage, arrived, asked, until };
  }
  const open = run.handOffs.find(({ state }) => state === 'open');
  if (open === undefined) return { is: 'working', stage };
  const since = open.moves.at(-1)?.at ?? open.openedAt;
  return { is: 'waiting', who: open.person, stage, since, dueAt: open.dueAt, late: open.dueAt !== null && open.dueAt < now };
}

/** The stages that the run went through or past, where it is, and what comes as long as there is only one way on. */
function wayOf(run: RunView): StageLine[] {
  const { definition } = run.published;
  const happenings = run.history.flatMap(({ happened }) => happened);
  const entered = [...new Set(happenings.flatMap((one) => (one.what === 'entered' ? [one.stage] : [])))];
  const skipped = skippedIn(happenings);
  const later: string[] = [];
  const nextOf = (stage: string) => definition.stages[stage]?.next;
  for (
    let next = run.stage === null ? undefined : nextOf(run.stage);
    next?.length === 1 && next[0] !== undefined;
    next = nextOf(next[0].to)
  ) {
    const { to } = next[0];
    if (to === END || later.includes(to) || entered.includes(to)) break;
    later.push(to);
  }
  const lineOf = (stage: string): StageLine => {
    const title = stageTitle(definition, stage);
    if (stage === run.stage) return { title, is: 'current' };
    const because = skipped[stage];
    return because === undefined ? { title, is: 'done' } : { title, is: 'skipped', because };
  };
  return [...entered.map(lineOf), ...later.map((stage) => ({ title: stageTitle(definition, stage), is: 'later' as const }))];
}

/** The stages of which one comes next, as long as nobody has decided which. */
function forkOf({ stage, published: { definition } }: RunView): string[] {
  const next = stage === null ? undefined : definition.stages[stage]?.next;
  if (next === undefined || next.length < 2) return [];
  return [...new Set(next.map(({ to }) => (to === END ? 'the end' : stageTitle(definition, to))))];
}
