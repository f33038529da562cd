/** @jsxImportSource react */
import { type Content, quoted, strong, words } from './content.ts';
import { Layout } from './layout.tsx';
import { type RunMailProps, runFrame, titleOf } from './run-mail.ts';
import { anyonesText } from './words.ts';

/** Somebody need not act any more, since nobody needs to. */
export type WithdrawnProps = RunMailProps & {
  stageTitle: string;
  /** In the words of whoever withdrew it; empty for none. */
  reason: string;
};

export function subject(props: WithdrawnProps): string {
  return `Withdrawn: ${titleOf(props)}`;
}

export function content(props: WithdrawnProps): Content {
  return {
    ...runFrame(props),
    preview: 'This is no longer needed from you.',
    blocks: [
      ...strong('This is no longer needed from you.'),
      words('It has been withdrawn. You need not do anything. The link in your earlier mail now only shows what became of it.'),
      ...quoted('The reason given', anyonesText(props.reason, 1000)),
    ],
  };
}

export function Mail(props: WithdrawnProps) {
  return <Layout {...content(props)} />;
}
