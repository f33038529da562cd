import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { moveRuns, planMove, type RunMove } from '../workflows/move.ts';
import { numberIn } from './versions.ts';
import { withPortal } from './with-portal.ts';

type Options = { run?: string[] | undefined; to?: string | undefined; reason?: string | undefined; yes?: boolean | undefined };

// Runs in the hundreds of thousands are moved by asking again: those that are there already are no longer looked at.
const MOST = 10_000;

/**
 * `baton move WORKFLOW`: says what would happen to each run under way; with --yes it happens. 1 when a run stays where
 * it is.
 */
export async function moveCommand(workflow: string, options: Options): Promise<number> {
  const runs = options.run ?? null;
  const wrong = runs?.find((run) => !z.uuid().safeParse(run).success);
  if (wrong !== undefined) throw new Refusal(422, 'run', `"${wrong}" is not the id of a run.`);
  const { plan, to } = await withPortal(async (portal) => {
    const newest = await portal.library.newest(workflow);
    const wish = { workflow, to: options.to === undefined ? newest.version : numberIn(options.to), runs };
    const found = options.yes
      ? await moveRuns(portal, wish, 'command line', options.reason ?? '', MOST)
      : await planMove(portal, wish, MOST);
    portal.kick();
    return { plan: found, to: wish.to };
  });
  for (const move of plan.moves) process.stdout.write(`${lineOf(move, to)}\n`);
  if (plan.moves.length === 0) process.stdout.write(`Every run under way is on version ${to}.\n`);
  if (plan.more > 0) process.stdout.write(`And ${plan.more} more: run this again for them.\n`);
  if (!options.yes && plan.moves.some(({ is }) => is === 'moves')) {
    process.stdout.write('Nothing has been moved yet. Add --yes to do it.\n');
  }
  return plan.moves.some(({ is }) => is === 'stays') ? 1 : 0;
}

const WORDS = { moves: 'would move', moved: 'moved', there: 'is there already', stays: 'stays' };

function lineOf({ run, title, version, is, why }: RunMove, to: number): string {
  const way = is === 'stays' || is === 'there' ? '' : ` from version ${version} to ${to}`;
  return `${run}  ${WORDS[is]}${way}${title === '' ? '' : `  ${title}`}${why === null ? '' : `\n    ${why}`}`;
}
