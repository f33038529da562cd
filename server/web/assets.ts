import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Context, Hono } from 'hono';
import { workflowSchema } from '../../machines/json-schema.ts';
import { paths } from '../../views/paths.ts';

type Asset = { body: string; type: string; etag: string };

/** What pages are made of, from our own origin: our style sheet, htmx, our script, and the schema for editors. Read once; browsers ask anew after five minutes. */
export function mountAssets(app: Hono): void {
  const style = asset([view('style.css'), view('owner.css')], 'text/css; charset=utf-8');
  const htmx = asset([createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')], 'text/javascript; charset=utf-8');
  const script = asset([view('baton.js')], 'text/javascript; charset=utf-8');
  const schema = assetOf(JSON.stringify(workflowSchema()), 'application/schema+json; charset=utf-8');
  app.get(paths.style.pattern, (c) => send(c, style));
  app.get(paths.htmx.pattern, (c) => send(c, htmx));
  app.get(paths.script.pattern, (c) => send(c, script));
  app.get(paths.workflowSchema.pattern, (c) => send(c, schema));
}

function asset(files: string[], type: string): Asset {
  return assetOf(files.map((file) => readFileSync(file, 'utf8')).join('\n'), type);
}

function assetOf(body: string, type: string): Asset {
  return { body, type, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

function send(c: Context, { body, type, etag }: Asset): Response {
  const headers = { 'Content-Type': type, ETag: etag, 'Cache-Control': 'public, max-age=300, must-revalidate' };
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers);
  return c.body(body, 200, headers);
}

function view(name: string): string {
  return fileURLToPath(new URL(`../../views/${name}`, import.meta.url));
}
