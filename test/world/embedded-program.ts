import { pino } from 'pino';
import { startEmbedded } from '../../server/database/embedded.ts';

// A program that uses the embedded Postgres of the folder it is given, see test/server/embedded.test.ts.
const embedded = await startEmbedded({ dataDir: process.argv[2] ?? '', log: pino({ level: 'silent' }) });
console.log(embedded.url);
const waiting = setInterval(() => {}, 1_000);
process.once('SIGTERM', async () => {
  await embedded.stop();
  clearInterval(waiting);
});
