import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** One request that arrived at the Messages API. */
export type MessagesRequest = { headers: Record<string, string>; text: string; body: Record<string, unknown> };

/** How the model behaves from now on. */
export type Behaviour =
  | { is: 'answers'; text: string; stop?: string }
  | { is: 'fails'; status: number; retryAfter?: number }
  | { is: 'stalls' }
  | { is: 'cuts' };

/** A local server that speaks the Messages API as the real SDK asks it, and remembers every request. */
export type MessagesApi = {
  url: string;
  requests: MessagesRequest[];
  behaves(behaviour: Behaviour): void;
  close(): Promise<void>;
};

export async function openMessagesApi(): Promise<MessagesApi> {
  let behaviour: Behaviour = { is: 'stalls' };
  const requests: MessagesRequest[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    requests.push({ headers, text, body: JSON.parse(text) });
    answer(behaviour, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    requests,
    behaves: (next) => {
      behaviour = next;
      requests.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(behaviour: Behaviour, response: ServerResponse): void {
  switch (behaviour.is) {
    case 'answers':
      send(response, 200, {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-test',
        content: behaviour.text === '' ? [] : [{ type: 'text', text: behaviour.text }],
        stop_reason: behaviour.stop ?? 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 300, output_tokens: 40 },
      });
      return;
    case 'fails': {
      const after: Record<string, string> =
        behaviour.retryAfter === undefined ? {} : { 'retry-after': String(behaviour.retryAfter) };
      send(response, behaviour.status, { type: 'error', error: { type: 'some_error', message: 'not now' } }, after);
      return;
    }
    case 'cuts':
      response.destroy();
      return;
    case 'stalls':
      return;
  }
}

function send(response: ServerResponse, status: number, json: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}
