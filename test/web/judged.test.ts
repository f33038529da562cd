import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MessagesApi, openMessagesApi } from '../world/messages-api.ts';
import { publish } from '../world/publish.ts';
import { openWorld, type World } from '../world/world.ts';

const JUDGED = `
workflow: judged
title: Requests
owners: [ops@example.com]
actors:
  legal: { title: Legal, email: legal@example.com }
  finance: { title: Finance, email: finance@example.com }
  triage: { title: Triage, email: triage@example.com }
data:
  text: { type: long_text, label: Request }
  secret_note: { type: text, label: Note, visible_to: [legal], optional: true }
  answer: { type: text, label: Answer }
judgement: { confidence: 0.8, tokens: 4000, time_limit: 1 }
triggers:
  - form: { collects: [text, secret_note] }
stages:
  sort:
    title: Sort
    actor: system
    decider: triage
    guidance: Contracts go to legal, money goes to finance.
    components: [{ note: { text: Sorted by what is written. } }]
    next:
      - { to: for_legal, guidance: It is about a contract. }
      - { to: for_finance, guidance: It is about money. }
  for_legal: { title: For legal, actor: legal, components: [{ form: { shows: [text, secret_note], collects: [answer] } }] }
  for_finance: { title: For finance, actor: finance, components: [{ form: { shows: [text], collects: [answer] } }] }
`;

let world: World;
let api: MessagesApi;

beforeAll(async () => {
  api = await openMessagesApi();
  world = await openWorld({
    ANTHROPIC_API_KEY: 'sk-ant-canary-0123456789',
    ANTHROPIC_BASE_URL: api.url,
    BATON_MODEL: 'claude-test',
  });
  await publish(world, JUDGED);
});

afterAll(async () => {
  await world.close();
  await api.close();
});

async function request(email: string): Promise<string> {
  const visitor = world.visitor();
  const page = await visitor.get('/start/judged');
  const sent = await visitor.submit(page, {
    starter_email: email,
    text: 'Please look at this contract.',
    secret_note: 'hidden canary',
  });
  expect(sent.status).toBe(200);
  return sent.url;
}

const says = (to: string, confidence: number) =>
  JSON.stringify({ to, reason: 'The guidance says: contracts go to legal.', confidence });

describe('where guidance decides', () => {
  test('a model that is sure enough decides, and its reason stands in the history', async () => {
    api.behaves({ is: 'answers', text: says('for_legal', 0.95) });
    await request('sure@example.com');
    const [letter] = await world.letters({ to: 'legal@example.com', kind: 'hand_off' });
    expect(letter?.text).toContain('Please look at this contract.');
    const [row] = await world.portal.sql<{ happened: unknown }[]>`
      select happened from history where event->>'type' = 'judged' order by at desc limit 1`;
    expect(row?.happened).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          what: 'judged',
          judgement: expect.objectContaining({ to: 'for_legal', confidence: 0.95, model: 'claude-test' }),
        }),
        expect.objectContaining({
          what: 'routed',
          to: 'for_legal',
          how: 'model',
          why: 'The guidance says: contracts go to legal.',
        }),
      ]),
    );
  });

  test('the model is shown neither secrets nor what is restricted to some', () => {
    expect(api.requests).toHaveLength(1);
    expect(api.requests[0]?.text).not.toContain('hidden canary');
    expect(api.requests[0]?.text).not.toContain('tok_canary');
  });

  test.each([
    ['is not sure enough', { is: 'answers', text: says('for_legal', 0.5) }, /50 % sure, which is not enough/],
    [
      'names a way that does not exist',
      { is: 'answers', text: says('for_the_attacker', 1) },
      /No model has judged this: The model named a way/,
    ],
    ['gives no JSON', { is: 'answers', text: 'Legal!' }, /could not be read/],
    ['declines', { is: 'answers', text: '', stop: 'refusal' }, /declined/],
    ['is asked too often', { is: 'fails', status: 429, retryAfter: 9 }, /did not answer within 1 seconds|too often/],
    ['is overloaded', { is: 'fails', status: 529 }, /overloaded|did not answer within 1 seconds/],
    ['stalls', { is: 'stalls' }, /did not answer within 1 seconds/],
  ] as const)('a person decides when the model %s, and sees what it made of it', async (what, behaviour, words) => {
    api.behaves(behaviour);
    await request(`${what.replaceAll(' ', '-')}@example.com`);
    const visitor = world.visitor();
    const page = await visitor.get(await world.linkFor('triage@example.com'));
    expect(page.html.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ')).toMatch(words);
    expect(page.html).not.toMatch(/<input[^>]*type="radio"[^>]*checked/);
    const before = (await world.letters({ to: 'finance@example.com' })).length;
    const chosen = await visitor.submit(page, { route: 'for_finance', route_reason: 'It is about money after all' });
    expect(chosen.status).toBe(200);
    expect(await world.letters({ to: 'finance@example.com' })).toHaveLength(before + 1);
  });
});
