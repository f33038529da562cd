import type { Hono } from 'hono';
import { startForm } from '../../machines/definition.ts';
import { HomePage } from '../../views/home.tsx';
import { paths } from '../../views/paths.ts';
import type { Portal } from '../portal.ts';

/** The first page. */
export function mountHome(app: Hono, { library, config }: Portal): void {
  app.get(paths.home.pattern, async (c) => {
    const startable = (await library.list())
      .filter(({ definition }) => startForm(definition) !== null)
      .map(({ workflow, definition }) => ({ workflow, title: definition.title, description: definition.description ?? '' }));
    return c.html(<HomePage startable={startable} hasMailbox={config.mail.is === 'local'} />);
  });
}
