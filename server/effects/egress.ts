import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';
import { EffectFailed } from '../errors.ts';

/** Where outgoing calls may go though the address is private: `host` or `host:port`, as the operator listed them. */
export type Allowed = readonly string[];

const ANSWER_LIMIT = 1024 * 1024;

/**
 * A dispatcher that connects to public addresses only: the literal host, and after connecting the address that the
 * socket really has, so that a name which resolves differently the second time gains nothing. Private ones must stand
 * in `allowed`.
 */
export function guardedAgent(allowed: Allowed): Agent {
  const connector = buildConnector({ timeout: 10_000 });
  return new Agent({
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    maxResponseSize: ANSWER_LIMIT,
    connect(options, callback) {
      const port = options.port || (options.protocol === 'https:' ? '443' : '80');
      const free = isAllowed(allowed, options.hostname, port);
      if (!free && !mayBePublic(options.hostname)) return callback(refusal(options.hostname), null);
      connector(options, (error, socket) => {
        if (error !== null) return callback(error, null);
        if (!free && !isPublic(socket.remoteAddress ?? '')) {
          socket.destroy();
          return callback(refusal(options.hostname), null);
        }
        callback(null, socket);
      });
    },
  });
}

/** Whether the operator listed this host, with or without its port. */
export function isAllowed(allowed: Allowed, hostname: string, port: string): boolean {
  return allowed.includes(hostname) || allowed.includes(`${hostname}:${port}`);
}

/** Whether an address is a public unicast one; mapped, NAT64, carrier-grade, link-local and the like are not. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function mayBePublic(hostname: string): boolean {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(literal) ? isPublic(literal) : hostname !== 'localhost';
}

function refusal(hostname: string): EffectFailed {
  return new EffectFailed(
    `Baton does not call ${hostname}: it is a private address. An operator can allow it with BATON_HTTP_ALLOW.`,
    false,
  );
}
