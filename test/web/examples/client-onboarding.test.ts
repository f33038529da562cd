import { afterAll, beforeAll, expect, test } from 'vitest';
import { pdf, type Run, type Stage, tell } from '../../world/story.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await tell('client-onboarding', null, ['access-grant']);
});

afterAll(() => stage.close());

const SALES = 'sven@example.com';
const CLIENT = 'carla@client.example';
const OPERATIONS = 'operations@example.com';
const SUCCESS = 'success@example.com';

async function signed(): Promise<Run> {
  const run = await stage.start({
    starter_email: SALES,
    client: 'Client Ltd',
    contact_email: CLIENT,
    contract: pdf('contract.pdf'),
  });
  await run.act(OPERATIONS, {
    account: 'AC-1234',
    'accesses.count': '2',
    'accesses.0.system_name': 'Portal',
    'accesses.0.rights': 'read',
    'accesses.1.system_name': 'Files',
    'accesses.1.rights': 'write',
  });
  await run.act(SUCCESS, { kick_off_at: '2029-12-12T10:00' });
  return run;
}

test('from the contract to the first day: each hand-off is one mail to the right person', async () => {
  const run = await signed();
  await run.act(CLIENT, { kick_off_fits: 'yes' });
  await run.act(CLIENT, { register: pdf('register.pdf') });
  expect(await run.where()).toBe('documents');
  await run.act(CLIENT, { people_list: pdf('people.pdf') });
  expect(await run.children()).toEqual(['Portal: open', 'Files: open']);
  await (await run.child('Files')).act('it@example.com', { login: 'client-files' });
  await (await run.child('Portal')).act('it@example.com', { login: 'client-portal' });
  expect((await run.page(SUCCESS)).html).toMatch(/client-portal[\s\S]*client-files/);
  await run.act(SUCCESS, { ready: 'ready' });
  expect((await run.mail(CLIENT)).text).toContain('Your account is AC-1234');
  expect((await run.mail(SALES)).subject).toBe('Client Ltd is ready');
});

test('a time that does not suit the client is proposed anew', async () => {
  const run = await signed();
  await run.refused(CLIENT, { kick_off_fits: 'no', other_time: '' });
  await run.act(CLIENT, { kick_off_fits: 'no', other_time: 'Any Friday' });
  expect((await run.page(SUCCESS)).html).toContain('Any Friday');
  await run.act(SUCCESS, { kick_off_at: '2029-12-14T10:00' });
  await run.act(CLIENT, { kick_off_fits: 'yes' });
  expect(await run.where()).toBe('documents');
});

test('an access that nobody sets up in time is named, and what is missing is seen to before the welcome', async () => {
  const run = await signed();
  await run.act(CLIENT, { kick_off_fits: 'yes' });
  await run.act(CLIENT, { register: pdf('register.pdf'), people_list: pdf('people.pdf') });
  await (await run.child('Portal')).act('it@example.com', { login: 'client-portal' });
  await stage.world.advance('8d');
  expect(await run.where()).toBe('ready');
  expect(await run.values('grant_missing')).toEqual({ grant_missing: 1 });
  await run.act(SUCCESS, { ready: 'lacking', lacking: 'Access to the files' });
  expect((await run.page(OPERATIONS)).html).toContain('Access to the files');
  await run.act(OPERATIONS, {});
  await run.act(SUCCESS, { ready: 'ready' });
  expect(await run.where()).toBe('done');
});
