import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What reached the server, in order. */
export type Reached = { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders };

/** A real MCP server over HTTP on loopback with one tool, which is there for who has the token alone. It answers a call as a stream, and says the token in it. */
export type Tracker = { readonly url: string; readonly reached: readonly Reached[]; close(): Promise<void> };

const tool = {
  name: 'issue',
  description: 'Tells what an issue is about',
  inputSchema: { type: 'object', properties: { number: { type: 'number' } }, required: ['number'] },
};

type Asked = {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: { readonly protocolVersion?: string; readonly arguments?: { readonly number?: number } };
};

export async function openTracker(token: string): Promise<Tracker> {
  const reached: Reached[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    reached.push({ method, url, headers });
    if (headers.authorization !== `Bearer ${token}`) response.writeHead(401).end();
    else if (url !== '/mcp?team=letters') response.writeHead(404).end();
    else if (method === 'GET') response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    else if (method === 'DELETE') response.writeHead(200).end();
    else void answer(request, response, token).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?team=letters`,
    reached,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, token: string): Promise<void> {
  const asked = JSON.parse(await text(request)) as Asked;
  if (asked.id === undefined) return void response.writeHead(202).end();
  const { result, error } = said(asked, token);
  const message = JSON.stringify({ jsonrpc: '2.0', id: asked.id, ...(error ? { error } : { result }) });
  const session = asked.method === 'initialize' ? { 'mcp-session-id': 'letters-1' } : {};
  if (asked.method !== 'tools/call')
    return void response.writeHead(200, { 'content-type': 'application/json', ...session }).end(message);
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`event: message\ndata: ${message}\n\n`);
}

function said({ method, params }: Asked, token: string): { readonly result?: object; readonly error?: object } {
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: 'tracker', version: '1.0.0' };
      return { result: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo } };
    }
    case 'tools/list':
      return { result: { tools: [tool] } };
    case 'tools/call': {
      const about = `Issue ${params?.arguments?.number} is about a misspelt README; you came with ${token}`;
      return { result: { content: [{ type: 'text', text: about }] } };
    }
    default:
      return { error: { code: -32601, message: 'there is no such method' } };
  }
}
