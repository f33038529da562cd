import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ProblemPage } from '../../views/problem.tsx';
import { isConnectionError } from '../database/connect.ts';
import { Refusal } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { patternOf } from './access.ts';

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

/** A page for a refusal; the portal's own failure when there is none. */
export function answer(c: Context, refusal: Refusal | null): Response | Promise<Response> {
  const status = refusal?.status ?? 500;
  const sentence = refusal?.message ?? 'Nothing that you sent was lost on the way: please go back and send it again in a minute.';
  if (status === 503) c.header('Retry-After', '5');
  const reference: string = c.get('requestId') ?? '';
  if (isForPrograms(c)) return c.json({ error: { code: refusal?.code ?? 'internal', message: sentence, reference } }, status);
  return c.html(
    <ProblemPage
      title={TITLES[status] ?? 'That did not work'}
      sentences={[sentence]}
      reference={refusal === null ? reference : null}
    />,
    status,
  );
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
