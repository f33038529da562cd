import { Refusal } from '../errors.ts';
import type { Linked, LinkPurpose } from '../hand-offs/links.ts';
import type { Portal } from '../portal.ts';

/**
 * What a link opens. Throws Refusal 404 for one that was damaged on the way and 403 for one that another portal made (or
 * this one, under a key that it no longer has); neither says anything about what it might have opened.
 */
export function openLink({ links }: Portal, purpose: LinkPurpose, text: string): Linked {
  const verified = links.verify(purpose, text);
  if (verified.is === 'good') return verified.linked;
  if (verified.is === 'other_key') {
    throw new Refusal(
      403,
      'other_key',
      'This link was made by another portal, or its key was changed since. Please ask whoever sent it for a new one.',
    );
  }
  throw new Refusal(
    404,
    'damaged_link',
    'A part of it is missing or was changed on the way. Please open it from the email again, or copy all of it.',
  );
}
