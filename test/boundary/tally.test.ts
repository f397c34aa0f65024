import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Limits } from '../../src/boundary/limits.ts';
import { makeFar } from './far.ts';
import type { Far } from './far.ts';
import { ask, claudeBody, eventually, makeGround, raw } from './ground.ts';
import type { Ground } from './ground.ts';
import { closeOpened, open, reasons, refusedLines, speak } from './through.ts';

let ground: Ground;
let far: Far;
let socket: string;
let other: string;

beforeEach(async () => {
  [ground, far] = await Promise.all([makeGround(), makeFar()]);
  socket = await ground.grant('one', { hosts: ['example.org', 'git.example.org:8443'] });
  other = await ground.grant('other');
});

afterEach(async () => {
  closeOpened();
  await ground.close();
  await far.close();
});

const serve = (limits: Partial<Limits> = {}) => ground.serve({ settleMs: 20, ...limits }, far.outside);

describe('limits', () => {
  test('tunnels at once; the model stays in reach, and one that closes makes room', async () => {
    await serve({ tunnels: 2 });
    const first = await open('example.org:443', socket);
    await open('example.org:443', socket);
    expect((await open('example.org:443', socket)).status).toBe(429);
    expect((await ask(socket)).status).toBe(200);
    first.socket.destroy();
    await eventually(async () => ((await open('example.org:443', socket)).status === 200 ? true : null));
  });

  test('10,000 tunnels: a few are looked up, few lines are written, another session is served', async () => {
    await serve({ tunnelsPerMinute: 20, connections: 64 });
    const statuses = new Map<number, number>();
    for (let n = 0; n < 10_000; n += 50) {
      const some = await Promise.all(Array.from({ length: 50 }, () => open('example.org:443', socket)));
      for (const { status, socket: through } of some) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        through.destroy();
      }
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 20, 429: 9_980 });
    expect(far.lookedUp).toHaveLength(20);
    expect((await reasons(ground)).length).toBeLessThanOrEqual(60);
    expect((await ask(other)).status).toBe(200);
  }, 180_000);

  test('a silent tunnel is closed', async () => {
    await serve({ tunnelIdleMs: 500 });
    const { socket: through } = await open('example.org:443', socket);
    expect(await speak(through, 'example.org')).toBe('hello x');
    await eventually(() => Promise.resolve(through.destroyed ? true : null));
  });

  test('bytes of all tunnels, either way', async () => {
    far.answer = (one) => void one.end(Buffer.alloc(200_000));
    await serve({ tunnelBytes: 100_000 });
    const { socket: through } = await open('example.org:443', socket);
    const secure = connectTls({ socket: through, servername: 'example.org', ca: far.certificate });
    secure.on('error', () => undefined).resume();
    secure.write('x');
    await once(secure, 'close');
    expect((await open('example.org:443', socket)).status).toBe(429);
  });

  test('nobody takes the connection in time', async () => {
    const outside = { ...far.outside, lookup: () => new Promise<never>(() => undefined) };
    await ground.serve({ connectMs: 50 }, outside);
    expect(await open('example.org:443', socket)).toMatchObject({
      status: 502,
      text: expect.stringContaining('in time'),
    });
  });
});

describe('the grant', () => {
  test('a host that is taken out ends its tunnels, one that is put in is reached at once', async () => {
    await serve();
    const { socket: through } = await open('example.org:443', socket);
    await ground.grant('one', { hosts: ['other.example'] });
    await once(through, 'close');
    expect((await open('example.org:443', socket)).status).toBe(403);
    expect((await open('other.example:443', socket)).status).toBe(200);
  });

  test('a session that ends takes its tunnels along, here and outside', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    far.answer = (one) => {
      gone = once(one.resume(), 'close').catch(() => undefined);
      one.write('hello');
    };
    await serve();
    const { socket: through } = await open('example.org:443', socket);
    expect(await speak(through, 'example.org')).toBe('hello');
    await ground.revoke('one');
    await gone;
    await eventually(() => Promise.resolve(through.destroyed ? true : null));
  });

  test.each([
    '*.example.org',
    '93.184.215.14',
    'localhost',
    'Example.org',
    'example.org.',
    'example.org:0',
    '[::1]',
    'a b.org',
  ])('with %s serves nothing', async (host) => {
    const third = await ground.grant('third', { hosts: [host] });
    await serve();
    await expect(ask(third)).rejects.toThrow();
    expect(ground.logged.join()).toContain('hosts');
  });
});

describe('refused.jsonl', () => {
  test('repeats are one line, the rest is added up at the end', async () => {
    const boundary = await serve({ settleMs: 100 });
    for (let n = 0; n < 3; n += 1) await open('evil.example:443', socket);
    expect(await refusedLines(ground, 1)).toMatchObject([
      { session: 'one', task: 't0000000001', host: 'evil.example', port: 443, why: 'unlisted', count: 3 },
    ]);
    for (let n = 0; n < 5; n += 1) await open('evil.example:443', socket);
    await raw(socket, 'GET http://plain.example/?q=text HTTP/1.1\r\nhost: plain.example\r\n\r\n');
    await boundary.close();
    const rest = (await refusedLines(ground, 3)).slice(1).toSorted((a, b) => a.port - b.port);
    expect(rest).toMatchObject([
      { host: 'plain.example', port: 80, why: 'tls', count: 1 },
      { host: 'evil.example', count: 5 },
    ]);
  });

  test('what no session may ask of its model is one line, and what it may not just now is none', async () => {
    const boundary = await serve({ bodyBytes: 1_000, settleMs: 60_000 });
    expect((await ask(socket)).status).toBe(200);
    for (const asking of [
      { path: '/v1/models' },
      { method: 'PUT' },
      { body: claudeBody.replace('claude-opus-5-5', 'claude-fable-5-2') },
      { body: JSON.stringify({ ...JSON.parse(claudeBody), mcp_servers: [] }) },
      { headers: { 'x-api-key': 'mine' } },
    ])
      expect([asking, (await ask(socket, asking)).status]).toEqual([asking, 403]);
    expect((await ask(socket, { body: 'x'.repeat(2_000) })).status).toBe(413);
    expect((await ask(socket, { body: '{' })).status).toBe(400);
    await boundary.close();
    expect(await refusedLines(ground, 0)).toMatchObject([{ host: 'model requests', why: 'request', count: 6 }]);
  });

  test('of 200 names 32 are written, and nothing that is no name', async () => {
    const boundary = await serve();
    for (let n = 0; n < 200; n += 1) await open(`n${n}.example:443`, socket);
    await open('ignore-all-rules\u00a0and:443', socket).catch(() => undefined);
    // Nor do they hide what it asks of its provider.
    expect((await ask(socket, { path: '/v1/models' })).status).toBe(403);
    await boundary.close();
    const lines = await refusedLines(ground, 33);
    expect(lines).toHaveLength(33);
    expect(lines).toContainEqual(expect.objectContaining({ host: 'model requests', why: 'request', count: 1 }));
  });
});
