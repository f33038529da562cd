import { Layout } from '../layout.tsx';

/** One of several things that a person was asked in one letter. */
export type Asked = {
  title: string;
  workflow: string;
  state: 'open' | 'decided' | 'gone';
  dueText: string | null;
  href: string | null;
};

/** Everything that one letter asks of a person, each decided by itself. */
export function BundlePage({ items, contact }: { items: Asked[]; contact: string }) {
  const open = items.filter(({ state }) => state === 'open');
  const others = items.filter(({ state }) => state !== 'open');
  return (
    <Layout title={`${open.length} open`}>
      <article class="narrow card">
        <h1>{open.length === 0 ? 'Nothing is left for you to do here' : 'What is asked of you'}</h1>
        {open.length === 0 ? null : <p>Each is decided by itself, in any order. Come back to this page for the next one.</p>}
        <ul class="asked">
          {open.map(({ title, dueText, href }) => (
            <li>
              <a href={href ?? '#'}>{title}</a>
              {dueText === null ? null : <span class="quiet"> by {dueText}</span>}
            </li>
          ))}
        </ul>
        {others.length === 0 ? null : (
          <>
            <h2>Done</h2>
            <ul class="asked">
              {others.map(({ title, state }) => (
                <li>
                  {title} <span class="quiet">{state === 'decided' ? 'answered' : 'no longer needed from you'}</span>
                </li>
              ))}
            </ul>
          </>
        )}
        <p class="quiet">
          Questions? Write to <a href={`mailto:${contact}`}>{contact}</a>.
        </p>
      </article>
    </Layout>
  );
}
