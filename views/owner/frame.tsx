import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { proseToHtml } from '../../machines/prose.ts';
import { Layout } from '../layout.tsx';
import { paths } from '../paths.ts';

/** A page for somebody who has not signed in. */
export function VisitorPage({ title, children }: { title: string; children: Child }) {
  return (
    <Layout title={title}>
      <div class="narrow">{children}</div>
    </Layout>
  );
}

/** A page for an owner: where they are, who they are, the way out. */
export function OwnerPage(props: { title: string; owner: string; here: 'workflows' | 'runs' | 'queue'; children: Child }) {
  return (
    <Layout title={props.title}>
      <div class="owner">
        <nav class="owner-bar" aria-label="Portal">
          <a href={paths.workflows.to()} aria-current={props.here === 'workflows' ? 'true' : undefined}>
            Workflows
          </a>
          <a href={paths.runs.to()} aria-current={props.here === 'runs' ? 'true' : undefined}>
            Runs
          </a>
          <a href={paths.queue.to()} aria-current={props.here === 'queue' ? 'true' : undefined}>
            Attention
          </a>
          <form class="owner-out" method="post" action={paths.signOut.to()}>
            <span class="quiet">{props.owner}</span>
            <button class="link" type="submit">
              Sign out
            </button>
          </form>
        </nav>
        {props.children}
      </div>
    </Layout>
  );
}

/** What an owner wrote, as text with paragraphs and lists; raw HTML in it has been made harmless. */
export function Prose({ text }: { text: string }) {
  return <div class="prose">{raw(proseToHtml(text))}</div>;
}
