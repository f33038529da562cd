import { counted } from './words.ts';

/** What an act would do to a run: sentences of what happens, a line for each mail, and the runs below that end with it. */
export type ForeseenLines = { happens: string[]; mails: string[]; takenBack: number };

/** What would happen, and who would be written to. */
export function Foreseen({ lines }: { lines: ForeseenLines }) {
  const { happens, mails, takenBack } = lines;
  return (
    <div class="foreseen">
      <p>Its history will say:</p>
      <ul>
        {happens.map((sentence) => (
          <li>{sentence}</li>
        ))}
        {takenBack === 0 ? null : (
          <li>
            {counted(takenBack, 'run')} below {takenBack === 1 ? 'is' : 'are'} taken back; whoever has{' '}
            {takenBack === 1 ? 'it' : 'them'} is told by mail.
          </li>
        )}
      </ul>
      {mails.length === 0 ? (
        <p class="quiet">Nobody gets a mail from this run.</p>
      ) : (
        <>
          <p>{mails.length === 1 ? 'One mail goes out:' : `${mails.length} mails go out:`}</p>
          <ul>
            {mails.map((mail) => (
              <li>{mail}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
