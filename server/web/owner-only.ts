import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { paths } from '../../views/paths.ts';
import { notFound } from '../errors.ts';
import { workflowsOf } from '../people/owners.ts';
import { findSession } from '../people/sessions.ts';
import type { Portal } from '../portal.ts';
import type { Published } from '../workflows/library.ts';

export type OwnerEnv = { Variables: { owner: string } };

/** Lets only those in who have signed in; everybody else is sent to the sign-in page. */
export function ownerOnly(portal: Portal) {
  return createMiddleware<OwnerEnv>(async (c, next) => {
    const token = sessionCookie(c, portal);
    const session = token === null ? null : await findSession(portal, token);
    c.header('Cache-Control', 'no-store');
    if (session === null) {
      // A 303 would be followed by htmx and put the sign-in page into the middle of this one.
      if (c.req.header('HX-Request') === 'true') return c.body(null, 204, { 'HX-Redirect': paths.signIn.to() });
      return c.redirect(paths.signIn.to(), 303);
    }
    c.set('owner', session.email);
    await next();
  });
}

/** The cookie of a session. On https its name keeps it from being planted by another host or over http. */
export function sessionCookieName({ config }: Pick<Portal, 'config'>): string {
  return isSecure({ config }) ? '__Host-baton' : 'baton';
}

/** Whether people reach the portal by https. */
export function isSecure({ config }: Pick<Portal, 'config'>): boolean {
  return config.baseUrl.startsWith('https:');
}

/** The text of the session cookie, if the browser sent one. */
export function sessionCookie(c: Context, portal: Pick<Portal, 'config'>): string | null {
  return getCookie(c, sessionCookieName(portal)) ?? null;
}

/** A workflow of this owner, newest version. Somebody else's is not there for them: Refusal 404. */
export async function ownedWorkflow(portal: Portal, owner: string, workflow: string): Promise<Published> {
  const found = (await workflowsOf(portal, owner)).find((published) => published.workflow === workflow);
  if (found === undefined) throw notFound('such workflow');
  return found;
}
