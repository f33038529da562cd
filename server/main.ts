import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { serve } from '@hono/node-server';
import type { Logger } from 'pino';
import { deliveries } from './actors/deliver.ts';
import { births } from './children/starting.ts';
import { type Config, withPort } from './config.ts';
import { createDocumentPerformer } from './effects/document.ts';
import { createHttpPerformer } from './effects/http.ts';
import { createJudgePerformer } from './effects/judge.ts';
import { createMailPerformer } from './effects/mail.ts';
import { performances } from './effects/perform.ts';
import { createTransport } from './effects/transports/choose.ts';
import { type OpenPortal, openPortal } from './open.ts';
import type { Portal } from './portal.ts';
import { createPump, type Pump } from './pump.ts';
import { createClaude } from './runner/claude.ts';
import { fires } from './schedules/fires.ts';
import { createTicks } from './schedules/ticks.ts';
import { createApp } from './web/app.ts';
import { publishFiles } from './workflows/files.ts';

/** A portal at work. */
export type RunningPortal = { portal: Portal; url: string; close(): Promise<void> };

const GRACE_MS = 5000;

/** Opens everything in order: database, workflows, pumps, web. `close` closes it in reverse, finishing what is under way. */
export async function startPortal(asked: Config, log: Logger): Promise<RunningPortal> {
  const config = asked.port === 0 ? withPort(asked, await freePort()) : asked;
  const portal = await openPortal(config, log, 'server');
  await publishFiles(config.workflowsDir, portal);
  const pumps = startPumps(portal);
  const web = await listen(portal);
  return {
    portal,
    url: config.baseUrl,
    async close() {
      await web.close();
      await pumps.close();
      await portal.close();
    },
  };
}

function startPumps(portal: OpenPortal) {
  const { config, sql, clock, log, library, actors } = portal;
  const transport = createTransport(portal);
  const http = createHttpPerformer({
    clock,
    library,
    secrets: config.secrets,
    allowed: config.httpAllow,
    baseUrl: config.baseUrl,
  });
  const performers = {
    mail: createMailPerformer(portal, transport),
    http: http.perform,
    judge: createJudgePerformer({ clock, runner: config.model === null ? null : createClaude(config.model) }),
    document: createDocumentPerformer(portal),
  };
  const ticks = createTicks(() => schedules.kick());
  const schedules: Pump = createPump(fires({ sql, clock, actors, library, seen: ticks.follow }), portal);
  const mailbox = createPump(deliveries({ sql, clock, actors, log }), portal);
  const outbox = createPump(performances({ sql, clock, log, performers }), portal);
  const children = createPump(births({ sql, clock, actors, log, kick: () => portal.kick() }), portal);
  portal.onWork((why) => {
    mailbox.kick();
    outbox.kick();
    children.kick();
    if (why === 'time') schedules.kick();
  });
  return {
    async close() {
      ticks.close();
      for (const pump of [schedules, mailbox, children, outbox]) await pump.close();
      await http.close();
      await transport.close();
    },
  };
}

/** The portal's address goes into links before anything listens, so a free port is looked for first. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listen(portal: Portal): Promise<{ close(): Promise<void> }> {
  const { config, log } = portal;
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const started = serve({ fetch: createApp(portal).fetch, port: config.port, hostname: config.host }, (info: AddressInfo) => {
      log.info(`Listening on port ${info.port}.`);
      resolve(started);
    });
    started.once('error', reject);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        const impatient = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(impatient);
          resolve();
        });
      }),
  };
}
