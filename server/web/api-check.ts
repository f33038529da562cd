import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { sarifOf } from '../../machines/check/sarif.ts';
import { paths } from '../../views/paths.ts';
import { checkSource } from '../checking/check-source.ts';
import type { Portal } from '../portal.ts';
import { contractFindings } from '../workflows/contract.ts';
import { type ApiEnv, keyOnly, LARGEST, problem, tooLarge, valid } from './api.ts';

const ASKED = z.object({
  format: z.enum(['json', 'sarif']).default('json'),
  file: z.string().min(1).max(300).default('workflow.yaml'),
});

/** What programs may ask of a workflow file before it is published: what is wrong with it. Nothing is kept. */
export function mountApiCheck(app: Hono, portal: Portal): void {
  const api = new Hono<ApiEnv>();
  api.onError((error, c) => problem(c, error, portal));

  api.post(paths.apiCheck.pattern, keyOnly(portal), bodyLimit({ maxSize: LARGEST, onError: tooLarge }), async (c) => {
    const { format, file } = valid(ASKED, c.req.query());
    const source = await c.req.text();
    const checked = await checkSource(source, file);
    const { definition } = checked;
    const broken = definition === null ? [] : await contractFindings(portal.library, [{ source, definition, file }]);
    const findings = [...checked.findings, ...broken];
    if (format === 'json') return c.json({ findings });
    return c.body(JSON.stringify(sarifOf(findings)), 200, { 'Content-Type': 'application/sarif+json' });
  });

  app.route('/', api);
}
