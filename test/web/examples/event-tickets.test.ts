import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('event-tickets', 'TICKETS', ['attendee-ticket']);
});

afterAll(() => stage.close());

const seats = ['hall', 'balcony', 'online'];

function attendees(count: number) {
  return Array.from({ length: count }, (_, n) => ({ name: `Guest ${n}`, email: `guest${n}@example.com`, seat: seats[n % 3] }));
}

test('each of twelve attendees gets one ticket by mail, and the organiser hears of it once', async () => {
  const run = await stage.startByApi('olga@example.com', {
    event_name: 'Open day',
    event_on: '2030-01-10',
    attendees: attendees(12),
  });
  expect(await run.where()).toBe('done');
  const keys = stage.world.sink.calls.map(({ headers }) => headers['idempotency-key']);
  expect([keys.length, new Set(keys).size]).toEqual([12, 12]);
  expect(stage.world.sink.calls[0]?.json).toMatchObject({
    email: expect.stringContaining('guest'),
    seat: expect.stringMatching(/hall|balcony|online/i),
  });
  const letters = (await stage.world.letters({ kind: 'outcome' })).filter(({ to }) => to.startsWith('guest'));
  expect([letters.length, new Set(letters.map(({ to }) => to)).size]).toEqual([12, 12]);
  expect(letters[0]?.attachments).toHaveLength(1);
  const mail = await run.mail('olga@example.com');
  expect(mail.subject).toBe('12 of 12 tickets for Open day are out');
  expect(mail.text).toMatch(/guest0@example\.com[\s\S]*guest11@example\.com/);
});

test('a ticket that cannot be made holds up nobody; the organiser looks after it two days later', async () => {
  stage.world.sink.answer = ({ json }) =>
    JSON.stringify(json).includes('guest1@')
      ? { status: 400, json: { error: 'no such seat' } }
      : { status: 201, json: { id: 'T-1' } };
  const run = await stage.startByApi('olga@example.com', { event_name: 'Gala', event_on: '2030-01-11', attendees: attendees(3) });
  expect(await run.children()).toEqual([
    'guest0@example.com: arrived',
    'guest1@example.com: open',
    'guest2@example.com: arrived',
  ]);
  await stage.world.advance('2d');
  expect(await run.where()).toBe('check');
  expect((await run.page('olga@example.com')).html).toMatch(/guest1@example\.com[\s\S]*Not sent/);
  await run.act('olga@example.com', {});
  expect((await run.mail('olga@example.com')).subject).toBe('2 of 3 tickets for Gala are out');
});

test('no attendees, no tickets', async () => {
  await expect(
    stage.startByApi('olga@example.com', { event_name: 'Nothing', event_on: '2030-01-12', attendees: [] }),
  ).rejects.toThrow('1 attendee');
});
