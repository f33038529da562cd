/** @jsxImportSource react */
import { action, type Content, PORTAL, small, words } from './content.ts';
import { Layout } from './layout.tsx';
import { anyonesLine } from './words.ts';

/** The link with which an owner signs in. */
export type SignInProps = {
  url: string;
  /** Until when it works: `Friday, 20 November 2026, 14:40 (UTC)`. */
  expiresText: string;
};

export function subject(_props: SignInProps): string {
  return `Sign in to ${PORTAL}`;
}

export function content(props: SignInProps): Content {
  const until = `The link works once, until ${anyonesLine(props.expiresText)}.`;
  return {
    preview: until,
    kicker: '',
    heading: subject(props),
    blocks: [
      words(`Somebody, most likely you, asked to sign in to ${PORTAL} with this address. ${until}`),
      action('Sign in', props.url),
      small('Not you? Then ignore this mail: nobody can sign in without it. Never pass the link on.'),
    ],
    foot: `Sent by ${PORTAL}.`,
  };
}

export function Mail(props: SignInProps) {
  return <Layout {...content(props)} />;
}
