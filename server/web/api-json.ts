import { fieldOf } from '../../machines/definition.ts';
import { plainValue, showValue } from '../../machines/fields/field.ts';
import { paths } from '../../views/paths.ts';
import type { Portal } from '../portal.ts';
import type { HandOffView, MoveView, RunView } from '../runs/find.ts';
import type { RunLine } from '../runs/list.ts';

/** A run as programs read it. It carries no token: nothing in it opens a hand-off. */
export function runJson({ config, links }: Portal, run: RunView) {
  const { definition } = run.published;
  // What was gathered in an earlier version and is not declared in this one has no type to be shown by.
  const known = Object.entries(run.facts).filter(([key]) => Object.hasOwn(definition.data, key));
  const data = known.map(([key, { value, origin }]) => {
    const field = fieldOf(definition, key);
    return [key, { type: field.type, value: plainValue(field, value), shown: showValue(field, value), source: origin }];
  });
  return {
    id: run.id,
    workflow: run.workflow,
    version: run.version,
    live_version: run.live,
    status: run.setAside === null ? run.status : 'attention',
    stage: run.stage,
    title: run.title,
    starter: run.starter,
    trigger: run.trigger,
    started_at: run.startedAt,
    changed_at: run.changedAt,
    ended_at: run.endedAt,
    attention: run.setAside?.error ?? run.attention?.error ?? null,
    status_url: config.baseUrl + paths.status.to({ link: links.mint('run', { id: run.id, generation: 0 }) }),
    data: Object.fromEntries(data),
    hand_offs: run.handOffs.map(handOffJson),
  };
}

/** A run in a list. */
export function lineJson({ config }: Portal, run: RunLine) {
  return {
    id: run.id,
    workflow: run.workflow,
    version: run.version,
    live_version: run.live,
    status: run.status,
    stage: run.stage,
    title: run.title,
    starter: run.starter,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    waits_for:
      run.waitsFor === null ? null : { assignee: run.waitsFor.person, since: run.waitsFor.since, due_at: run.waitsFor.dueAt },
    url: config.baseUrl + paths.apiRun.to({ run: run.id }),
  };
}

/** What happened, step by step. */
export function historyJson({ history }: RunView) {
  return history.map(({ seq, at, type, happened }) => ({ seq, at, type, happened }));
}

function handOffJson(handOff: HandOffView) {
  return {
    id: handOff.id,
    stage: handOff.stage,
    actor: handOff.actor,
    assignee: handOff.person,
    state: handOff.state,
    round: handOff.round,
    opened_at: handOff.openedAt,
    due_at: handOff.dueAt,
    ended_at: handOff.endedAt,
    decided_by: handOff.state === 'decided' ? handOff.endedBy : null,
    reason: handOff.reason,
    moves: handOff.moves.map(({ from, to, at, why, reason }: MoveView) => ({ from, to, at, why, reason })),
  };
}
