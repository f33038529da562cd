import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, tell } from '../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('event-tickets', 'TICKETS', ['attendee-ticket']);
});

afterAll(() => stage.close());

const START = { starter_email: 'olga@example.com', event_name: 'Open day', event_on: '2030-01-10' };

describe('a list that is pasted', () => {
  test.each([
    ['as a spreadsheet copies it', 'Ada\tada@example.com\thall\nBen\tben@example.com\tBalcony\n'],
    ['with commas and options as people call them', 'Ada, ada@example.com, Hall\n\nBen, ben@example.com, balcony'],
    ['with semicolons', 'Ada; ada@example.com; hall\r\nBen; ben@example.com; balcony\r\n'],
  ])('%s makes a row of each line', async (_, pasted) => {
    const run = await stage.start({ ...START, 'attendees.pasted': pasted });
    expect(await run.values('attendees')).toEqual({
      attendees: [
        { name: 'Ada', email: 'ada@example.com', seat: 'hall' },
        { name: 'Ben', email: 'ben@example.com', seat: 'balcony' },
      ],
    });
  });

  test('comes after what was typed', async () => {
    const typed = { 'attendees.0.name': 'Cleo', 'attendees.0.email': 'cleo@example.com', 'attendees.0.seat': 'online' };
    const run = await stage.start({ ...START, ...typed, 'attendees.pasted': 'Ada,ada@example.com,hall' });
    const { attendees } = await run.values('attendees');
    expect(attendees).toMatchObject([{ name: 'Cleo' }, { name: 'Ada' }]);
  });

  test('with faults comes back as it was, and each is told with its line', async () => {
    const pasted = 'Ada,ada@example.com,hall\nBen,nowhere,hall\nCleo,cleo@example.com,roof\nDan,dan@example.com,hall,more';
    const page = await stage.startRefused({ ...START, 'attendees.pasted': pasted });
    for (const words of ['Line 2:', 'Line 3:', 'Line 4 has more than 3 parts.', 'Ben,nowhere,hall'])
      expect(page.html).toContain(words);
  });

  test('may have as many lines as the list may have rows', async () => {
    const line = (n: number) => `Guest ${n},guest${n}@example.com,online`;
    const page = await stage.startRefused({
      ...START,
      'attendees.pasted': Array.from({ length: 501 }, (_, n) => line(n)).join('\n'),
    });
    expect(page.html).toContain('Please give 500 attendees at most.');
  });
});
