import { createElement, type ReactElement } from 'react';
import { render } from 'react-email';
import * as bundle from './bundle.tsx';
import type { Content } from './content.ts';
import * as escalation from './escalation.tsx';
import * as handOff from './hand-off.tsx';
import * as moved from './moved.tsx';
import * as outcome from './outcome.tsx';
import { plainText } from './plain.ts';
import * as receipt from './receipt.tsx';
import * as reminder from './reminder.tsx';
import * as signIn from './sign-in.tsx';
import * as withdrawn from './withdrawn.tsx';
import * as withdrawnBundle from './withdrawn-bundle.tsx';

/** Every mail that Baton writes, by its occasion. */
export type Mail =
  | ({ kind: 'receipt' } & receipt.ReceiptProps)
  | ({ kind: 'hand_off' } & handOff.HandOffProps)
  | ({ kind: 'reminder' } & reminder.ReminderProps)
  | ({ kind: 'escalation' } & escalation.EscalationProps)
  | ({ kind: 'moved' } & moved.MovedProps)
  | ({ kind: 'withdrawn' } & withdrawn.WithdrawnProps)
  | ({ kind: 'outcome' } & outcome.OutcomeProps)
  | ({ kind: 'bundle' } & bundle.BundleProps)
  | ({ kind: 'withdrawn_bundle' } & withdrawnBundle.WithdrawnBundleProps)
  | ({ kind: 'sign_in' } & signIn.SignInProps);

/** A mail ready to be sent: one line of subject, and the same content in two forms with the same link. */
export type Rendered = { subject: string; html: string; text: string };

type Occasion<Props> = {
  subject(props: Props): string;
  content(props: Props): Content;
  Mail(props: Props): ReactElement;
};

/** The only door to the mails. The same props give the same bytes. */
export function renderMail(mail: Mail): Promise<Rendered> {
  switch (mail.kind) {
    case 'receipt':
      return rendered(receipt, mail);
    case 'hand_off':
      return rendered(handOff, mail);
    case 'reminder':
      return rendered(reminder, mail);
    case 'escalation':
      return rendered(escalation, mail);
    case 'moved':
      return rendered(moved, mail);
    case 'withdrawn':
      return rendered(withdrawn, mail);
    case 'outcome':
      return rendered(outcome, mail);
    case 'bundle':
      return rendered(bundle, mail);
    case 'withdrawn_bundle':
      return rendered(withdrawnBundle, mail);
    case 'sign_in':
      return rendered(signIn, mail);
  }
}

async function rendered<Props extends object>({ subject, content, Mail }: Occasion<Props>, props: Props): Promise<Rendered> {
  return { subject: subject(props), html: await render(createElement(Mail, props)), text: plainText(content(props)) };
}
