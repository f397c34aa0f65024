import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anthropicStream, openaiStream } from '../fakes/model.ts';
import { ask, begin, canary, claudeBody, codexBody, makeGround } from './ground.ts';
import type { AccountName, Asking, Ground } from './ground.ts';

let ground: Ground;

beforeEach(async () => {
  ground = await makeGround();
});

afterEach(() => ground.close());

const codex = { path: '/openai/v1/responses', body: codexBody };

async function session(account: AccountName): Promise<string> {
  const socket = await ground.grant('one', { account });
  await ground.serve();
  return socket;
}

describe('a request goes out', () => {
  test.each([
    [
      'claude',
      { authorization: `Bearer ${canary.claude}`, 'anthropic-beta': 'oauth-2025-04-20,effort-2025-11-24' },
      '/v1/messages?beta=true',
    ],
    ['claude-key', { 'x-api-key': canary['claude-key'] }, '/v1/messages?beta=true'],
    ['chatgpt', { authorization: `Bearer ${canary.chatgpt}`, 'chatgpt-account-id': 'acct_1' }, '/v1/responses'],
    ['openai-key', { authorization: `Bearer ${canary['openai-key']}` }, '/v1/responses'],
  ] as const)('account %s: with its own credential, and nothing of the dummy', async (account, credential, url) => {
    const socket = await session(account);
    const asking: Asking = account.startsWith('claude') ? {} : codex;
    const answer = await ask(socket, {
      ...asking,
      headers: {
        'chatgpt-account-id': 'dummy',
        'content-type': 'text/plain; charset=utf-7',
        cookie: 'a=b',
        'proxy-authorization': 'Basic eA==',
        'accept-encoding': 'gzip, br, zstd',
        'x-forwarded-for': '10.0.0.1',
        'openai-beta': 'responses_multi_agent=v1',
        'anthropic-beta': 'effort-2025-11-24',
        'x-stainless-lang': 'js',
        'user-agent': 'claude-cli/2.1.329 (external, cli)',
        session_id: 's-1',
        ...(account === 'claude-key' ? { 'x-api-key': 'dummy' } : {}),
      },
    });
    expect(answer.status).toBe(200);
    const [asked] = ground.model.asked;
    expect(asked).toMatchObject({ method: 'POST', url, body: Buffer.from(asking.body ?? claudeBody) });
    expect(asked?.headers).toEqual({
      'accept-encoding': 'identity',
      'anthropic-beta': 'effort-2025-11-24',
      ...credential,
      'anthropic-version': '2023-06-01',
      connection: 'close',
      'content-length': String((asking.body ?? claudeBody).length),
      'content-type': 'application/json',
      host: new URL(ground.model.url).host,
      session_id: 's-1',
      'user-agent': 'claude-cli/2.1.329 (external, cli)',
      'x-stainless-lang': 'js',
    });
  });

  test('what a login takes goes with it, whatever the session leaves out, and once', async () => {
    const key = await ground.grant('two', { account: 'claude-key' });
    const socket = await session('claude');
    for (const headers of [{}, { 'anthropic-beta': 'oauth-2025-04-20, effort-2025-11-24' }])
      expect((await ask(socket, { headers })).status).toBe(200);
    expect((await ask(key)).status).toBe(200);
    expect(ground.model.asked.map(({ headers }) => headers['anthropic-beta'])).toEqual([
      'oauth-2025-04-20',
      'oauth-2025-04-20,effort-2025-11-24',
      undefined,
    ]);
  });

  test('the body goes byte for byte, however it is spaced and escaped', async () => {
    const socket = await session('claude');
    const body = Buffer.from(
      '\t{ "model" : "claude-opus-5-5",\r\n"top_p":1.0e0, "metadata":{"big":12345678901234567890, "2":"\\u00fc", "1":"ü🚦"}}\n',
    );
    expect((await ask(socket, { body })).status).toBe(200);
    expect(ground.model.asked[0]?.body).toEqual(body);
  });

  test('a body in chunks arrives whole, with its length', async () => {
    const socket = await session('claude');
    const answer = await ask(socket, { headers: { 'transfer-encoding': 'chunked' } });
    expect(answer.status).toBe(200);
    expect(ground.model.asked[0]?.headers).toMatchObject({ 'content-length': String(claudeBody.length) });
    expect(ground.model.asked[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  test('a credential that was renewed counts from the next request on', async () => {
    const socket = await session('claude');
    await ask(socket);
    await writeFile(ground.accounts['claude']!.credentialFile, 'sk-ant-oat01-CANARY-renewed', { mode: 0o600 });
    await ask(socket);
    expect(ground.model.asked.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${canary.claude}`,
      'Bearer sk-ant-oat01-CANARY-renewed',
    ]);
  });

  test('when it cannot be metered it stays here', async () => {
    const socket = await session('claude');
    await rm(join(ground.folder, 'usage.jsonl'));
    await mkdir(join(ground.folder, 'usage.jsonl'));
    const answer = await ask(socket);
    expect(answer.status).toBe(503);
    expect(answer.body.toString()).toContain('it cannot record what is spent, so nothing leaves');
    expect(ground.model.asked).toEqual([]);
    expect(ground.logged.join()).toContain('usage.jsonl cannot be written');
    await rm(join(ground.folder, 'usage.jsonl'), { recursive: true });
    expect((await ask(socket)).status).toBe(200);
  });

  test('without a credential it stays here, and the answer says who lacks what, but not where', async () => {
    const socket = await session('claude');
    await chmod(ground.accounts['claude']!.credentialFile, 0o644);
    const answer = await ask(socket);
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body.toString())).toEqual({
      type: 'error',
      error: {
        type: 'authentication_error',
        message:
          "Signalbox's boundary answers, not the model's provider: account claude has no usable credential on this machine; its owner has to log in again.",
      },
    });
    expect(ground.model.asked).toEqual([]);
    expect(ground.logged.join()).toContain('secrets/claude; it must be mode 0600');
    expect(await ground.metered(1)).toMatchObject([{ event: 'refused', why: 'no credential' }]);
  });
});

describe('an answer comes back', () => {
  test.each([
    ['claude', {}, anthropicStream, { input: 112, cached: 5, output: 20 }],
    ['chatgpt', codex, openaiStream, { input: 1000, cached: 400, output: 50 }],
  ] as const)(
    'account %s: byte for byte in pieces of any size, and metered',
    async (account, asking, stream, usage) => {
      const socket = await session(account);
      const bytes = Buffer.from(stream);
      for (const size of [1, 2, 3, 7, 64, 1000]) {
        ground.model.answer = async (_, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
          for (let at = 0; at < bytes.length; at += size) {
            response.write(bytes.subarray(at, at + size));
            await new Promise((resolve) => setImmediate(resolve));
          }
          response.end();
        };
        expect((await ask(socket, asking)).body).toEqual(bytes);
      }
      const ended = (await ground.metered(12)).filter((line) => line.event === 'ended');
      expect(ended).toHaveLength(6);
      for (const line of ended) {
        expect(line).toMatchObject({ session: 'one', status: 200, usage });
      }
    },
  );

  test('each piece at once, not when there is more', async () => {
    const socket = await session('claude');
    let release = (): void => undefined;
    ground.model.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      release = () => {
        response.write('data: 1\n\n');
        release = () => response.end('data: 2\n\n');
      };
    };
    const [answer] = (await once(begin(socket), 'response')) as [IncomingMessage];
    release();
    expect(String((await once(answer, 'data'))[0])).toBe('data: 1\n\n');
    const end = once(answer, 'end');
    release();
    expect(String((await once(answer, 'data'))[0])).toBe('data: 2\n\n');
    await end;
  });

  test('the start is durable before the model is asked, and each request has its own id', async () => {
    const socket = await session('claude');
    const startedFirst: unknown[] = [];
    ground.model.answer = async (_, response) => {
      startedFirst.push((await ground.metered(1)).at(-1));
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream);
    };
    await ask(socket);
    expect(startedFirst).toMatchObject([
      { event: 'started', session: 'one', account: 'claude', model: 'claude-opus-5-5' },
    ]);
    await ground.metered(2);
    await ask(socket);
    const lines = await ground.metered(4);
    expect(lines.map((line) => line.event)).toEqual(['started', 'ended', 'started', 'ended']);
    const ids = lines.map((line) => ('id' in line ? line.id : ''));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(new Set(ids).size).toBe(2);
  });

  test('an error of the provider comes as it is, with its rate limits, and no cookie', async () => {
    const socket = await session('claude');
    const body = '{"type":"error","error":{"type":"rate_limit_error","message":"x"}}';
    const told = {
      'retry-after': '7200',
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': '1795262400',
      'x-should-retry': 'false',
      'request-id': 'req_1',
      'content-type': 'application/json',
    };
    ground.model.answer = (_, response) => {
      response.writeHead(429, {
        ...told,
        'set-cookie': 'a=b',
        'anthropic-organization-id': 'org',
        'alt-svc': 'h3',
        location: 'http://x',
      });
      response.end(body);
    };
    const answer = await ask(socket);
    expect(answer.status).toBe(429);
    expect(answer.body.toString()).toBe(body);
    const { date, ...headers } = answer.headers;
    expect(date).toMatch(/GMT$/);
    expect(headers).toEqual({ ...told, 'content-length': String(body.length), connection: 'close' });
    expect((await ground.metered(2))[1]).toMatchObject({ event: 'ended', status: 429, usage: null });
  });

  test.each([
    ['an error that holds the credential', 500, `{"sent":"Bearer ${canary.claude}"}`],
    ['an error that never seems to end', 500, 'x'.repeat(2 ** 20 + 1)],
  ])('%s is withheld', async (_, status, body) => {
    const socket = await session('claude');
    ground.model.answer = (_, response) => response.writeHead(status, { 'request-id': canary.claude }).end(body);
    const answer = await ask(socket);
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toContain("the upstream's answer with status 500 was withheld");
    expect(JSON.stringify(answer.headers) + answer.body.toString()).not.toContain('CANARY');
  });

  test.each([
    ['as it is', (secret: string) => secret],
    ['in base64', (secret: string) => Buffer.from(`u:${secret}`).toString('base64')],
  ])('a stream that holds the credential %s comes with asterisks in its place', async (_, write) => {
    const socket = await session('claude');
    const said = `data: {"delta":"before ${write(canary.claude)} after"}\n\n`;
    ground.model.answer = async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const letter of said) {
        response.write(letter);
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    };
    const answer = (await ask(socket)).body.toString();
    expect(answer).toMatch(/^data: {"delta":"before [\w=]{0,4}\*{8,}[\w=]{0,4} after"}\n\n$/);
    expect(answer).toHaveLength(said.length);
  });

  test('a header that holds the credential is left out', async () => {
    const socket = await session('claude');
    ground.model.answer = (_, response) =>
      response.writeHead(200, { 'request-id': `for ${canary.claude}`, 'x-request-id': 'req_1' }).end();
    const { headers } = await ask(socket);
    expect(headers).toMatchObject({ 'x-request-id': 'req_1' });
    expect(headers).not.toHaveProperty('request-id');
  });

  test('a redirect is not followed', async () => {
    const socket = await session('claude');
    ground.model.answer = (_, response) =>
      response.writeHead(307, { location: `${ground.model.url}/v1/messages` }).end();
    expect((await ask(socket)).status).toBe(307);
    expect(ground.model.asked).toHaveLength(1);
  });

  test('what is not a stream is metered too', async () => {
    const socket = await session('claude');
    const body = '{"type":"message","content":[],"usage":{"input_tokens":3,"output_tokens":4}}';
    ground.model.answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    expect((await ask(socket)).body.toString()).toBe(body);
    expect((await ground.metered(2))[1]).toMatchObject({ usage: { input: 3, cached: 0, output: 4 } });
  });
});

describe('one side breaks off', () => {
  test('the client: so does the upstream, and the request is metered as cut', async () => {
    const socket = await session('claude');
    ground.model.answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    const request = begin(socket);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    await once(answer, 'data');
    request.on('error', () => undefined);
    answer.on('error', () => undefined);
    request.destroy();
    await ground.model.asked[0]?.gone;
    expect((await ground.metered(2))[1]).toMatchObject({ event: 'ended', status: 200, usage: null });
  });

  test('the client, before the model answers', async () => {
    const socket = await session('claude');
    ground.model.answer = () => undefined;
    const request = begin(socket).on('error', () => undefined);
    await ground.model.until(1);
    request.destroy();
    await ground.model.asked[0]?.gone;
    expect((await ground.metered(2))[1]).toMatchObject({ event: 'ended', status: null, usage: null });
  });

  test('the client, while it does not read: the upstream waits, and then breaks off', async () => {
    const socket = await session('claude');
    let sent = 0;
    ground.model.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(64 * 1024, 'x'))) {
          sent += 1;
        }
        sent += 1;
        response.once('drain', more);
      };
      more();
    };
    const request = begin(socket);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    answer.on('error', () => undefined);
    answer.pause();
    // Stands still once every buffer on the way is full, instead of filling the boundary's memory.
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent * 64 * 1024).toBeLessThan(32 * 2 ** 20);
    request.destroy();
    await ground.model.asked[0]?.gone;
  });

  test('the upstream: the client sees a broken connection, never a clean end', async () => {
    const socket = await session('claude');
    ground.model.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(anthropicStream.slice(0, 700), () => response.socket?.destroy());
    };
    await expect(ask(socket)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await ground.metered(2))[1]).toMatchObject({ event: 'ended', status: 200, usage: null });
  });

  test('the upstream, before it answers: an error in the shape of the provider', async () => {
    const socket = await session('chatgpt');
    ground.model.answer = (_, response) => response.socket?.destroy();
    const answer = await ask(socket, codex);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString())).toEqual({
      error: {
        message: `Signalbox's boundary answers, not the model's provider: no answer came from ${new URL(ground.model.url).host} (ECONNRESET).`,
        type: 'server_error',
        param: null,
        code: 'boundary_502',
      },
    });
    expect((await ground.metered(2))[1]).toMatchObject({ event: 'ended', status: null, usage: null });
  });

  test.each([
    [
      'a change of protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nfree bytes',
    ],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['no header end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`],
  ])('an upstream that says %s is as good as none', async (_, bytes) => {
    const upstream = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(bytes));
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    ground.accounts['claude'] = {
      ...ground.accounts['claude']!,
      upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    };
    const socket = await session('claude');
    const answer = await ask(socket);
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).not.toContain('free bytes');
    await new Promise((resolve) => upstream.close(resolve));
  });

  test('no upstream at all', async () => {
    const socket = await session('claude');
    await ground.model.close();
    expect((await ask(socket)).status).toBe(502);
    ground.model.close = async () => undefined;
  });
});
