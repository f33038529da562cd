import { Layout } from './layout.tsx';
import { paths } from './paths.ts';

/** A calm page for whatever went wrong: what happened and what to do. */
export function ProblemPage({
  title,
  sentences,
  reference = null,
  back = null,
}: {
  title: string;
  sentences: string[];
  reference?: string | null;
  /** The page whose form was refused. */
  back?: string | null;
}) {
  return (
    <Layout title={title}>
      <div class="narrow card">
        <h1>{title}</h1>
        {sentences.map((sentence) => (
          <p>{sentence}</p>
        ))}
        {reference === null ? null : <p class="quiet">Reference: {reference}</p>}
        {back === null ? null : (
          <p>
            <a class="button" href={back}>
              Open the form again
            </a>
          </p>
        )}
        <p>
          <a href={paths.home.to()}>To the first page</a>
        </p>
      </div>
    </Layout>
  );
}
