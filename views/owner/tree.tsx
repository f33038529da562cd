import { showDay } from '../../machines/calendar.ts';
import type { RunStatus } from '../../machines/outcome.ts';
import type { Instant } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { counted, STATUS_WORDS, spanWords } from './words.ts';

export type TreePageProps = {
  owner: string;
  now: Instant;
  run: string;
  title: string;
  lines: TreeRow[];
};

export type TreeRow = {
  id: string;
  depth: number;
  key: string | null;
  title: string;
  status: RunStatus;
  stage: string | null;
  holder: string | null;
  since: Instant | null;
  more: number;
};

type Branch = TreeRow & { below: Branch[] };

/** A run with everything below it: where each is, and who has it. */
export function TreePage({ owner, now, run, title, lines }: TreePageProps) {
  return (
    <OwnerPage title={`Tree of ${title}`} owner={owner} here="runs">
      <p class="quiet">
        <a href={paths.run.to({ run })}>{title}</a>
      </p>
      <h1>The whole tree</h1>
      <ul class="tree">
        {branchesOf(lines).map((branch) => (
          <Node branch={branch} here={run} now={now} />
        ))}
      </ul>
    </OwnerPage>
  );
}

function Node({ branch, here, now }: { branch: Branch; here: string; now: Instant }) {
  return (
    <li>
      <a href={paths.run.to({ run: branch.id })} aria-current={branch.id === here ? 'true' : undefined}>
        {branch.key === null ? branch.title : `${branch.key}: ${branch.title}`}
      </a>{' '}
      <span class={`badge badge-${branch.status}`}>{branch.stage ?? STATUS_WORDS[branch.status]}</span>{' '}
      {branch.holder === null || branch.since === null ? null : (
        <span class="quiet" title={showDay(branch.since, 'UTC')}>
          {branch.holder} has it for {spanWords(branch.since, now)}
        </span>
      )}
      {branch.below.length === 0 && branch.more === 0 ? null : (
        <ul>
          {branch.below.map((child) => (
            <Node branch={child} here={here} now={now} />
          ))}
          {branch.more === 0 ? null : (
            <li class="quiet">
              and {counted(branch.more, 'other')}, listed on <a href={paths.run.to({ run: branch.id })}>its page</a>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

/** Lines in the order of a walk, with their depths, as a tree. */
function branchesOf(lines: readonly TreeRow[]): Branch[] {
  const top: Branch[] = [];
  const way: Branch[] = [];
  for (const line of lines) {
    const branch: Branch = { ...line, below: [] };
    way.length = line.depth;
    (way.at(-1)?.below ?? top).push(branch);
    way.push(branch);
  }
  return top;
}
