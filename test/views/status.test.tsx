import { describe, expect, test } from 'vitest';
import { type Standing, StatusPage } from '../../views/status.tsx';

const AT = '2026-03-02T09:00:00.000Z';
const WHO = { email: 'mara@example.com', name: 'Mara' };

describe('the page that shows where a request is', () => {
  test.each<[Standing, string]>([
    [{ is: 'waiting', who: WHO, stage: 'Review', since: AT, dueAt: AT, late: false }, 'It is due'],
    [{ is: 'waiting', who: WHO, stage: 'Review', since: AT, dueAt: AT, late: true }, 'It was due'],
    [{ is: 'working', stage: 'Pay' }, 'nobody has to act'],
    [{ is: 'stuck', stage: 'Pay' }, 'You need not do anything'],
    [{ is: 'done', at: AT, mailed: true }, 'You got the outcome by email'],
    [{ is: 'cancelled', at: AT }, 'Cancelled on Monday, 2 March 2026, 09:00 (UTC)'],
  ])('says in words: %j', (standing, words) => {
    expect(page(standing)).toContain(words);
  });

  test('tells what happened in one step under one moment', () => {
    const html = page({ is: 'working', stage: 'Review' });
    expect(html).toContain('<div>The request was sent.</div><div>Handed to Mara for: Review.</div>');
    expect(html.match(/<time/g)).toHaveLength(1);
  });
});

function page(standing: Standing): string {
  return String(
    <StatusPage
      title="Expense of $90.00"
      workflowTitle="Expense approval"
      version={3}
      here="/s/link"
      standing={standing}
      stages={[{ title: 'Review', is: 'current' }]}
      either={['Pay', 'Tell the employee']}
      facts={[]}
      history={[
        {
          at: AT,
          happened: [
            { what: 'started', by: { email: 'emma@example.com', name: 'Emma' } },
            { what: 'entered', stage: 'review', round: 1 },
            { what: 'handed_off', handOff: 'h', stage: 'review', to: WHO, dueAt: null, silent: false },
          ],
        },
      ]}
      words={{
        starter: { email: 'emma@example.com', name: 'Emma' },
        timezone: 'UTC',
        stageTitle: () => 'Review',
        roleOf: () => 'Manager',
      }}
      contact="ops@example.com"
    />,
  );
}
