/** @jsxImportSource react */
import type { MoveReason } from '../machines/outcome.ts';
import { type Content, strong, words } from './content.ts';
import { Layout } from './layout.tsx';
import { type RunMailProps, runFrame, titleOf } from './run-mail.ts';
import { personLine } from './words.ts';

/** Somebody need not act any more, since somebody else has it now. */
export type MovedProps = RunMailProps & {
  stageTitle: string;
  /** Who has it now: `Finance (finance@example.com)`. */
  now: string;
  why: MoveReason;
};

const WHY: Record<MoveReason, string> = {
  escalated: 'No answer came in time, so it went on by itself.',
  reassigned: 'Somebody who looks after this process handed it on.',
};

export function subject(props: MovedProps): string {
  return `No longer needed from you: ${titleOf(props)}`;
}

export function content(props: MovedProps): Content {
  const now = `${personLine(props.now)} has it now.`;
  return {
    ...runFrame(props),
    preview: now,
    blocks: [
      ...strong('This is no longer needed from you.'),
      words(`${now} ${WHY[props.why]}`),
      words('You need not do anything. The link in your earlier mail now only shows what became of it.'),
    ],
  };
}

export function Mail(props: MovedProps) {
  return <Layout {...content(props)} />;
}
