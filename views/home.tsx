import { Layout } from './layout.tsx';
import { paths } from './paths.ts';

// Of the shipped workflows the one that the README walks through.
const SIMPLEST = 'expense-approval';

/** A workflow that anybody may start. */
export type Startable = { workflow: string; title: string; description: string };

/** The first page: what Baton is, what to do next, and everything that can be asked for. */
export function HomePage({ startable, hasMailbox }: { startable: Startable[]; hasMailbox: boolean }) {
  const first = startable.find(({ workflow }) => workflow === SIMPLEST) ?? startable[0];
  return (
    <Layout title="Welcome">
      <h1>Work that moves by itself from person to person</h1>
      <p class="lead narrow-text">
        Baton takes a request through everybody who has to act on it. Each of them gets one email with one button; nobody needs an
        account, and anybody involved can see where it is.
      </p>
      {hasMailbox ? <FirstSteps first={first} /> : null}
      <h2>{startable.length === 0 ? 'Nothing can be asked for yet' : 'What you can ask for'}</h2>
      {startable.length === 0 ? <p>An owner publishes workflows with "baton publish FILE".</p> : null}
      <ul class="offers">
        {startable.map(({ workflow, title, description }) => (
          <li class="card">
            <h3>{title}</h3>
            {description === '' ? null : <p>{description}</p>}
            <p>
              <a class="button secondary" href={paths.start.to({ workflow })} aria-label={`Start: ${title}`}>
                Start
              </a>
            </p>
          </li>
        ))}
      </ul>
      <p class="quiet">
        Do you own a workflow? <a href={paths.signIn.to()}>Sign in</a> to see its requests and to edit its guidance.
      </p>
    </Layout>
  );
}

function FirstSteps({ first }: { first: Startable | undefined }) {
  return (
    <ol class="next" aria-label="Three things to try">
      <li>
        <h2>Send a request</h2>
        <p>Fill in a form as an employee would. Use any addresses you like: no mail leaves this machine.</p>
        <a class="button" href={first === undefined ? paths.home.to() : paths.start.to({ workflow: first.workflow })}>
          {first === undefined ? 'Nothing published yet' : `Try: ${first.title}`}
        </a>
      </li>
      <li>
        <h2>Look into the mailbox</h2>
        <p>Every mail that Baton would have sent waits there. Open the manager's, press its button and decide.</p>
        <a class="button secondary" href={paths.mailbox.to()}>
          Open the mailbox
        </a>
      </li>
      <li>
        <h2>Sign in as owner</h2>
        <p>Use the one-time link that was printed when Baton started, or ask for one by email.</p>
        <a class="button secondary" href={paths.signIn.to()}>
          Sign in
        </a>
      </li>
    </ol>
  );
}
