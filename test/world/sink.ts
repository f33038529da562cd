import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

/** One call that arrived. */
export type SunkCall = { method: string; path: string; headers: Record<string, string>; json: unknown };

/** A small real HTTP server that stands for another company's system and remembers every call. */
export type Sink = {
  url: string;
  host: string;
  calls: SunkCall[];
  /** How it answers from now on. */
  answer: (call: SunkCall) => { status: number; json: unknown };
  close(): Promise<void>;
};

/** Opens a sink that answers every call with 201 and an id made of its idempotency key. */
export async function openSink(): Promise<Sink> {
  const server = createServer(async (request, response) => {
    const call = await read(request);
    sink.calls.push(call);
    const { status, json } = sink.answer(call);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const sink: Sink = {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    calls: [],
    answer: (call) => ({ status: 201, json: { id: `pay_${call.headers['idempotency-key']}` } }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return sink;
}

async function read(request: IncomingMessage): Promise<SunkCall> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const json: unknown = body === '' ? null : JSON.parse(body);
  return { method: request.method ?? '', path: request.url ?? '', headers, json };
}
