import { action, type Block, type Content, facts, fitting, quoted, small, strong } from './content.ts';
import { contactOf, type RunMailProps, runFrame, titleOf } from './run-mail.ts';
import { anyonesLine, type Fact, personLine, plainMarkdown } from './words.ts';

/** What the three mails that ask for something have in common: hand-off, reminder and escalation. */
export type AskingProps = RunMailProps & {
  stageTitle: string;
  /** The address of whoever is asked. */
  to: string;
  /** Who started the run: `Ana Petrova (ana@example.com)`. */
  asks: string;
  facts: Fact[];
  /** `Tuesday, 24 November 2026, 09:00 (Europe/Berlin)`. */
  dueText: string | null;
  /** `Tue 24 November`. */
  dueDay: string | null;
  /** Markdown of the owner's; empty for none. */
  guidance: string;
  url: string;
};

const GUIDANCE_CHARACTERS = 1500;
const GUIDANCE_BYTES = 6000;

/** `Please decide: Expense of $7,500.00 (by Tue 24 November)`. */
export function askingSubject(opening: string, props: AskingProps): string {
  const title = titleOf(props);
  return props.dueDay === null ? `${opening}: ${title}` : `${opening}: ${title} (by ${anyonesLine(props.dueDay, 40)})`;
}

/** True when a request came back to the person who made it. */
export function asksThemselves({ asks, to }: AskingProps): boolean {
  return asks === to || asks.endsWith(`(${to})`);
}

/** `Ana Petrova (ana@example.com) asks for your answer.` */
export function askerWords(props: AskingProps): string {
  if (asksThemselves(props)) return 'Your own request needs something from you before it can go on.';
  return `${personLine(props.asks)} asks for your answer.`;
}

/**
 * A mail that asks: who asks and by when, the facts, the button, whose link it is. The guidance comes last, so that the
 * button is never far down.
 */
export function askingContent(props: AskingProps, opening: Block): Content {
  const due = props.dueText === null ? '' : `Please answer by ${anyonesLine(props.dueText)}.`;
  const frame = runFrame(props);
  return {
    ...frame,
    preview: `${askerWords(props)} ${due}`.trim(),
    blocks: [
      opening,
      ...strong(due),
      ...facts(props.facts),
      action('Open the request', props.url),
      small(whoseLink(props)),
      ...quoted('What to look for', fitting(plainMarkdown(props.guidance, GUIDANCE_CHARACTERS), GUIDANCE_BYTES)),
    ],
    foot: `${frame.foot} An answer to this mail does not count; please use the link.`,
  };
}

function whoseLink(props: AskingProps): string {
  const contact = contactOf(props);
  const mistaken = contact === '' ? '' : ` Not you? Ask ${contact} to send it to the right person.`;
  return `You need no account. This link is for ${anyonesLine(props.to, 254)} alone.${mistaken}`;
}
