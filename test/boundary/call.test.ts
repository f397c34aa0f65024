import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Server } from '../../src/boundary/files.ts';
import { calledServer, isCall } from '../../src/boundary/routes.ts';
import { ask, begin, eventually, makeGround, raw } from './ground.ts';
import type { Asking, Ground } from './ground.ts';
import { refusedLines } from './through.ts';

/** Calls of MCP servers by URL: one that wants a token, one with a header of its own, one that wants nothing. */
const token = 'CANARY-token-of-the-tracker';
const said = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const list: Asking = { path: '/mcp/tracker', body: said };
let ground: Ground;
let socket: string;
let file: string;

beforeEach(async () => {
  ground = await makeGround();
  file = join(ground.folder, '..', 'secrets', 'tracker');
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  const url = `${ground.model.url}/mcp?team=letters`;
  ground.servers['tracker'] = Server.parse({ url, credentialFile: file });
  ground.servers['keyed'] = Server.parse({ url, credentialFile: file, header: 'x-api-key' });
  ground.servers['open'] = Server.parse({ url });
  ground.servers['closed'] = Server.parse({ url: 'http://127.0.0.1:9/' });
  ground.model.answer = (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's-1' }).end('{"result":{}}');
  socket = await ground.grant('one', { servers: ['tracker', 'keyed', 'open', 'closed', 'gone'] });
});

afterEach(() => ground.close());

describe('a call goes out', () => {
  test.each([
    ['tracker', { authorization: `Bearer ${token}` }],
    ['keyed', { 'x-api-key': token }],
    ['open', {}],
  ])('%s: at its own address, with its own credential, and nothing else of the session', async (name, credential) => {
    await ground.serve();
    const answer = await ask(socket, {
      path: `/mcp/${name}`,
      body: said,
      headers: {
        accept: 'application/json, text/event-stream',
        cookie: 'a=b',
        origin: 'http://127.0.0.1:3128',
        'x-api-key': 'dummy',
        'proxy-authorization': 'Basic eA==',
        'accept-encoding': 'gzip',
        'last-event-id': '7',
        'mcp-method': 'tools/list',
        'mcp-protocol-version': '2025-11-25',
        'mcp-session-id': 's-1',
        'user-agent': 'claude-code/2.1.329 (sdk-cli)',
      },
    });
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"result":{}}']);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'mcp-session-id': 's-1' });
    const [asked] = ground.model.asked;
    expect(asked).toMatchObject({ method: 'POST', url: '/mcp?team=letters', body: Buffer.from(said) });
    expect(asked?.headers).toEqual({
      ...credential,
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      connection: 'close',
      'content-length': String(said.length),
      'content-type': 'application/json',
      host: new URL(ground.model.url).host,
      'last-event-id': '7',
      'mcp-method': 'tools/list',
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': 's-1',
      'user-agent': 'claude-code/2.1.329 (sdk-cli)',
    });
  });

  test.each(['GET', 'DELETE'])('%s, without a body', async (method) => {
    await ground.serve();
    expect((await ask(socket, { path: '/mcp/tracker', method, body: '' })).status).toBe(200);
    expect(ground.model.asked).toMatchObject([{ method, body: Buffer.alloc(0) }]);
    expect(ground.model.asked[0]?.headers['content-type']).toBeUndefined();
  });

  test('it is written down before it leaves and when it is over, without a word of what was said', async () => {
    await ground.serve();
    let before = '';
    ground.model.answer = (_, response) => {
      void ground.everything().then((all) => {
        before = all;
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"secret":"business"}');
      });
    };
    expect((await ask(socket, list)).status).toBe(404);
    expect(before).toContain('"event":"called"');
    const lines = await ground.metered(2);
    expect(lines).toMatchObject([
      { event: 'called', session: 'one', server: 'tracker', method: 'POST', bytes: said.length },
      { event: 'answered', session: 'one', status: 404, bytes: 21 },
    ]);
    expect(await ground.everything()).not.toMatch(/tools\/list|business|CANARY/);
  });

  test('a stream is passed on as it comes, a secret in it is covered, and it ends with the session', async () => {
    await ground.serve();
    ground.model.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': `for ${token}` });
      response.write(`data: you are ${token}\n\n`);
    };
    const request = begin(socket, { path: '/mcp/tracker', method: 'GET', body: '' }).on('error', () => undefined);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    const [chunk] = (await once(answer, 'data')) as [Buffer];
    expect(chunk.toString()).toBe(`data: you are ${'*'.repeat(token.length)}\n\n`);
    expect(answer.headers['mcp-session-id']).toBeUndefined();
    await ground.revoke('one');
    await ground.model.asked[0]?.gone;
    expect((await ground.metered(2)).at(-1)).toMatchObject({ event: 'answered', status: 200, bytes: chunk.length });
  });
});

