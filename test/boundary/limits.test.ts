import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, begin, claudeBody, eventually, makeGround, raw } from './ground.ts';
import type { Ground } from './ground.ts';
import { refusedLines } from './through.ts';

let ground: Ground;
let one: string;
let other: string;
const open: Socket[] = [];

beforeEach(async () => {
  ground = await makeGround();
  one = await ground.grant('one');
  other = await ground.grant('other');
});

afterEach(async () => {
  open.splice(0).forEach((socket) => socket.destroy());
  await ground.close();
});

async function silent(path: string, bytes = ''): Promise<Socket> {
  const socket = connect(path).on('error', () => undefined);
  open.push(socket);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

test('many connections: the session blocks itself alone, and is served again when they go', async () => {
  const boundary = await ground.serve({ connections: 4 });
  for (let n = 0; n < 4; n += 1) {
    await silent(one);
  }
  await expect(ask(one)).rejects.toThrow();
  expect((await ask(other)).status).toBe(200);
  expect(await ground.metered(1)).toContainEqual(
    expect.objectContaining({ session: 'one', why: 'too many connections' }),
  );
  open.splice(0).forEach((socket) => socket.destroy());
  await eventually(() =>
    ask(one).then(
      ({ status }) => (status === 200 ? true : null),
      () => null,
    ),
  );
  await boundary.close();
  const told = await refusedLines(ground, 0);
  expect(told.map(({ session, host, why }) => ({ session, host, why }))).toContainEqual({
    session: 'one',
    host: 'model requests',
    why: 'request',
  });
});

test('bodies that take long to judge: the session is told to wait, and the others are served', async () => {
  await ground.serve({ judgingMs: 0 });
  expect((await ask(one)).status).toBe(200);
  const answer = await ask(one);
  expect(answer.status).toBe(429);
  expect(answer.body.toString()).toContain("to judge this session's requests took more than 0 ms within a minute");
  expect((await ask(other)).status).toBe(200);
});

test.each([
  ['nothing', ''],
  ['half a line', 'POST /anthropic'],
  ['headers without an end', 'POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\n'],
])('a client that says %s is cut off', async (_, bytes) => {
  await ground.serve({ headersMs: 50, requestMs: 60_000 });
  expect(await raw(one, bytes)).toMatch(/^HTTP\/1.1 408 /);
});

test('a client that never ends its body is cut off', async () => {
  await ground.serve({ headersMs: 50, requestMs: 100 });
  const answer = await raw(
    one,
    `POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"model"`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(ground.model.asked).toEqual([]);
});

test('an answer may take longer than a request', async () => {
  await ground.serve({ headersMs: 50, requestMs: 100, connectMs: 100 });
  ground.model.answer = (_, response) => {
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      setTimeout(() => response.end('data: late\n\n'), 400);
    }, 400);
  };
  expect((await ask(one)).body.toString()).toBe('data: late\n\n');
});

test('bodies under way: no more than the session may hold, and all is given back', async () => {
  await ground.serve({ heldBytes: 1000 });
  const held: (() => void)[] = [];
  const usual = ground.model.answer;
  ground.model.answer = (asked, response) => void held.push(() => usual(asked, response));
  const body = claudeBody.padEnd(700);
  const first = begin(one, { body });
  await ground.model.until(1);
  const second = await ask(one, { body });
  expect([second.status, second.body.toString()]).toEqual([
    429,
    expect.stringContaining('the requests under way hold too much'),
  ]);
  const answered = once(first, 'response');
  held.forEach((release) => release());
  await answered;
  ground.model.answer = usual;
  await ground.metered(3);
  // Given up in mid-body, after the boundary has read a part of it.
  for (let n = 0; n < 6; n += 1) {
    const socket = await silent(
      one,
      `POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n${body.slice(0, 300)}`,
    );
    socket.resume().end();
    await once(socket, 'close');
  }
  for (let n = 0; n < 5; n += 1) {
    expect((await ask(one, { body })).status).toBe(200);
    expect((await ask(one, { body: body.replace('opus', 'xxxx') })).status).toBe(403);
  }
});

test('a body in ever so short pieces is refused after so many, and the others are served', async () => {
  await ground.serve({ heldBytes: 60_000 });
  const pieces = `1\r\n{\r\n`.repeat(20_000);
  const head = 'POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
  for (let n = 0; n < 10; n += 1) {
    const [answer, beside] = await Promise.all([raw(one, `${head}${pieces}0\r\n\r\n`), ask(other)]);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('the body comes in more than 8192 pieces');
    expect(beside.status).toBe(200);
  }
  expect((await ask(one)).status).toBe(200);
});

test('what is refused is read on for so many pieces, and then cut off', async () => {
  // Nothing else would end it before this test's own patience does.
  await ground.serve({ requestMs: 600_000 });
  const socket = await silent(one, 'POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('1\r\n{\r\n'.repeat(40_000));
  await closed;
  expect((await ask(one)).status).toBe(200);
}, 15_000);

test('a body in pieces goes out as it is', async () => {
  await ground.serve();
  const body = claudeBody.padEnd(300_000);
  const asked = Array.from({ length: 600 }, (_, n) => `1f4\r\n${body.slice(n * 500, n * 500 + 500)}\r\n`).join('');
  const head =
    'POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n';
  expect(await raw(one, `${head}${asked}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  expect(ground.model.asked.map((one) => one.body.toString())).toEqual([body]);
});

test('requests in a minute', async () => {
  await ground.serve({ requestsPerMinute: 3 });
  const answers = [];
  for (let n = 0; n < 5; n += 1) {
    answers.push((await ask(one)).status);
  }
  expect(answers).toEqual([200, 200, 200, 429, 429]);
  expect(ground.model.asked).toHaveLength(3);
  expect((await ask(other)).status).toBe(200);
});

test('refusals beyond so many are answered and not written', async () => {
  await ground.serve({ refusalsPerMinute: 3 });
  for (let n = 0; n < 10; n += 1) {
    expect((await ask(one, { path: '/x' })).status).toBe(403);
  }
  await ask(one);
  expect((await ground.metered(5)).map((line) => line.event)).toEqual([
    'refused',
    'refused',
    'refused',
    'started',
    'ended',
  ]);
});

test('an upstream that does not take the connection', async () => {
  // No route leads to this block, or nobody answers there: both end the wait.
  ground.accounts['claude'] = { ...ground.accounts['claude']!, upstream: 'https://127.0.0.1:1' };
  await ground.serve({ connectMs: 50 });
  expect((await ask(one)).status).toBe(502);
});
