/** @jsxImportSource react */
import { action, type Content, facts, small, words } from './content.ts';
import { Layout } from './layout.tsx';
import { contactOf, type RunMailProps, runFrame } from './run-mail.ts';
import { anyonesLine, personLine } from './words.ts';

/** Several things of one kind that the same person is asked at the same time: one letter, each decided by itself. */
export type BundleProps = RunMailProps & {
  occasion: 'hand_off' | 'reminder' | 'escalation';
  /** The address of whoever is asked. */
  to: string;
  asks: string;
  items: { title: string; dueText: string | null }[];
  /** The page on which all of them stand. */
  url: string;
};

export function subject({ occasion, items, workflowTitle }: BundleProps): string {
  const opening = { hand_off: 'Please decide', reminder: 'Reminder', escalation: 'Now with you' }[occasion];
  return `${opening}: ${items.length} × ${anyonesLine(workflowTitle, 100)}`;
}

export function content(props: BundleProps): Content {
  const { items, asks, to, url, occasion } = props;
  const count = `${items.length} answers`;
  const opening = {
    hand_off: `${personLine(asks)} asks for ${count} of yours.`,
    reminder: `A reminder: ${count} of yours are still missing.`,
    escalation: `${count} that others did not give are asked of you now.`,
  }[occasion];
  const contact = contactOf(props);
  const mistaken = contact === '' ? '' : ` Not you? Ask ${contact} to send it to the right person.`;
  const frame = runFrame({ ...props, runTitle: `${items.length} × ${props.workflowTitle}` });
  return {
    ...frame,
    preview: opening,
    blocks: [
      words(`${opening} Each is decided by itself, in any order.`),
      ...facts(items.map(({ title, dueText }) => ({ label: title, text: dueText === null ? 'open' : `by ${dueText}` }))),
      action('Open all of them', url),
      small(`You need no account. This link is for ${anyonesLine(to, 254)} alone.${mistaken}`),
    ],
    foot: `${frame.foot} An answer to this mail does not count; please use the link.`,
  };
}

export function Mail(props: BundleProps) {
  return <Layout {...content(props)} />;
}
