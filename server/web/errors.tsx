import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { ProblemPage } from '../../views/problem.tsx';
import { isConnectionError } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { ACCESS, patternOf } from './access.ts';

const TITLES: Record<number, string> = {
  400: 'That could not be understood',
  401: 'Please sign in',
  403: 'That is not possible from here',
  404: 'There is nothing here',
  405: 'That is not possible here',
  409: 'Something else came first',
  410: 'This has ended',
  413: 'That is too much at once',
  422: 'Something is not right yet',
  429: 'Please wait a little',
  500: 'Something went wrong on our side',
  503: 'Please try again in a minute',
};

// Where the status alone says too little.
const TITLES_BY_CODE: Partial<Record<string, string>> = {
  damaged_link: 'This link is not complete',
  other_key: 'This link cannot be opened here',
  unknown_link: 'This link leads nowhere any more',
  stale_form: 'Please open the form again',
  foreign_origin: 'Please open the form again',
};

/** Turns whatever goes wrong into a calm page, or into JSON for programs. Nobody ever sees a stack. */
export function problemHandlers(app: Hono, { log }: Portal): void {
  app.notFound((c) => answer(c, notFoundHere()));
  app.onError((error, c) => {
    const refusal = refusalOf(error);
    if (refusal !== null) return answer(c, refusal);
    log.error({ err: error, method: c.req.method, route: patternOf(c), id: c.get('requestId') }, 'A request failed.');
    return answer(c, null);
  });
}

/**
 * Tells an address that cannot be called in this way from one that is not there: 405, with what can be. Of the pages of
 * owners and of the machine itself strangers do not even hear that.
 */
export function refuseMethods(app: Hono) {
  const sentence = 'This address cannot be used in that way. Please open the page again and send its form from there.';
  return methodNotAllowed({
    app,
    onMethodNotAllowed(c, methods) {
      if (isPrivate(c.req.path)) return c.res;
      c.header('Allow', methods.join(', '));
      return problem(c, { status: 405, code: 'method_not_allowed', sentence, reference: null });
    },
  });
}

const PRIVATE = Object.entries(ACCESS)
  .filter(([, who]) => who === 'owner' || who === 'loopback')
  .map(([pattern]) => new RegExp(`^${pattern.replace(/:[a-z]+/gi, '[^/]+')}$`));

function isPrivate(path: string): boolean {
  return PRIVATE.some((pattern) => pattern.test(path));
}

/** A page for a refusal; the portal's own failure when there is none. */
export function answer(c: Context, refusal: Refusal | null): Response | Promise<Response> {
  const sentence = refusal?.message ?? 'Nothing that you sent was lost on the way: please go back and send it again in a minute.';
  if (refusal?.status === 503) c.header('Retry-After', '5');
  const reference: string = c.get('requestId') ?? '';
  if (refusal !== null) return problem(c, { status: refusal.status, code: refusal.code, sentence, reference: null });
  return problem(c, { status: 500, code: 'internal', sentence, reference });
}

type Problem = { status: Refusal['status'] | 405 | 500; code: string; sentence: string; reference: string | null };

function problem(c: Context, { status, code, sentence, reference }: Problem): Response | Promise<Response> {
  if (isForPrograms(c)) return c.json({ error: { code, message: sentence, reference: c.get('requestId') ?? '' } }, status);
  const title = TITLES_BY_CODE[code] ?? TITLES[status] ?? 'That did not work';
  return c.html(<ProblemPage title={title} sentences={[sentence]} reference={reference} back={formBehind(c)} />, status);
}

/** The page whose form was refused, to open it again. */
function formBehind({ req: { method, path } }: Context): string | null {
  if (method !== 'POST') return null;
  if (path.startsWith('/start/')) return path;
  return path.startsWith('/h/') && path.endsWith('/decision') ? path.slice(0, -'/decision'.length) : null;
}

function notFoundHere(): Refusal {
  return new Refusal(404, 'not_found', 'There is no page at this address. Please check that the link is complete.');
}

function isForPrograms(c: Context): boolean {
  return ['/api/', '/test/', '/practice/', '/mailbox.json'].some((prefix) => c.req.path.startsWith(prefix));
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (isConnectionError(error)) {
    return new Refusal(
      503,
      'unavailable',
      'The portal cannot reach its database just now. Nothing was saved; please try again in a minute.',
    );
  }
  if (error instanceof HTTPException && error.status < 500)
    return new Refusal(400, 'bad_request', 'That could not be understood.');
  return null;
}
