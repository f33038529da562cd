import type { Definition } from '../../machines/definition.ts';
import type { MailEffect } from '../../machines/outcome.ts';
import type { ForeseenLines } from '../../views/owner/foreseen.tsx';
import { lineOf } from '../../views/owner/happening.ts';
import { MAIL_WORDS } from '../../views/owner/words.ts';
import type { Foreseen } from '../runs/acts.ts';

/** What an act would do to a run, in sentences: what happens, and who gets which mail. */
export function foreseenLines(definition: Definition, { outcome, takenBack }: Extract<Foreseen, { does: true }>): ForeseenLines {
  if (outcome === null) return { happens: ['What failed is tried once more.'], mails: [], takenBack };
  const happens = outcome.happened
    .filter(({ what }) => what !== 'steered' && what !== 'mailed' && what !== 'cancelled' && what !== 'reopened')
    .map((one) => lineOf(one, definition).text);
  const mails = outcome.effects.flatMap((effect) => (effect.kind === 'mail' ? [mailWords(effect.mail)] : []));
  const ends = outcome.status === 'cancelled' ? ['The run ends, cancelled.'] : [];
  const again = outcome.rearmed.length > 0 ? ['What failed is tried once more.'] : [];
  return { happens: [...happens, ...again, ...ends], mails, takenBack };
}

function mailWords(mail: MailEffect['mail']): string {
  return `${mail.to.email}: ${mail.is === 'outcome' ? mail.subject : MAIL_WORDS[mail.is].toLowerCase()}`;
}
