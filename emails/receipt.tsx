/** @jsxImportSource react */
import { action, type Content, facts, small, words } from './content.ts';
import { Layout } from './layout.tsx';
import { type RunMailProps, runFrame, titleOf } from './run-mail.ts';
import type { Fact } from './words.ts';

/** Somebody started a run: we have it, this is what they sent, here is where it can be followed. */
export type ReceiptProps = RunMailProps & {
  facts: Fact[];
  statusUrl: string;
};

export function subject(props: ReceiptProps): string {
  return `We have it: ${titleOf(props)}`;
}

export function content(props: ReceiptProps): Content {
  return {
    ...runFrame(props),
    preview: 'Your request is on its way. You need not do anything now.',
    blocks: [
      words('Thank you, your request is on its way. You need not do anything now.'),
      ...facts(props.facts),
      action('See where it is', props.statusUrl),
      small(
        'Keep this mail: its link always shows who has it. Never asked for this? Then somebody gave your address by mistake, and you can ignore it.',
      ),
    ],
  };
}

export function Mail(props: ReceiptProps) {
  return <Layout {...content(props)} />;
}
