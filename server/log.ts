import { type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

// What must never stand in a log, wherever in an entry a careless call puts it. Links carry their own secrets, so
// addresses of requests are logged by route pattern only (server/web/app.ts).
const NEVER = ['secret', 'password', 'token', 'apiKey', 'authorization', 'cookie', 'url', 'link'];

/** The log: one JSON object a line on standard output, with the message first read by people in `msg`. */
export function createLog(level: LogLevel): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[not logged]' },
  });
}
