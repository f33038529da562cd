import type { Hono } from 'hono';
import { showInstant } from '../../machines/calendar.ts';
import { BundlePage } from '../../views/hand-off/bundle.tsx';
import { paths } from '../../views/paths.ts';
import { Refusal } from '../errors.ts';
import { bundledHandOffs } from '../hand-offs/bundle.ts';
import type { Portal } from '../portal.ts';
import { openLink } from './links.ts';

/** The page behind a letter that asks for several answers: each with a link of its own. Reading it changes nothing. */
export function mountBundle(app: Hono, portal: Portal): void {
  app.get(paths.bundle.pattern, async (c) => {
    const { id } = openLink(portal, 'bundle', c.req.param('link') ?? '');
    const asked = await bundledHandOffs(portal.sql, id);
    const [first] = asked;
    if (first === undefined) throw new Refusal(404, 'unknown_link', 'There is nothing behind this link any more.');
    const { definition } = await portal.library.version(first.workflow, first.version);
    const items = asked.map(({ id: handOff, generation, title, workflow, state, dueAt }) => ({
      title,
      workflow,
      state,
      dueText: dueAt === null ? null : showInstant(dueAt, definition.timezone),
      href: state === 'open' ? paths.handOff.to({ link: portal.links.mint('hand-off', { id: handOff, generation }) }) : null,
    }));
    return c.html(<BundlePage items={items} contact={definition.owners[0] ?? ''} />);
  });
}