describe('a call stays', () => {
  test.each([
    ['another server', { path: '/mcp/other' }, 403, 'no such server'],
    ['none', { path: '/mcp/' }, 403, 'no such server'],
    ['the prototype', { path: '/mcp/constructor' }, 403, 'no such server'],
    ['another path', { path: '/mcp/tracker/admin' }, 403, 'no such server'],
    ['a query', { path: '/mcp/tracker?team=all' }, 403, 'no such server'],
    ['another method', { path: '/mcp/tracker', method: 'PUT' }, 403, 'no such server'],
    ['a compressed body', { ...list, headers: { 'content-encoding': 'gzip' } }, 403, 'must not be compressed'],
    [
      'a body where none belongs',
      { ...list, method: 'DELETE', headers: { 'content-length': String(said.length) } },
      403,
      'a body with DELETE',
    ],
    ['one that is not configured any more', { path: '/mcp/gone' }, 503, 'server gone is not configured'],
    ['one that nobody serves', { path: '/mcp/closed' }, 502, 'no answer'],
  ])('%s', async (_, asking, status, why) => {
    const boundary = await ground.serve();
    const answer = await ask(socket, { body: said, ...asking });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32000, message: expect.stringContaining("Signalbox's boundary answers, not the MCP server") },
    });
    expect(ground.model.asked).toEqual([]);
    const lines = await ground.metered(status === 502 ? 3 : 1);
    expect(lines.at(-1)).toMatchObject({ event: 'refused', why: expect.stringContaining(why) });
    await boundary.close();
    const expected = status === 403 ? [{ host: 'calls of MCP servers', why: 'request', count: 1 }] : [];
    expect(await refusedLines(ground, expected.length)).toMatchObject(expected);
  });

  test('a session whose grant names no server has none', async () => {
    await ground.serve();
    const bare = await ground.grant('two');
    await eventually(async () => ((await ask(bare, list).catch(() => null))?.status === 403 ? true : null));
    expect(ground.model.asked).toEqual([]);
  });

  test.each([
    ['no file', async () => writeFile(file, '')],
    ['a file that others read', async () => chmod(file, 0o644)],
  ])('%s: nothing leaves, and the log says why', async (_, spoil) => {
    await spoil();
    await ground.serve();
    expect((await ask(socket, list)).status).toBe(502);
    expect(ground.model.asked).toEqual([]);
    expect(ground.logged.join('\n')).toContain('server tracker has no credential');
  });

  test.each([
    [401, 'credential refused'],
    [307, 'a redirect'],
  ])('an answer of %d is not passed on, and nothing follows it', async (status, why) => {
    await ground.serve();
    ground.model.answer = (_, response) =>
      response.writeHead(status, { location: `${ground.model.url}/else`, 'www-authenticate': 'Bearer' }).end('x');
    const answer = await ask(socket, list);
    expect([answer.status, answer.headers['www-authenticate'], answer.headers.location]).toEqual([
      502,
      undefined,
      undefined,
    ]);
    expect(ground.model.asked).toHaveLength(1);
    expect((await ground.metered(3)).at(-1)).toMatchObject({ event: 'refused', why });
  });

  test('too many of them, and one that is too long', async () => {
    await ground.serve({ requestsPerMinute: 2, bodyBytes: 100 });
    expect((await ask(socket, { ...list, body: ' '.repeat(101) })).status).toBe(413);
    expect((await ask(socket, list)).status).toBe(200);
    expect((await ask(socket, list)).status).toBe(429);
    // Its model is asked all the same.
    expect((await ask(socket, { body: '{}' })).status).toBe(403);
  });

  test('what is smuggled behind one', async () => {
    await ground.serve();
    const head = `POST /mcp/open HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`;
    await raw(socket, `${head}GET /secret HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect(ground.model.asked.map(({ url }) => url)).toEqual(['/mcp?team=letters']);
  });
});

test.each([
  ['/mcp/a', true],
  ['/mcp', true],
  ['/mcp?x', true],
  ['/mcps', false],
  ['/anthropic/mcp/a', false],
  [undefined, false],
])('%s is a call: %s', (target, is) => expect(isCall(target)).toBe(is));

test.each([
  ['POST', '/mcp/a', 'a'],
  ['GET', '/mcp/a', 'a'],
  ['DELETE', '/mcp/b', 'b'],
  ['post', '/mcp/a', null],
  ['PATCH', '/mcp/a', null],
  [undefined, '/mcp/a', null],
  ['POST', '/mcp/A', null],
  ['POST', '/mcp/a/', null],
  ['POST', '/mcp/a#b', null],
  ['POST', '//mcp/a', null],
  ['POST', 'http://x/mcp/a', null],
])('%s %s calls %s', (method, target, name) => expect(calledServer(['a', 'b'], method, target)).toBe(name));

test.each([
  'http://tracker.example/mcp',
  'https://me:secret@tracker.example/mcp',
  'https://me@tracker.example/mcp',
  'https://:secret@tracker.example/mcp',
  'https://tracker.example/mcp#x',
  'http://10.0.0.1/mcp',
  'ftp://tracker.example/',
  'tracker.example',
])('%s is no address of a server', (url) => expect(Server.safeParse({ url }).success).toBe(false));

test.each(['host', 'content-length', 'mcp-session-id', 'proxy-authorization', 'X-Api-Key', 'a b', ''])(
  'header %j carries no credential',
  (header) => expect(Server.safeParse({ url: 'https://tracker.example/', header }).success).toBe(false),
);
