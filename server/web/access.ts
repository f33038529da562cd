import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import ipaddr from 'ipaddr.js';
import { paths } from '../../views/paths.ts';
import { notFound, Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';

/** Who may call a route. `link`: whoever holds a good link; `loopback`: only the machine itself. */
export type Who = 'anyone' | 'link' | 'loopback' | 'owner' | 'key' | 'test';

/** Every route of the portal and who may call it. A route that does not stand here is a mistake (test/laws). */
export const ACCESS: Record<string, Who> = {
  [paths.home.pattern]: 'anyone',
  [paths.health.pattern]: 'anyone',
  [paths.ready.pattern]: 'anyone',
  [paths.style.pattern]: 'anyone',
  [paths.htmx.pattern]: 'anyone',
  [paths.script.pattern]: 'anyone',
  [paths.workflowSchema.pattern]: 'anyone',
  [paths.start.pattern]: 'anyone',
  [paths.status.pattern]: 'link',
  [paths.handOff.pattern]: 'link',
  [paths.bundle.pattern]: 'link',
  [paths.decision.pattern]: 'link',
  [paths.file.pattern]: 'link',
  [paths.mailbox.pattern]: 'loopback',
  [paths.mailboxJson.pattern]: 'loopback',
  [paths.mail.pattern]: 'loopback',
  [paths.mailHtml.pattern]: 'loopback',
  [paths.mailFile.pattern]: 'loopback',
  [paths.practice.pattern]: 'loopback',
  [paths.signIn.pattern]: 'anyone',
  [paths.signInLink.pattern]: 'link',
  [paths.signOut.pattern]: 'anyone',
  [paths.workflows.pattern]: 'owner',
  [paths.workflow.pattern]: 'owner',
  [paths.guidance.pattern]: 'owner',
  [paths.guidancePreview.pattern]: 'owner',
  [paths.guidanceRestoration.pattern]: 'owner',
  [paths.table.pattern]: 'owner',
  [paths.tableCsv.pattern]: 'owner',
  [paths.tableRestoration.pattern]: 'owner',
  [paths.versions.pattern]: 'owner',
  [paths.version.pattern]: 'owner',
  [paths.versionRestoration.pattern]: 'owner',
  [paths.move.pattern]: 'owner',
  [paths.runs.pattern]: 'owner',
  [paths.run.pattern]: 'owner',
  [paths.tree.pattern]: 'owner',
  [paths.children.pattern]: 'owner',
  [paths.runFile.pattern]: 'owner',
  [paths.cancellation.pattern]: 'owner',
  [paths.retry.pattern]: 'owner',
  [paths.outline.pattern]: 'owner',
  [paths.rehearsal.pattern]: 'owner',
  [paths.reopening.pattern]: 'owner',
  [paths.course.pattern]: 'owner',
  [paths.startLink.pattern]: 'owner',
  [paths.queue.pattern]: 'owner',
  [paths.acts.pattern]: 'owner',
  [paths.reassignment.pattern]: 'owner',
  [paths.apiRuns.pattern]: 'key',
  [paths.apiActs.pattern]: 'key',
  [paths.apiStartLinks.pattern]: 'key',
  [paths.apiRehearsals.pattern]: 'key',
  [paths.apiExploration.pattern]: 'key',
  [paths.apiMachine.pattern]: 'key',
  [paths.apiRun.pattern]: 'key',
  [paths.apiEvent.pattern]: 'key',
  [paths.apiChildren.pattern]: 'key',
  [paths.apiTree.pattern]: 'key',
  [paths.apiHistory.pattern]: 'key',
  [paths.apiTable.pattern]: 'key',
  [paths.apiVersions.pattern]: 'key',
  [paths.apiVersion.pattern]: 'key',
  [paths.apiDifferences.pattern]: 'key',
  [paths.apiRestore.pattern]: 'key',
  [paths.apiMove.pattern]: 'key',
  [paths.apiCheck.pattern]: 'key',
  [paths.testClock.pattern]: 'test',
};

const MEGABYTE = 1024 * 1024;
const ORDINARY = MEGABYTE;
// Two files of the largest size and what is typed beside them.
const WITH_FILES = 25 * MEGABYTE;

/** Puts the portal's guards before every route: headers, sizes, where a request comes from. */
export function guard(app: Hono, portal: Portal): void {
  app.use(headers(portal));
  app.use(logged(portal));
  app.use(sizes());
  app.use(sameOrigin(portal));
  if (portal.config.clock === 'test') {
    app.use(async (_, next) => {
      await portal.clock.refresh();
      await next();
    });
  }
}

function headers({ config }: Portal) {
  const secure = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameSrc: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    // Not no-referrer: browsers would then post forms with "Origin: null".
    referrerPolicy: 'same-origin',
    // What a page set for itself (the frame of a mail) stands.
    overwrite: false,
    xFrameOptions: 'DENY',
    strictTransportSecurity: config.baseUrl.startsWith('https:') ? 'max-age=31536000; includeSubDomains' : false,
  });
  return createMiddleware(async (c, next) => {
    await secure(c, next);
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
}

/** One line a request, with the pattern of its route: the address itself may hold a link that opens something. */
function logged({ log }: Portal) {
  return createMiddleware(async (c, next) => {
    const began = performance.now();
    await next();
    log.debug({
      method: c.req.method,
      route: patternOf(c),
      status: c.res.status,
      ms: Math.round(performance.now() - began),
      id: c.get('requestId'),
    });
  });
}

/** The pattern of the route that answers, for logs. */
export function patternOf(c: Context): string {
  return c.req.matchedRoutes.findLast(({ path }) => path !== '/*' && path !== '*')?.path ?? '(none)';
}

function sizes() {
  const tooLarge = () => {
    throw new Refusal(
      413,
      'too_large',
      'That is too much at once. All files of a form together may have 24 MB, each of them 10 MB.',
    );
  };
  const ordinary = bodyLimit({ maxSize: ORDINARY, onError: tooLarge });
  const withFiles = bodyLimit({ maxSize: WITH_FILES, onError: tooLarge });
  return createMiddleware(async (c, next) => {
    const isForm = c.req.path.startsWith('/start/') || c.req.path.startsWith('/h/');
    const mayBringFiles = isForm && /^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '');
    return mayBringFiles ? withFiles(c, next) : ordinary(c, next);
  });
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
// Programs bring a key, or are on the machine itself: no browser carries anything along for them.
const FOR_PROGRAMS = ['/api/', '/practice/', '/test/'];

/**
 * Whatever changes something must come from a page of this portal, whatever its method and content type. A request that
 * names neither its origin nor its kind of fetch is refused.
 */
function sameOrigin({ config }: Portal) {
  const own = new URL(config.baseUrl).origin;
  return createMiddleware(async (c, next) => {
    if (!SAFE.has(c.req.method) && !FOR_PROGRAMS.some((prefix) => c.req.path.startsWith(prefix)) && !isOwn(c, own)) {
      throw new Refusal(
        403,
        'foreign_origin',
        'This form was not sent from its own page. Please open the page again and send it from there.',
      );
    }
    await next();
  });
}

function isOwn(c: Context, own: string): boolean {
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return site === 'same-origin';
  return origin === own || (isLoopbackOrigin(origin) && origin === `http://${c.req.header('host')}`);
}

/** On the machine itself the portal has several names beside its own: localhost, 127.0.0.1, [::1]. */
function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

/** Lets only the machine itself in, and nobody through a proxy; to others there is no such page. */
export const loopbackOnly = createMiddleware(async (c, next) => {
  const isForwarded = c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined;
  if (isForwarded || !isLoopback(getConnInfo(c).remote.address ?? '')) throw notFound('such page');
  await next();
});

/**
 * Lets in only who calls the portal by its own name or one of the machine's. A page from elsewhere could otherwise have
 * its own name lead here (DNS rebinding) and read what only the machine itself may.
 */
export function ownNameOnly({ config }: Portal) {
  const own = new URL(config.baseUrl).hostname;
  return createMiddleware(async (c, next) => {
    const address = `http://${c.req.header('host') ?? ''}`;
    const isOurs = URL.canParse(address) && (isLoopbackOrigin(address) || new URL(address).hostname === own);
    if (!isOurs) throw notFound('such page');
    await next();
  });
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}
