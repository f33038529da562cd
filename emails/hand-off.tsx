/** @jsxImportSource react */
import { type AskingProps, askerWords, askingContent, askingSubject, asksThemselves } from './asking.ts';
import { type Content, words } from './content.ts';
import { Layout } from './layout.tsx';

/** It is somebody's turn: who asks, for what, by when, with the facts and one button. */
export type HandOffProps = AskingProps & {
  /** How often the run has come to this stage; above 1 it came back. */
  round: number;
};

export function subject(props: HandOffProps): string {
  return askingSubject(openingWords(props), props);
}

export function content(props: HandOffProps): Content {
  const again = props.round > 1 ? ` It has come back to you: this is round ${props.round}.` : '';
  return askingContent(props, words(askerWords(props) + again));
}

export function Mail(props: HandOffProps) {
  return <Layout {...content(props)} />;
}

function openingWords(props: HandOffProps): string {
  if (asksThemselves(props)) return 'Your request needs you';
  return props.round > 1 ? 'Back with you' : 'Please decide';
}
