import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it reached the model API. */
export type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Resolves when the connection it came on is gone. */
  readonly gone: Promise<void>;
};

/** A model API on loopback, for the boundary's tests. It answers what `answer` says and remembers all that reached it. */
export type FakeModel = {
  readonly url: string;
  readonly asked: Asked[];
  /** Waits until so many requests came in all. */
  until(count: number): Promise<void>;
  answer: (asked: Asked, response: ServerResponse) => void;
  close(): Promise<void>;
};

export async function fakeModel(): Promise<FakeModel> {
  const server = createServer((request, response) => {
    const gone = new Promise<void>((resolve) => request.socket.once('close', () => resolve()));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const asked: Asked = { method, url, headers, body: Buffer.concat(chunks), gone };
      model.asked.push(asked);
      server.emit('asked');
      model.answer(asked, response);
    });
    request.on('error', () => undefined);
    response.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const model: FakeModel = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    until: async (count) => {
      while (model.asked.length < count) {
        await once(server, 'asked');
      }
    },
    answer: (asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_1' });
      response.end(asked.url.startsWith('/v1/messages') ? anthropicStream : openaiStream);
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return model;
}

function events(all: readonly { readonly type: string; readonly [field: string]: unknown }[]): string {
  return all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/** The events that Claude Code 2.1.329 takes for a whole turn. Usage: 112 in (100 + 7 + 5 cached), 20 out. */
export const anthropicStream = events([
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 100, cache_creation_input_tokens: 7, cache_read_input_tokens: 5, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  {
    type: 'content_block_delta',
    index: 0,
    // A model may say anything, also what looks like a count.
    delta: { type: 'text_delta', text: 'ünï 🚦\n\ndata: {"type":"message_delta","usage":{"output_tokens":999}}' },
  },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 20 } },
  { type: 'message_stop' },
]);

/** The events that Codex 0.169.0 takes for a whole turn. Usage: 1000 in, 400 of them cached, 50 out. */
export const openaiStream = events([
  { type: 'response.created', response: { id: 'resp_1' } },
  {
    type: 'response.output_item.done',
    item: {
      type: 'message',
      role: 'assistant',
      id: 'msg_1',
      content: [{ type: 'output_text', text: 'ünï "usage" 🚦' }],
    },
  },
  {
    type: 'response.completed',
    response: {
      id: 'resp_1',
      usage: {
        input_tokens: 1000,
        input_tokens_details: { cached_tokens: 400 },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 10 },
        total_tokens: 1050,
      },
    },
  },
]);
