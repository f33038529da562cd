import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { EMAIL } from '../../machines/words.ts';
import { SignInConfirmPage, SignInOverPage, SignInPage, SignInSentPage } from '../../views/owner/sign-in.tsx';
import { paths } from '../../views/paths.ts';
import { workflowsOf } from '../people/owners.ts';
import { endSession, findSession } from '../people/sessions.ts';
import { askForSignIn, findSignIn, useSignIn } from '../people/sign-in.ts';
import type { Portal } from '../portal.ts';
import { isSecure, sessionCookie, sessionCookieName } from './owner-only.ts';

const MONTH_S = 30 * 86_400;

/** Owners sign in with a mailed link: asking, opening (which changes nothing), using, and signing out. */
export function mountSignIn(app: Hono, portal: Portal): void {
  app.get(paths.signIn.pattern, async (c) => {
    const token = sessionCookie(c, portal);
    if (token !== null && (await findSession(portal, token)) !== null) return c.redirect(paths.workflows.to(), 303);
    return fresh(c).html(<SignInPage email="" problem={null} />);
  });

  app.post(paths.signIn.pattern, async (c) => {
    const { email: typed } = await c.req.parseBody();
    const email = EMAIL.safeParse(typed);
    if (!email.success)
      return fresh(c).html(
        <SignInPage
          email={typeof typed === 'string' ? typed : ''}
          problem="Please write an email address, like ana@example.com."
        />,
        422,
      );
    const known = (await workflowsOf(portal, email.data)).length > 0;
    await askForSignIn(portal, { email: email.data, known, address: addressOf(c) });
    portal.kick();
    return fresh(c).html(<SignInSentPage />);
  });

  app.get(paths.signInLink.pattern, async (c) => {
    const link = c.req.param('link') ?? '';
    const id = idIn(portal, link);
    if (id === null) return fresh(c).html(<SignInOverPage why="damaged" />, 404);
    const found = await findSignIn(portal, id);
    return found.is === 'good' ? fresh(c).html(<SignInConfirmPage email={found.email} link={link} />) : over(c);
  });

  app.post(paths.signInLink.pattern, async (c) => {
    const id = idIn(portal, c.req.param('link') ?? '');
    if (id === null) return fresh(c).html(<SignInOverPage why="damaged" />, 404);
    const token = await useSignIn(portal, id, sessionCookie(c, portal));
    if (token === null) return over(c);
    setCookie(c, sessionCookieName(portal), token, {
      httpOnly: true,
      sameSite: 'Lax',
      path: '/',
      secure: isSecure(portal),
      maxAge: MONTH_S,
    });
    return fresh(c).redirect(paths.workflows.to(), 303);
  });

  app.post(paths.signOut.pattern, async (c) => {
    const token = sessionCookie(c, portal);
    if (token !== null) await endSession(portal, token);
    deleteCookie(c, sessionCookieName(portal), { path: '/', secure: isSecure(portal) });
    return fresh(c).redirect(paths.signIn.to(), 303);
  });
}

function over(c: Context) {
  return fresh(c).html(<SignInOverPage why="over" />, 410);
}

function idIn(portal: Portal, link: string): string | null {
  const verified = portal.links.verify('sign-in', link);
  return verified.is === 'good' ? verified.linked.id : null;
}

/** No page about signing in is kept by anybody on the way. */
function fresh(c: Context): Context {
  c.header('Cache-Control', 'no-store');
  return c;
}

/** Where a request came from; a request without a connection (in tests) counts as one network. */
function addressOf(c: Context): string {
  const hasConnection = typeof c.env === 'object' && c.env !== null && 'incoming' in c.env;
  return hasConnection ? (getConnInfo(c).remote.address ?? '') : '';
}
