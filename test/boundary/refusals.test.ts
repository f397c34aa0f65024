import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, canary, claudeBody, codexBody, eventually, makeGround, raw } from './ground.ts';
import type { Asking, Ground } from './ground.ts';

/** What an agent may try. One boundary for all of it; after each attempt an honest request still goes through. */
let ground: Ground;
let claude: string;
let paid: string;
let chatgpt: string;
const answers: string[] = [];

beforeAll(async () => {
  ground = await makeGround();
  claude = await ground.grant('claude');
  paid = await ground.grant('paid', { account: 'claude-key' });
  chatgpt = await ground.grant('chatgpt', { account: 'chatgpt' });
  await ground.serve({ refusalsPerMinute: 1000, requestsPerMinute: 1000, bodyBytes: 100_000 });
});

afterAll(() => ground.close());

const messages = '/anthropic/v1/messages';

describe('no way out: 403, and the model never hears of it', () => {
  test.each<[string, Asking]>([
    ['another path of the provider', { path: '/anthropic/v1/organizations' }],
    ['counting tokens', { path: `${messages}/count_tokens` }],
    ['batches', { path: `${messages}/batches` }],
    ['files', { path: '/anthropic/v1/files' }],
    ['the old completions', { path: '/anthropic/v1/complete' }],
    ['the route without its prefix', { path: '/v1/messages' }],
    ['the root', { path: '/' }],
    ["the other provider's route", { path: '/openai/v1/responses', body: codexBody }],
    ['a chat completion', { path: '/openai/v1/chat/completions', body: codexBody }],
    ['a slash at the end', { path: `${messages}/` }],
    ['two slashes', { path: '/anthropic//v1/messages' }],
    ['two slashes first', { path: `/${messages}` }],
    ['up and down again', { path: '/anthropic/v1/files/../messages' }],
    ['up from the route', { path: `${messages}/../organizations` }],
    ['a dot', { path: '/anthropic/./v1/messages' }],
    ['an encoded slash', { path: '/anthropic%2Fv1%2Fmessages' }],
    ['an encoded letter', { path: '/anthropic/v1/%6dessages' }],
    ['encoded dots', { path: '/anthropic/v1/%2e%2e/v1/messages' }],
    ['twice encoded', { path: '/anthropic/v1/files/%252e%252e/messages' }],
    ['a backslash', { path: '/anthropic\\v1\\messages' }],
    ['other case', { path: '/Anthropic/V1/Messages' }],
    ['a parameter in the path', { path: `${messages};a=b` }],
    ['an empty query', { path: `${messages}?` }],
    ['another query', { path: `${messages}?beta=false` }],
    ['more query', { path: `${messages}?beta=true&x=1` }],
    ['the query twice', { path: `${messages}?beta=true&beta=true` }],
    ['an encoded query', { path: `${messages}?beta=%74rue` }],
    ['a fragment', { path: `${messages}#x` }],
    ['another host in the target', { path: 'http://169.254.169.254/anthropic/v1/messages' }],
    ['the own host in the target', { path: 'http://localhost/anthropic/v1/messages' }],
    ['GET', { method: 'GET', body: '' }],
    ['HEAD', { method: 'HEAD', body: '' }],
    ['PUT', { method: 'PUT' }],
    ['DELETE', { method: 'DELETE', body: '' }],
    ['OPTIONS', { method: 'OPTIONS', body: '' }],
    ['PATCH', { method: 'PATCH' }],
    ['TRACE', { method: 'TRACE', body: '' }],
    ['a method of WebDAV', { method: 'PROPFIND' }],
    ['a websocket', { headers: { connection: 'upgrade', upgrade: 'websocket' } }],
    ['HTTP/2 by upgrade', { headers: { connection: 'upgrade', upgrade: 'h2c' } }],
    ['a paid key in a subscription', { headers: { 'x-api-key': 'dummy' } }],
    ['a body that is packed', { headers: { 'content-encoding': 'gzip' } }],
    ['a model that is not granted', { body: claudeBody.replace('opus-5-5', 'opus-9') }],
    ['a granted model in other case', { body: claudeBody.replace('claude-opus', 'Claude-Opus') }],
    ['a granted model with a blank', { body: claudeBody.replace('opus-5-5', 'opus-5-5 ') }],
    ['the beginning of a granted model', { body: claudeBody.replace('opus-5-5', 'opus-5') }],
    ['more than a granted model', { body: claudeBody.replace('opus-5-5', 'opus-5-5-fast') }],
    ['an empty model', { body: '{"model":""}' }],
    ['models as an array', { body: '{"model":["claude-opus-5-5"]}' }],
    ['a model as an object', { body: '{"model":{"toString":"claude-opus-5-5"}}' }],
    ['no model', { body: '{"messages":[]}' }],
    ['a model by the prototype', { body: '{"__proto__":{"model":"claude-opus-5-5"}}' }],
    ['no object', { body: '["claude-opus-5-5"]' }],
    ['null', { body: 'null' }],
  ])('%s', async (_, asking) => {
    await refused(claude, asking, 403);
  });

  test.each<[string, Asking]>([
    ['from ChatGPT to the other provider', {}],
    ['other tasks of the ChatGPT backend', { path: '/openai/v1/responses/compact', body: codexBody }],
    ['the ChatGPT path itself', { path: '/backend-api/codex/responses', body: codexBody }],
    ['a query there', { path: '/openai/v1/responses?beta=true', body: codexBody }],
    ['a stored answer', { method: 'GET', path: '/openai/v1/responses/resp_1', body: '' }],
    ['an API key there', { path: '/openai/v1/responses', body: codexBody, headers: { 'x-api-key': 'dummy' } }],
  ])('%s', async (_, asking) => {
    const answer = await refused(chatgpt, asking, 403);
    expect(JSON.parse(answer)).toMatchObject({ error: { type: 'invalid_request_error', code: 'boundary_403' } });
  });
});

