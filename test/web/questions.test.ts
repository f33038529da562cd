import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { EVERYTHING } from '../world/everything.ts';
import { publish } from '../world/publish.ts';
import type { Page, Visitor } from '../world/visitor.ts';
import { openWorld, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
  await publish(world, EVERYTHING);
});

afterAll(() => world.close());

const PDF = (name: string) =>
  new File(['%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'], name, { type: 'application/pdf' });
const PNG = (name: string) =>
  new File(
    [Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64')],
    name,
    { type: 'image/png' },
  );

const ANSWERS = {
  what: 'A chair',
  'lines.0.item': 'Chair',
  'lines.0.cost': '1.234,50',
  'lines.1.item': 'Cushion',
  'lines.1.cost': '20',
  needed: '2026-05-04T09:30',
  urgent: 'no',
  team: 'Ana Ruiz <ana@example.com>\nben@example.com',
  'boss.email': 'boss@example.com',
  'boss.name': 'Bo Ss',
  from_day: '2026-05-01',
  until_day: '2026-05-31',
};

async function form(): Promise<{ visitor: Visitor; page: Page }> {
  const visitor = world.visitor();
  return { visitor, page: await visitor.get('/start/everything') };
}

async function started(email: string, more: Record<string, string | File | (string | File)[]> = {}): Promise<Page> {
  const { visitor, page } = await form();
  const sent = await visitor.submit(page, { ...ANSWERS, starter_email: email, ...more });
  expect(sent.status, textOf(sent)).toBe(200);
  return sent;
}

/** The run as programs read it. */
async function runOf(email: string) {
  const key = await createKey(world.portal, `test ${Math.random()}`);
  const headers = { authorization: `Bearer ${key.key}` };
  const { runs } = await (await fetch(`${world.url}/api/v1/runs?workflow=everything&limit=200`, { headers })).json();
  const { id } = runs.find(({ starter }: { starter: { email: string } }) => starter.email === email);
  const read = async () => (await fetch(`${world.url}/api/v1/runs/${id}`, { headers })).json();
  return { id, headers, read };
}

function textOf({ html }: Page): string {
  return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

/** Opens the link of the newest letter to somebody. */
async function openedBy(email: string): Promise<{ visitor: Visitor; page: Page }> {
  const visitor = world.visitor();
  return { visitor, page: await visitor.get(await world.linkFor(email)) };
}

describe('a start form', () => {
  test('holds sections, defaults, and what its address says', async () => {
    const { visitor } = await form();
    const page = await visitor.get('/start/everything?article=AB1234');
    expect(page.html).toContain('<legend>When and who</legend>');
    expect(page.html).toContain('value="A chair"');
    expect(page.html).toContain('value="AB1234"');
  });

  test('keeps every type as what it is, with its origin', async () => {
    await started('types@example.com', { notes: [PDF('a.pdf'), PNG('b.png')] });
    const { data } = await (await runOf('types@example.com')).read();
    expect(data.lines.value).toEqual([
      { item: 'Chair', cost: '1234.50', verdict: null },
      { item: 'Cushion', cost: '20.00', verdict: null },
    ]);
    expect(data.total).toMatchObject({ value: '1254.50', source: { from: 'rule' } });
    expect(data.total.shown.replace(/\s/g, ' ')).toBe('1.254,50 €');
    expect(data.needed.value).toBe('2026-05-04T07:30:00.000Z');
    expect(data.team.value).toEqual([
      { email: 'ana@example.com', name: 'Ana Ruiz' },
      { email: 'ben@example.com', name: null },
    ]);
    expect(data.boss.value).toEqual({ email: 'boss@example.com', name: 'Bo Ss' });
    expect(data.notes.value).toMatchObject([{ name: 'a.pdf' }, { name: 'b.png' }]);
    expect(data.why).toBeUndefined();
    expect(data.what.source).toMatchObject({ from: 'trigger', by: 'types@example.com' });
  });

  test('says beside each field what is wrong, in its cell too, and loses nothing', async () => {
    const { visitor, page } = await form();
    const refused = await visitor.submit(page, {
      ...ANSWERS,
      starter_email: 'wrong@example.com',
      article: 'abc',
      'lines.1.cost': 'much',
      until_day: '2026-04-01',
    });
    expect(refused.status).toBe(422);
    expect(refused.html).toMatch(/id="p-article"[^>]*>Two letters and four digits\./);
    expect(refused.html).toMatch(/id="p-lines\.1\.cost"/);
    expect(refused.html).toContain('<a href="#f-lines.1.cost">Line 2, cost</a>');
    expect(refused.html).toContain('value="Cushion"');
    const mended = await visitor.submit(refused, { ...ANSWERS, starter_email: 'wrong@example.com', until_day: '2026-04-01' });
    expect(mended.status).toBe(422);
    expect(mended.html).toMatch(/id="p-until_day"[^>]*>It cannot end before it begins\./);
  });

  test('adds and takes away rows without scripts, and records nothing by that', async () => {
    const { visitor, page } = await form();
    const values = { ...ANSWERS, starter_email: 'rows@example.com' };
    const more = await visitor.submit(page, { ...values, add: 'lines.2' });
    expect(more.status).toBe(200);
    expect(more.html).toContain('name="lines.2.item"');
    expect(more.html).toContain('value="Cushion"');
    const fewer = await visitor.submit(more, { ...values, remove: 'lines.0' });
    expect(fewer.html).toContain('name="lines.0.item" value="Cushion"'.split(' ')[0]);
    expect(fewer.html).toContain('value="Cushion"');
    expect(fewer.html).not.toContain('value="Chair"');
    expect(await world.letters({ to: 'rows@example.com' })).toEqual([]);
  });

  test('asks what depends on an answer only when it is given, and says so without scripts', async () => {
    const { visitor, page } = await form();
    expect(page.html).toContain('Only if Is it urgent? is Yes:');
    expect(page.html).toMatch(/id="q-why" class="question not-asked"/);
    const values = { ...ANSWERS, starter_email: 'why@example.com', urgent: 'yes' };
    const followed = await visitor.submit(page, { ...values, refresh: '1' });
    expect(followed.html).toMatch(/id="q-why" class="question"/);
    const refused = await visitor.submit(followed, values);
    expect(refused.html).toMatch(/id="p-why"[^>]*>Please fill this in\./);
    expect((await visitor.submit(refused, { ...values, why: 'The old one broke.' })).status).toBe(200);
    const { data } = await (await runOf('why@example.com')).read();
    expect(data.why.value).toBe('The old one broke.');
  });
});

describe('after the start', () => {
  async function withPapers(email: string): Promise<{ visitor: Visitor; page: Page }> {
    await started(email);
    const { visitor, page } = await openedBy('buyer@example.com');
    const part = await visitor.submit(page, { quote: PDF('quote.pdf') });
    expect(textOf(part)).toContain('This has arrived: Quote');
    const whole = await visitor.submit(part, { terms: PDF('terms.pdf') });
    return { visitor, page: whole };
  }

  test('files may be sent in parts: what has arrived is said, and the link stays open for the rest', async () => {
    await started('parts@example.com');
    const { visitor, page } = await openedBy('buyer@example.com');
    expect((await visitor.submit(page, {})).status).toBe(422);
    const part = await visitor.submit(page, { quote: PDF('quote.pdf') });
    expect(part.status).toBe(200);
    expect(textOf(part)).toContain('This has arrived: Quote');
    const again = await visitor.get(part.url);
    expect(again.html).toContain('quote.pdf');
    expect(textOf(await visitor.submit(again, { terms: PDF('terms.pdf') }))).toContain('Decide');
    const { data } = await (await runOf('parts@example.com')).read();
    expect([data.quote.value.name, data.terms.value.name]).toEqual(['quote.pdf', 'terms.pdf']);
  });

  test('each row is judged by itself, and the other columns are only read', async () => {
    const { visitor, page } = await withPapers('each@example.com');
    expect(page.html).toContain('<dd>Chair</dd>');
    expect(page.html).not.toContain('name="lines.0.item"');
    const next = await visitor.submit(page, {
      budget: '5000',
      'lines.0.verdict': 'yes',
      'lines.1.verdict': 'no',
      'lines.0.item': 'A throne',
    });
    expect(textOf(next)).toContain('Shall it be bought?');
    const { data } = await (await runOf('each@example.com')).read();
    expect(data.lines.value).toEqual([
      { item: 'Chair', cost: '1234.50', verdict: 'yes' },
      { item: 'Cushion', cost: '20.00', verdict: 'no' },
    ]);
  });

  async function atDecision(email: string): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await withPapers(email);
    return { visitor, page: await visitor.submit(page, { budget: '5000' }) };
  }

  test('a decision says where each outcome leads, and asks only what belongs to the one that is chosen', async () => {
    const { visitor, page } = await atDecision('decide@example.com');
    expect(textOf(page)).toMatch(/Approve Then: Check\..*Reject Then: Tell the asker\./);
    const refused = await visitor.submit(page, { decision: 'reject' });
    expect(refused.status).toBe(422);
    expect(refused.html).toMatch(/id="p-decision_reason"/);
    expect(refused.html).toMatch(/id="p-decision_signed\.reject"/);
    expect(textOf(refused)).toContain('I have spoken with the asker.');
    const done = await visitor.submit(refused, {
      decision: 'reject',
      decision_reason: 'Too dear',
      'decision_signed.reject': 'Bea Buyer',
    });
    expect(textOf(done)).toContain('Thank you');
    expect(textOf(done)).toMatch(/What was seen [0-9a-f]{12}/);
    const [letter] = await world.letters({ to: 'decide@example.com', kind: 'outcome' });
    expect(letter?.text).toContain('Too dear');
  });

  test('a limit cannot be above what was asked for', async () => {
    const { visitor, page } = await atDecision('limit@example.com');
    const refused = await visitor.submit(page, { decision: 'part', limit: '2000' });
    expect(refused.html.replaceAll('\u00a0', ' ')).toMatch(/id="p-limit"[^>]*>This can be 1\.254,50 € at most\./);
    await visitor.submit(refused, { decision: 'part', limit: '1000' });
    const { data, stage } = await (await runOf('limit@example.com')).read();
    expect(stage).toBe('check');
    expect(data.limit.value).toBe('1000.00');
  });

  async function atCheck(email: string): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await atDecision(email);
    await visitor.submit(page, { decision: 'approve' });
    return openedBy('checker@example.com');
  }

  const CHECKED = {
    'arrival.box.state': 'done',
    'arrival.gap.state': 'done',
    'arrival.gap.measured': '3',
    'arrival.paper.state': 'done',
  };

  test('a checklist asks for evidence, measured values and reasons, each beside its item', async () => {
    const { visitor, page } = await atCheck('list@example.com');
    expect(textOf(page)).toContain('Between 1 and 5 mm.');
    const refused = await visitor.submit(page, {
      ...CHECKED,
      'arrival.gap.measured': '9',
      'arrival.paper.state': 'not_applicable',
    });
    expect(refused.status).toBe(422);
    for (const cell of ['arrival.box.evidence', 'arrival.gap.note', 'arrival.paper.note'])
      expect(refused.html).toContain(`id="p-${cell}"`);
    expect(refused.html).toContain('<a href="#f-arrival.gap.note">Gap, note</a>');
    const sent = await visitor.submit(refused, {
      ...CHECKED,
      'arrival.box.evidence': PNG('box.png'),
      'arrival.gap.measured': '9',
      'arrival.gap.note': 'Sent back to the workshop',
    });
    expect(textOf(sent)).toContain('Thank you');
    const { data } = await (await runOf('list@example.com')).read();
    expect(data.arrival_failed.value).toBe(1);
    expect(data.arrival.value[1]).toMatchObject({ item: 'Gap', state: 'failed', measured: 9 });
    expect(data.arrival.value[0].evidence).toMatchObject({ name: 'box.png' });
  });

  test('a second person signs or gives back, and nobody signs what they filled in themselves', async () => {
    const { visitor, page } = await atCheck('sign@example.com');
    await visitor.submit(page, { ...CHECKED, 'arrival.box.evidence': PNG('box.png') });
    const second = await openedBy('second@example.com');
    expect(textOf(second.page)).toContain('The box is whole');
    const refused = await second.visitor.submit(second.page, { arrival_sign_off: 'returned' });
    expect(refused.html).toMatch(/id="p-arrival_sign_off_reason"/);
    await second.visitor.submit(refused, { arrival_sign_off: 'returned', arrival_sign_off_reason: 'The photo is blurred' });
    const again = await openedBy('checker@example.com');
    expect(again.page.html).toContain('box.png');
    await again.visitor.submit(again.page, { ...CHECKED, 'arrival.box.evidence': PNG('sharp.png') });
    const { id, read } = await runOf('sign@example.com');
    const { hand_offs } = await read();
    const open = hand_offs.find(({ state }: { state: string }) => state === 'open');
    await world.portal.actors.tell(id, {
      type: 'reassigned',
      handOff: open.id,
      to: { email: 'checker@example.com', name: null },
      by: 'ops@example.com',
      reason: 'A try',
    });
    const self = await openedBy('checker@example.com');
    expect(textOf(self.page)).toContain('You filled this in yourself');
    expect(self.page.html).not.toContain('name="arrival_sign_off"');
    const forced = await self.visitor.submit(
      self.page,
      { arrival_sign_off: 'accepted' },
      `${new URL(self.page.url).pathname}/decision`,
    );
    expect([403, 409]).toContain(forced.status);
    expect((await read()).data.arrival_sign_off).toMatchObject({ value: 'returned' });
  });

  test('where guidance decides and there is no model, the person chooses, and the page of the run says why', async () => {
    const { visitor, page } = await atCheck('choose@example.com');
    await visitor.submit(page, { ...CHECKED, 'arrival.box.evidence': PNG('box.png') });
    const second = await openedBy('second@example.com');
    await second.visitor.submit(second.page, { arrival_sign_off: 'accepted' });
    const task = await openedBy('checker@example.com');
    expect(task.page.html).toContain('<strong>into the store</strong>');
    expect(task.page.html).toContain('Mark as done');
    const looked = await task.visitor.submit(task.page, { ticket: 'T-1' });
    expect(textOf(looked)).toContain('Look at what it is.');
    const choosing = await task.visitor.submit(looked, { article: 'AB1234' });
    expect(textOf(choosing)).toContain('It belongs into the hall.');
    expect((await task.visitor.submit(choosing, {})).html).toMatch(/id="p-route"/);
    expect((await task.visitor.submit(choosing, { route: 'decide' })).status).toBe(422);
    await task.visitor.submit(choosing, { route: 'hall', route_reason: 'It is a machine' });
    const { id, headers, read } = await runOf('choose@example.com');
    expect((await read()).stage).toBe('hall');
    const { history } = await (await fetch(`${world.url}/api/v1/runs/${id}/history`, { headers })).json();
    const routed = history
      .flatMap(({ happened }: { happened: { what: string; to?: string }[] }) => happened)
      .find((one: { what: string; to?: string }) => one.what === 'routed' && one.to === 'hall');
    expect(routed).toMatchObject({ how: 'person', why: 'checker@example.com: It is a machine', instead: ['told'] });
  });

  test('an event that a program reports ends the wait, once for each key; what does not fit is refused', async () => {
    const { id, headers, read } = await runOf('choose@example.com');
    const report = (name: string, body: unknown, key = 'k1') =>
      fetch(`${world.url}/api/v1/runs/${id}/events/${name}`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body: JSON.stringify(body),
      });
    expect((await report('unheard_of', {})).status).toBe(404);
    expect(await (await report('placed', { ticket: {} })).json()).toMatchObject({
      error: { problems: [{ field: 'ticket.number' }] },
    });
    expect((await report('placed', { ticket: { number: 'P-7' } })).status).toBe(202);
    await world.letters();
    expect(await read()).toMatchObject({
      status: 'done',
      data: { ticket: { value: 'P-7', source: { from: 'event', by: 'placed' } } },
    });
    expect((await report('placed', { ticket: { number: 'P-8' } })).headers.get('idempotency-replayed')).toBe('true');
    const [letter] = await world.letters({ to: 'choose@example.com', kind: 'outcome' });
    expect(letter?.text).toContain('P-7');
  });

  test('a wait that ends in vain leads on to its own stage', async () => {
    const { visitor, page } = await atCheck('vain@example.com');
    await visitor.submit(page, { ...CHECKED, 'arrival.box.evidence': PNG('box.png') });
    const second = await openedBy('second@example.com');
    await second.visitor.submit(second.page, { arrival_sign_off: 'accepted' });
    const task = await openedBy('checker@example.com');
    const looked = await task.visitor.submit(task.page, { ticket: 'T-2' });
    const choosing = await task.visitor.submit(looked, { article: 'AB1234' });
    await task.visitor.submit(choosing, { route: 'hall' });
    const { read } = await runOf('vain@example.com');
    expect((await read()).stage).toBe('hall');
    await world.advance('73h');
    expect((await read()).status).toBe('done');
  });
});
