import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../server/database/connect.ts';
import { startEmbedded } from '../server/database/embedded.ts';
import { migrate } from '../server/database/migrate.ts';
import { createLog } from '../server/log.ts';

/** A database for one benchmark, with fsync on: the embedded Postgres, or a fresh one at BENCH_DATABASE_URL. */
export async function openBenchDatabase(): Promise<{ url: string; close(): Promise<void> }> {
  const given = process.env.BENCH_DATABASE_URL;
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const embedded = given === undefined ? await startEmbedded({ dataDir, log: createLog('warn') }) : null;
  const url = given ?? embedded?.url ?? '';
  const sql = connect(url, { name: 'bench' });
  await migrate(sql);
  await sql.end();
  return {
    url,
    async close() {
      await embedded?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