describe('a body that two readers might read differently: 400', () => {
  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['no JSON', 'model=claude-opus-5-5'],
    ['cut JSON', claudeBody.slice(0, -1)],
    ['something after it', `${claudeBody}{}`],
    ['two models', '{"model":"claude-opus-5-5","model":"claude-opus-9"}'],
    ['two models, one with an escape', String.raw`{"model":"claude-opus-9","\u006dodel":"claude-opus-5-5"}`],
    ['two models, one in other case', '{"model":"claude-opus-5-5","Model":"claude-opus-9"}'],
    ['a name twice somewhere inside', '{"model":"claude-opus-5-5","tools":[{"type":"custom","type":"web_search"}]}'],
    ['not UTF-8', Buffer.from('{"model":"claude-opus-5-5","x":"\xff"}', 'latin1')],
    ['a byte order mark', `\ufeff${claudeBody}`],
    ['UTF-16', Buffer.from(claudeBody, 'utf16le')],
    ['too deep', `{"model":"claude-opus-5-5","x":${'['.repeat(300)}${']'.repeat(300)}}`],
  ])('%s', async (_, body) => {
    const answer = await refused(claude, { body }, 400);
    expect(JSON.parse(answer)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });
});

describe('too long: 413', () => {
  test('by its length', () => refused(claude, { body: 'x'.repeat(100_001) }, 413));

  test('without a length', () =>
    refused(claude, { body: 'x'.repeat(100_001), headers: { 'transfer-encoding': 'chunked' } }, 413));
});

