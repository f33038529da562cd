import { z } from 'zod';
import type { DocumentEffect } from '../../machines/outcome.ts';
import { printAside } from '../documents/print.ts';
import { findFile, keepMade } from '../files.ts';
import type { Portal } from '../portal.ts';
import type { ClaimedEffect } from './outbox.ts';
import type { Performer } from './perform.ts';

type Asked = Omit<DocumentEffect, 'kind'>;

// Written by our own steps into our own table; the shape is checked where a step makes it.
const BODY = z.custom<Asked>((body) => typeof body === 'object' && body !== null && 'text' in body && 'into' in body);

/**
 * Makes documents and keeps them under the effect's id: made twice, it is one file. What was kept first stays, so that its
 * hash never changes.
 */
export function createDocumentPerformer({ sql, clock }: Pick<Portal, 'sql' | 'clock'>): Performer {
  return async (effect) => {
    const asked = BODY.parse(effect.body);
    const began = clock.nowMs();
    const file =
      (await findFile(sql, effect.id)) ?? (await keepMade({ sql, clock }, { id: effect.id, ...(await made(effect, asked)) }));
    const record = { to: file.name, status: null, tookMs: clock.nowMs() - began, note: `SHA-256 ${file.sha256}` };
    const told = { type: 'effect_done' as const, effect: effect.id, result: { status: 200, saved: { [asked.into]: file } } };
    return { record, told };
  };
}

async function made(effect: ClaimedEffect, { title, name, format, text }: Asked) {
  if (format === 'markdown') return { name, type: 'text/markdown', bytes: new TextEncoder().encode(text) };
  const printed = { title, text, footer: effect.title ?? title, at: effect.created_at };
  return { name, type: 'application/pdf', bytes: await printAside(printed) };
}
