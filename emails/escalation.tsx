/** @jsxImportSource react */
import type { MoveReason } from '../machines/outcome.ts';
import { type AskingProps, askerWords, askingContent, askingSubject } from './asking.ts';
import { type Content, words } from './content.ts';
import { Layout } from './layout.tsx';
import { personLine } from './words.ts';

/** A hand-off came to somebody from somebody else. */
export type EscalationProps = AskingProps & {
  /** Who had it until now: `Max Vogel (max@example.com)`. */
  from: string;
  why: MoveReason;
};

const WHY: Record<MoveReason, string> = {
  escalated: ', and no answer came in time. It is with you now.',
  reassigned: ' and has been handed to you.',
};

export function subject(props: EscalationProps): string {
  return askingSubject('Now with you', props);
}

export function content(props: EscalationProps): Content {
  const moved = `This was with ${personLine(props.from)}${WHY[props.why]}`;
  return askingContent(props, words(`${moved} ${askerWords(props)}`));
}

export function Mail(props: EscalationProps) {
  return <Layout {...content(props)} />;
}
