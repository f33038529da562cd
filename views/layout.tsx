import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { paths } from './paths.ts';

// htmx only moves our own pages about; that nothing is evaluated or loaded from elsewhere is the Content-Security-Policy's
// part. A failure of ours (or of a proxy before us) must not take the place of a form that somebody has filled in.
const HTMX = JSON.stringify({
  mode: 'same-origin',
  history: false,
  includeIndicatorCSS: false,
  noSwap: [204, 304, 413, '5xx'],
  // A photograph over a slow connection takes its time.
  defaultTimeout: 300_000,
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
          <script src={paths.script.to()} defer></script>
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
