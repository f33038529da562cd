import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { paths } from './paths.ts';

// No eval, no scripts from answers, nothing from elsewhere: htmx only moves our own pages about.
const HTMX = JSON.stringify({
  selfRequestsOnly: true,
  allowEval: false,
  allowScriptTags: false,
  historyCacheSize: 0,
  includeIndicatorCSS: false,
});

/** The document of every page. `title` is what a tab shows. */
export function Layout({ title, children }: { title: string; children: Child }) {
  return (
    <>
      {raw('<!DOCTYPE html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <meta name="htmx-config" content={HTMX} />
          <title>{`${title} · Baton`}</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href={paths.style.to()} />
          <script src={paths.htmx.to()} defer></script>
        </head>
        <body>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header class="top">
            <a class="brand" href={paths.home.to()}>
              Baton
            </a>
          </header>
          <main id="main" tabindex={-1}>
            {children}
          </main>
        </body>
      </html>
    </>
  );
}
