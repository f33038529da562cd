import { paths } from '../paths.ts';
import { OwnerPage, Prose } from './frame.tsx';

export type OutlinePageProps = {
  owner: string;
  workflow: string;
  version: number;
  title: string;
  /** The procedure in Markdown; its first line is the title. */
  text: string;
};

/** A workflow as a procedure that can be printed and read aloud. */
export function OutlinePage({ owner, workflow, version, title, text }: OutlinePageProps) {
  const [, ...rest] = text.split('\n');
  return (
    <OwnerPage title={`${title} in words`} owner={owner} here="workflows">
      <p class="quiet">
        <a href={paths.workflow.to({ workflow })}>{title}</a>, version {version}
      </p>
      <h1>{title} in words</h1>
      <div class="outline-page">
        <Prose text={rest.join('\n')} />
      </div>
    </OwnerPage>
  );
}
