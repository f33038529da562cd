/** @jsxImportSource react */
import { type Content, quoted, strong, words } from './content.ts';
import { Layout } from './layout.tsx';
import { type RunMailProps, runFrame, titleOf } from './run-mail.ts';
import { anyonesLine, anyonesText, bytesInHtml } from './words.ts';

/** Somebody need not act any more in several things of one kind: one note for all of them. */
export type WithdrawnBundleProps = RunMailProps & {
  /** What each of them is called. */
  titles: string[];
  /** In the words of whoever withdrew them; empty for none. */
  reason: string;
};

// Gmail clips a mail at 102 KB.
const TITLES_BYTES = 40_000;

export function subject({ titles, workflowTitle }: WithdrawnBundleProps): string {
  return `Withdrawn: ${titles.length} × ${anyonesLine(workflowTitle, 100)}`;
}

export function content(props: WithdrawnBundleProps): Content {
  const { titles, workflowTitle, reason } = props;
  const opening = `These ${titles.length} are no longer needed from you.`;
  return {
    ...runFrame({ ...props, runTitle: `${titles.length} × ${workflowTitle}` }),
    preview: opening,
    blocks: [
      ...strong(opening),
      words('They have been withdrawn. You need not do anything. The link in your earlier mail now shows what became of them.'),
      ...quoted('No longer needed', listed(props)),
      ...quoted('The reason given', anyonesText(reason, 1000)),
    ],
  };
}

export function Mail(props: WithdrawnBundleProps) {
  return <Layout {...content(props)} />;
}

/** One line for each, as many as fit; the rest is counted. */
function listed(props: WithdrawnBundleProps): string {
  const lines = props.titles.map((runTitle) => `• ${titleOf({ ...props, runTitle })}`);
  let bytes = 0;
  const full = lines.findIndex((line) => {
    bytes += bytesInHtml(`${line}\n`);
    return bytes > TITLES_BYTES;
  });
  return full === -1 ? lines.join('\n') : [...lines.slice(0, full), `… and ${lines.length - full} more`].join('\n');
}