describe('not even a request', () => {
  const body = `content-type: application/json\r\n\r\n${claudeBody}`;
  const length = `content-length: ${claudeBody.length}\r\n`;
  test.each<[string, RegExp, string]>([
    ['a tunnel', /^HTTP\/1.1 403 /, 'CONNECT api.anthropic.com:443 HTTP/1.1\r\nhost: api.anthropic.com:443\r\n\r\n'],
    [
      'a tunnel to the machine',
      /^HTTP\/1.1 403 /,
      'CONNECT 127.0.0.1:2375 HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    ],
    [
      'both lengths',
      /^HTTP\/1.1 400 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n${length}${body}`,
    ],
    [
      'both lengths, other order',
      /^HTTP\/1.1 400 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\n${length}transfer-encoding: chunked\r\n${body}`,
    ],
    ['two lengths', /^HTTP\/1.1 400 /, `POST ${messages} HTTP/1.1\r\nhost: x\r\n${length}content-length: 5\r\n${body}`],
    [
      'a length with a sign',
      /^HTTP\/1.1 400 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\ncontent-length: +5\r\n${body}`,
    ],
    [
      'an unknown coding',
      /^HTTP\/1.1 400 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n${body}`,
    ],
    [
      'a chunk length that is none',
      /^HTTP\/1.1 400 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
    ],
    ['a folded header', /^HTTP\/1.1 400 /, `POST ${messages} HTTP/1.1\r\nhost: x\r\nx: y\r\n z\r\n${length}${body}`],
    [
      'a header with a blank in its name',
      /^HTTP\/1.1 400 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\ncontent-length : 5\r\n${body}`,
    ],
    [
      'a zero in a header',
      /^HTTP\/1.1 400 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\nuser-agent: a\0b\r\n${length}${body}`,
    ],
    ['newlines alone', /^HTTP\/1.1 400 /, `POST ${messages} HTTP/1.1\nhost: x\ncontent-length: 5\n\n12345`],
    ['HTTP/2', /^HTTP\/1.1 400 /, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/0.9', /^HTTP\/1.1 403 /, 'GET /\r\n\r\n'],
    ['TLS', /^HTTP\/1.1 400 /, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['no host', /^HTTP\/1.1 400 /, `POST ${messages} HTTP/1.1\r\n${length}connection: close\r\n${body}`],
    [
      'an expectation',
      /^HTTP\/1.1 403 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\nexpect: 200-maybe\r\n${length}${body}`,
    ],
    [
      'a huge header',
      /^HTTP\/1.1 431 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n${length}${body}`,
    ],
    ['a huge target', /^HTTP\/1.1 431 /, `POST ${'/x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n${length}${body}`],
    [
      'many headers',
      /^HTTP\/1.1 431 /,
      `POST ${messages} HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(10_000)}${length}${body}`,
    ],
    [
      'a target that is a host',
      /^HTTP\/1.1 (400|403) /,
      `POST api.anthropic.com:443 HTTP/1.1\r\nhost: x\r\n${length}${body}`,
    ],
    ['the target *', /^HTTP\/1.1 403 /, `OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`],
  ])('%s', async (_, expected, bytes) => {
    const before = ground.model.asked.length;
    const answer = await raw(claude, Buffer.from(bytes, 'latin1'));
    answers.push(answer);
    expect(answer).toMatch(expected);
    expect(ground.model.asked).toHaveLength(before);
    await stillServes();
  });

  test('a second request behind the first is not taken', async () => {
    const before = ground.model.asked.length;
    const one = `POST ${messages} HTTP/1.1\r\nhost: x\r\n${length}${body}`;
    // Time enough for the second one to get through, if it could.
    const usual = ground.model.answer;
    ground.model.answer = (asked, response) => void setTimeout(() => usual(asked, response), 200);
    const answer = await raw(claude, one + one);
    ground.model.answer = usual;
    expect(answer.match(/^HTTP\/1.1 \d+/gm)?.[0]).toBe('HTTP/1.1 200');
    expect(ground.model.asked).toHaveLength(before + 1);
  });

  test('nonsense behind a request ends the connection, and is never answered in the middle of the answer', async () => {
    const usual = ground.model.answer;
    ground.model.answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    const socket = connect(claude);
    socket.write(`POST ${messages} HTTP/1.1\r\nhost: x\r\n${length}${body}`);
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk.toString();
      if (said.includes('data: 1')) {
        socket.write('\0\0 nonsense\r\n\r\n');
      }
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    ground.model.answer = usual;
    expect(said.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    await stillServes();
  });

  test('what is hidden in a body stays a body', async () => {
    const inner = 'POST /v1/organizations HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n';
    const before = ground.model.asked.length;
    const chunked = `POST ${messages} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${claudeBody.length.toString(16)}\r\n${claudeBody}\r\n0\r\n\r\n`;
    const answer = await raw(claude, chunked + inner);
    answers.push(answer);
    expect(ground.model.asked.slice(before).map(({ url, body }) => [url, body.toString()])).toEqual([
      ['/v1/messages', claudeBody],
    ]);
  });
});

test('a paid session takes the dummy key, and the paid session alone', async () => {
  expect((await ask(paid, { headers: { 'x-api-key': 'dummy' } })).status).toBe(200);
  expect(ground.model.asked.at(-1)?.headers['x-api-key']).toBe(canary['claude-key']);
});

test('every refusal was recorded, with what was asked and why', async () => {
  const refusals = (await ground.metered(1)).filter((line) => line.event === 'refused');
  expect(refusals.length).toBeGreaterThan(85);
  expect(refusals).toContainEqual(
    expect.objectContaining({
      session: 'claude',
      method: 'POST',
      path: '/anthropic/v1/organizations',
      why: 'no such route',
    }),
  );
  expect(refusals).toContainEqual(
    expect.objectContaining({
      session: 'claude',
      method: 'CONNECT',
      path: '127.0.0.1:2375',
      why: '127.0.0.1:2375 is not among the hosts of this project',
    }),
  );
  expect(refusals).toContainEqual(
    expect.objectContaining({ session: 'claude', why: 'model "claude-opus-9" is not among this session\'s' }),
  );
  expect(refusals).toContainEqual(expect.objectContaining({ session: 'chatgpt', why: 'no such route' }));
  expect(refusals.every(({ path }) => path.length <= 200)).toBe(true);
});

test('no credential is in any answer, file or log', async () => {
  expect(answers.length).toBeGreaterThan(85);
  expect(answers.join('\n') + (await ground.everything())).not.toContain('CANARY');
});

async function refused(socket: string, asking: Asking, status: number): Promise<string> {
  const before = ground.model.asked.length;
  const answer = await ask(socket, asking);
  const text = answer.body.toString();
  answers.push(JSON.stringify(answer.headers) + text);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(text).toMatch(asking.method === 'HEAD' ? /^$/ : /Signalbox's boundary answers/);
  expect(ground.model.asked).toHaveLength(before);
  await stillServes();
  return text;
}

async function stillServes(): Promise<void> {
  const before = ground.model.asked.length;
  const answer = await ask(claude);
  answers.push(JSON.stringify(answer.headers) + answer.body.toString());
  expect(answer.status).toBe(200);
  expect(ground.model.asked).toHaveLength(before + 1);
}

test('a grant without models lets nothing to a provider, whatever account it names', async () => {
  const before = ground.model.asked.length;
  for (const [name, account] of [
    ['way', 'nobody'],
    ['borrowed', 'chatgpt'],
  ] as const) {
    const way = await ground.grant(name, { account, models: [] });
    await eventually(async () => ((await ask(way).catch(() => null))?.status === 403 ? true : null));
    const paths = [messages, '/openai/v1/responses', '/v1/messages'] as const;
    for (const path of paths)
      for (const body of [claudeBody, codexBody]) expect((await ask(way, { path, body })).status).toBe(403);
  }
  expect(ground.model.asked).toHaveLength(before);
});
