import { once } from 'node:events';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import { openWorld } from '../world/world.ts';

test('with a mail provider letters leave through it, under the same thread, and there is no mailbox to look into', async () => {
  const received: Email[] = [];
  const provider = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          received.push(mail);
          done();
        }, done);
      });
    },
  });
  provider.listen(0, '127.0.0.1');
  await once(provider.server, 'listening');
  const address = provider.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const world = await openWorld({
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    MAIL_FROM: 'Baton <baton@example.com>',
    BATON_CLOCK: 'real',
  });
  try {
    for (const path of ['/mailbox', '/mailbox.json', '/practice/payments', '/test/clock']) {
      expect((await fetch(`${world.url}${path}`)).status, path).toBe(404);
    }
    const visitor = world.visitor();
    const form = await visitor.get('/start/expense-approval');
    await visitor.submit(form, {
      starter_email: 'emma@example.com',
      amount: '7500',
      purpose: 'Train',
      manager_email: 'mara@example.com',
    });
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2);
    const handOff = received.find(({ to }) => to?.[0]?.address === 'mara@example.com');
    const receipt = received.find(({ to }) => to?.[0]?.address === 'emma@example.com');
    expect(handOff?.subject).toContain('Expense of $7,500.00');
    expect(handOff?.from?.address).toBe('baton@example.com');
    expect(handOff?.references).toBe(receipt?.references);
    const [link] = /http\S+\/h\/[\w-]+/.exec(handOff?.text ?? '') ?? [];
    expect(handOff?.html).toContain(link);
    expect((await visitor.get(link ?? '')).status).toBe(200);
  } finally {
    await world.close();
    provider.close();
  }
});
