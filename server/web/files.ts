import type { Context, Hono } from 'hono';
import { isVisibleTo } from '../../machines/hand-offs.ts';
import { askingOf } from '../../machines/questions/asking.ts';
import { questionsOf } from '../../machines/questions/question.ts';
import { type FileReference, filesIn } from '../../machines/values.ts';
import { paths } from '../../views/paths.ts';
import { notFound } from '../errors.ts';
import { readFileBytes } from '../files.ts';
import { findHandOff } from '../hand-offs/find.ts';
import type { Portal } from '../portal.ts';
import { openLink } from './links.ts';

/** Files that a hand-off shows or asks for, for the person with its link. */
export function mountFiles(app: Hono, portal: Portal): void {
  app.get(paths.file.pattern, async (c) => {
    const found = await findHandOff(portal, openLink(portal, 'hand-off', c.req.param('link') ?? ''));
    const isTheirs = found?.state.is === 'open' || found?.state.is === 'decided';
    if (found === null || !isTheirs) throw notFound('such file');
    const { definition } = found.published;
    const asking = askingOf(definition, found);
    const keys = [...asking.shows, ...questionsOf(asking).map(({ key }) => key)];
    const visible = keys.filter((key) => isVisibleTo(definition, key, found.actor));
    const files = visible.flatMap((key) => filesIn(found.facts[key]?.value ?? ''));
    const file = files.find(({ id }) => id === c.req.param('file'));
    if (file === undefined) throw notFound('such file');
    return sendFile(c, portal, file);
  });
}

/** Sends a file to be saved, never to be shown inside a page of ours. */
export async function sendFile(c: Context, { sql }: Portal, file: FileReference): Promise<Response> {
  const bytes = await readFileBytes(sql, file.id);
  if (bytes === null) throw notFound('such file');
  const ascii = file.name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return c.body(bytes, 200, {
    'Content-Type': file.type,
    'Content-Disposition': `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, escapeMore)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
}

// RFC 5987 allows fewer characters than encodeURIComponent leaves alone.
function escapeMore(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
