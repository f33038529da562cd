import { paths } from '../paths.ts';
import { Foreseen, type ForeseenLines } from './foreseen.tsx';
import { OwnerPage } from './frame.tsx';
import { counted } from './words.ts';

export type ActsPageProps = {
  owner: string;
  heading: string;
  runs: { id: string; title: string; standing: string; foreseen: ForeseenLines | null; why: string | null }[];
  /** What is sent again to make it happen. */
  hidden: [string, string][];
  /** Where to go when nothing is to happen. */
  back: string;
};

/** What would happen to each of several runs, before anything does. */
export function ActsPage({ owner, heading, runs, hidden, back }: ActsPageProps) {
  const able = runs.filter(({ foreseen }) => foreseen !== null);
  return (
    <OwnerPage title={heading} owner={owner} here="runs">
      <h1>{heading}</h1>
      <p class="lead">
        {able.length === runs.length
          ? `This is what will happen to ${counted(runs.length, 'run')}.`
          : `${counted(able.length, 'run')} of ${runs.length} can do this; the others stay as they are.`}
      </p>
      <ul class="acts">
        {runs.map(({ id, title, foreseen, why }) => (
          <li>
            <h2>
              <a href={paths.run.to({ run: id })}>{title}</a>
            </h2>
            {foreseen === null ? <p class="attention">Stays as it is: {why}</p> : <Foreseen lines={foreseen} />}
          </li>
        ))}
      </ul>
      <form method="post" action={paths.acts.to()}>
        {hidden.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {able.map(({ id, standing }) => (
          <input type="hidden" name="sure" value={`${id} ${standing}`} />
        ))}
        <p class="buttons">
          {able.length === 0 ? null : (
            <button class="button" type="submit">
              Do it{able.length === 1 ? '' : ` to ${able.length} runs`}
            </button>
          )}{' '}
          <a href={back}>{able.length === 0 ? 'Back' : 'Leave everything as it is'}</a>
        </p>
      </form>
    </OwnerPage>
  );
}

export type ActedPageProps = {
  owner: string;
  heading: string;
  runs: { id: string; title: string; why: string | null }[];
  back: string;
};

/** What became of each of several runs. */
export function ActedPage({ owner, heading, runs, back }: ActedPageProps) {
  const stayed = runs.filter(({ why }) => why !== null);
  return (
    <OwnerPage title={heading} owner={owner} here="runs">
      <h1>{heading}</h1>
      <p class={stayed.length === 0 ? 'notice notice-good' : 'notice'} role="status">
        {counted(runs.length - stayed.length, 'run')} done{stayed.length === 0 ? '.' : `, ${stayed.length} stayed as they were.`}
      </p>
      <ul class="moves">
        {runs.map(({ id, title, why }) => (
          <li>
            <span aria-hidden="true">{why === null ? '✓' : '–'}</span>
            <div>
              <a href={paths.run.to({ run: id })}>{title}</a>
              {why === null ? null : (
                <p class="quiet">
                  <strong class="attention">Stays as it is: {why}</strong>
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      <p>
        <a href={back}>Back to the runs</a>
      </p>
    </OwnerPage>
  );
}
