import { showDay } from '../../machines/calendar.ts';
import type { Definition } from '../../machines/definition.ts';
import type { Instant } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { counted, publisherWords } from './words.ts';

export type WorkflowLine = {
  workflow: string;
  version: number;
  definition: Definition;
  publishedBy: string;
  publishedAt: Instant;
  counts: { open: number; attention: number; ended: number };
};

/** Everything that this owner owns. */
export function WorkflowsPage(props: { owner: string; workflows: WorkflowLine[] }) {
  return (
    <OwnerPage title="Workflows" owner={props.owner} here="workflows">
      <h1>Workflows</h1>
      {props.workflows.length === 0 ? (
        <p>No workflow names {props.owner} as an owner. Add the address to `owners` in a workflow's file, and it appears here.</p>
      ) : (
        <ul class="cards">
          {props.workflows.map((line) => (
            <WorkflowCard line={line} />
          ))}
        </ul>
      )}
    </OwnerPage>
  );
}

function WorkflowCard({ line }: { line: WorkflowLine }) {
  const { definition, workflow, counts } = line;
  const runs = paths.runs.to();
  return (
    <li class="card">
      <h2>
        <a href={paths.workflow.to({ workflow })}>{definition.title}</a>
      </h2>
      {definition.description === undefined ? null : <p>{definition.description}</p>}
      <ul class="figures">
        <li>
          <a href={`${runs}?workflow=${workflow}&status=open`}>
            <strong>{counts.open}</strong> under way
          </a>
        </li>
        {counts.attention === 0 ? null : (
          <li class="figure-attention">
            <a href={`${runs}?workflow=${workflow}&status=attention`}>
              <strong>{counts.attention}</strong> {counts.attention === 1 ? 'needs' : 'need'} attention
            </a>
          </li>
        )}
        <li>
          <a href={`${runs}?workflow=${workflow}`}>
            <strong>{counts.ended}</strong> ended
          </a>
        </li>
      </ul>
      <p class="quiet">
        {counted(Object.keys(definition.stages).length, 'stage')} · version {line.version},{' '}
        {showDay(line.publishedAt, definition.timezone)}, by {publisherWords(line.publishedBy)}
      </p>
    </li>
  );
}
