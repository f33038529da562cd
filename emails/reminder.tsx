/** @jsxImportSource react */
import { type AskingProps, askerWords, askingContent, askingSubject } from './asking.ts';
import { type Content, words } from './content.ts';
import { Layout } from './layout.tsx';
import { anyonesLine } from './words.ts';

/** Somebody has not answered yet: everything they need again, so that the first mail need not be looked for. */
export type ReminderProps = AskingProps & {
  /** Since when it has been with them: `Friday, 20 November 2026, 15:30 (Europe/Berlin)`. */
  sinceText: string;
};

export function subject(props: ReminderProps): string {
  return askingSubject('Reminder', props);
}

export function content(props: ReminderProps): Content {
  const waits = `A reminder: this has been with you since ${anyonesLine(props.sinceText)}.`;
  return askingContent(props, words(`${waits} ${askerWords(props)}`));
}

export function Mail(props: ReminderProps) {
  return <Layout {...content(props)} />;
}
