import { paths } from '../paths.ts';
import { VisitorPage } from './frame.tsx';

/** Where an owner asks for a link. `problem` stands beside the field. */
export function SignInPage(props: { email: string; problem: string | null }) {
  return (
    <VisitorPage title="Sign in">
      <h1>Sign in</h1>
      <p>Owners of workflows sign in with a link that we mail to them. There is no password.</p>
      <SignInForm {...props} />
      <p class="quiet">Did somebody send you a link to decide something? You need no account: open the link in that mail.</p>
    </VisitorPage>
  );
}

/** The same for everybody who asks, so that nobody learns who owns a workflow. */
export function SignInSentPage() {
  return (
    <VisitorPage title="Look into your mail">
      <h1>Look into your mail</h1>
      <p>If this address owns a workflow, a link is on its way. It works once, for ten minutes.</p>
      <p class="quiet">
        Nothing there after a few minutes? Look into the folder for junk mail, or{' '}
        <a href={paths.signIn.to()}>ask for another link</a>. We send three an hour at most.
      </p>
    </VisitorPage>
  );
}

/** Opening the link changes nothing: programs that check mails open links, too. */
export function SignInConfirmPage(props: { email: string; link: string }) {
  return (
    <VisitorPage title="Sign in">
      <h1>Welcome back</h1>
      <form method="post" action={paths.signInLink.to({ link: props.link })}>
        <button class="button" type="submit">{`Sign in as ${props.email}`}</button>
      </form>
      <p class="quiet">Not you? Then close this page; nothing has happened.</p>
    </VisitorPage>
  );
}

/** The link was used, is too old, was replaced by a newer one, or was damaged on its way. */
export function SignInOverPage(props: { why: 'over' | 'damaged' }) {
  return (
    <VisitorPage title="This link does not work">
      <h1>{props.why === 'over' ? 'This link has been used or is too old' : 'This link is not complete'}</h1>
      <p>
        {props.why === 'over'
          ? 'A sign-in link works once, for a short time, and only the newest one works. Ask for a new one here.'
          : 'Perhaps your mail program broke it into two lines. Ask for a new one here, or copy the whole address from the mail.'}
      </p>
      <SignInForm email="" problem={null} />
    </VisitorPage>
  );
}

function SignInForm({ email, problem }: { email: string; problem: string | null }) {
  return (
    <form class="sign-in" method="post" action={paths.signIn.to()} novalidate>
      <div class={problem === null ? 'field' : 'field field-wrong'}>
        <label for="email">Your email address</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="email"
          required
          maxlength={254}
          value={email}
          aria-invalid={problem === null ? undefined : 'true'}
          aria-describedby={problem === null ? undefined : 'email-problem'}
        />
        {problem === null ? null : (
          <p class="problem" id="email-problem">
            {problem}
          </p>
        )}
      </div>
      <button class="button" type="submit">
        Send me a link
      </button>
    </form>
  );
}
