/** @jsxImportSource react */
import { type Content, fitting, quoted } from './content.ts';
import { Layout } from './layout.tsx';
import { type RunMailProps, runFrame, titleOf } from './run-mail.ts';
import { anyonesLine, ownersText } from './words.ts';

/** A mail in the owner's own words, as an email component of the workflow has it. It carries no link of ours. */
export type OutcomeProps = RunMailProps & {
  subject: string;
  /** Plain text; a blank line begins a paragraph. */
  body: string;
};

const BODY_BYTES = 60_000;

export function subject(props: OutcomeProps): string {
  return anyonesLine(props.subject, 180) || titleOf(props);
}

export function content(props: OutcomeProps): Content {
  const body = fitting(ownersText(props.body, BODY_BYTES), BODY_BYTES);
  return {
    ...runFrame(props),
    heading: subject(props),
    preview: ownersText(body.replace(/\s+/g, ' '), 120),
    blocks: quoted('', body),
  };
}

export function Mail(props: OutcomeProps) {
  return <Layout {...content(props)} />;
}
