import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a made-up model's service is asked for: so many events of `bytes` each, and how long it thinks after the first one. */
export type Wanted = { readonly events: number; readonly bytes: number; readonly pauseMs: number };

/** A model's service on loopback: what it streams stands in the request, as the id of who asks. */
export async function startProvider(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void json(request)
      .then((body) => stream(response, JSON.parse((body as Asked).metadata.user_id) as Wanted))
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
type Asked = { readonly metadata: { readonly user_id: string } };

const event = (of: object): string => `event: x\ndata: ${JSON.stringify(of)}\n\n`;

async function stream(response: ServerResponse, { events, bytes, pauseMs }: Wanted): Promise<void> {
  const usage = { input_tokens: 1, output_tokens: 1 };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(event({ type: 'message_start', message: { usage } }));
  if (pauseMs > 0) await sleep(pauseMs);
  const words = event({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: 'x'.repeat(bytes) },
  });
  for (let n = 0; n < events && !response.destroyed; n += 1) if (!response.write(words)) await once(response, 'drain');
  response.end(
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage }) + event({ type: 'message_stop' }),
  );
}
