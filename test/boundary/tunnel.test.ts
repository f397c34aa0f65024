import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RefusedLine } from '../../src/boundary/files.ts';
import type { Limits } from '../../src/boundary/limits.ts';
import { makeFar, there } from './far.ts';
import type { Far } from './far.ts';
import { ask, eventually, makeGround, raw } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;
let far: Far;
let socket: string;
let other: string;
const opened: Socket[] = [];

beforeEach(async () => {
  [ground, far] = await Promise.all([makeGround(), makeFar()]);
  socket = await ground.grant('one', { hosts: ['example.org', 'git.example.org:8443'] });
  other = await ground.grant('other');
});

afterEach(async () => {
  opened.splice(0).forEach((one) => one.destroy());
  await ground.close();
  await far.close();
});

const serve = (limits: Partial<Limits> = {}) => ground.serve({ settleMs: 20, ...limits }, far.outside);

type Opened = { readonly status: number; readonly socket: Socket; readonly text: string };

/** A tunnel as a tool asks for it; `socket` is through when the status is 200. */
async function open(target: string, path = socket): Promise<Opened> {
  const asking = request({
    socketPath: path,
    method: 'CONNECT',
    path: target,
    headers: { host: target },
    agent: false,
  });
  asking.on('error', () => undefined);
  const [answer, through, head] = (await once(asking.end(), 'connect')) as [{ statusCode: number }, Socket, Buffer];
  through.on('error', () => undefined);
  opened.push(through);
  if (answer.statusCode === 200) return { status: 200, socket: through, text: '' };
  const chunks = [head];
  for await (const chunk of through) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, socket: through, text: Buffer.concat(chunks).toString() };
}

/** The end of the answer to `bytes` in TLS; null when the connection ended instead. */
async function speak(through: Socket, servername: string, bytes = 'x', options: object = {}): Promise<string | null> {
  const secure = connectTls({
    socket: through,
    servername,
    ca: far.certificate,
    rejectUnauthorized: false,
    ...options,
  });
  const over = new Promise<null>((done) => {
    secure.once('error', () => done(null)).once('close', () => done(null));
  });
  secure.write(bytes);
  const said = await Promise.race([once(secure, 'data').then(([chunk]) => String(chunk)), over]);
  if (said === null) secure.destroy();
  return said;
}

/** The first record of a real client. */
async function helloFor(servername: string, options: object = {}): Promise<Buffer> {
  const listening = new Promise<Buffer>((done) => {
    const pair = connectTls({ socket: duplex((bytes) => done(bytes)), servername, ...options });
    pair.on('error', () => undefined);
  });
  return listening;
}

function duplex(written: (bytes: Buffer) => void): Socket {
  const { Duplex } = process.getBuiltinModule('node:stream');
  return new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      written(chunk);
      done();
    },
  }) as Socket;
}

const refusedLines = async (count: number): Promise<RefusedLine[]> =>
  eventually(async () => {
    const text = await readFile(join(ground.folder, 'refused.jsonl'), 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, -1);
    return lines.length >= count ? lines.map((line) => RefusedLine.parse(JSON.parse(line))) : null;
  });

const reasons = async (count = 0): Promise<string[]> =>
  (await ground.metered(count)).flatMap((line) => (line.event === 'refused' ? [line.why] : []));

describe('a host of the grant', () => {
  test('is reached over TLS, whose certificate the session itself checks', async () => {
    await serve();
    const { status, socket: through } = await open('example.org:443');
    expect(status).toBe(200);
    expect(await speak(through, 'example.org', 'one', { rejectUnauthorized: true })).toBe('hello one');
    expect(far.connected).toEqual([`${there}:443`]);
    expect(await reasons()).toEqual([]);
  });

  test('on the port that was granted, and no other', async () => {
    far.names['git.example.org'] = [[there]];
    await serve();
    const { status, socket: through } = await open('git.example.org:8443');
    expect([status, await speak(through, 'git.example.org')]).toEqual([200, 'hello x']);
    expect((await open('git.example.org:443')).status).toBe(403);
    expect((await open('example.org:8443')).status).toBe(403);
    expect((await open('example.org:22')).status).toBe(403);
    expect(far.connected).toEqual([`${there}:8443`]);
  });

  test('much passes in both directions, and the ends are passed on', async () => {
    far.answer = (one) => void one.pipe(one);
    await serve();
    const { socket: through } = await open('example.org:443');
    const secure = connectTls({ socket: through, servername: 'example.org', ca: far.certificate });
    const much = Buffer.alloc(8 * 2 ** 20, 'signal');
    secure.end(much);
    const back: Buffer[] = [];
    for await (const chunk of secure) back.push(chunk as Buffer);
    expect(Buffer.concat(back).equals(much)).toBe(true);
  });

  test('a second address is tried where the first does not answer', async () => {
    far.names['example.org'] = [['93.184.215.99', there]];
    const { connect: real } = far.outside;
    const outside = {
      ...far.outside,
      connect: (address: string, port: number) =>
        address === there ? real(address, port) : connect({ host: '127.0.0.1', port: 1 }),
    };
    await ground.serve({}, outside);
    const { status, socket: through } = await open('example.org:443');
    expect([status, await speak(through, 'example.org')]).toEqual([200, 'hello x']);
  });

  test('a ClientHello that comes byte by byte', async () => {
    await serve();
    const { socket: through } = await open('example.org:443');
    const hello = await helloFor('example.org');
    for (const byte of hello) through.write(Buffer.of(byte));
    const [answer] = (await once(through, 'data')) as [Buffer];
    // A handshake record: the server took it.
    expect(answer[0]).toBe(22);
  });
});

describe('refused, and nothing is looked up or connected', () => {
  test.each<[string, string, number]>([
    ['a name that is not on the list', 'evil.example:443', 403],
    ['a name below a listed one', 'www.example.org:443', 403],
    ['a name above a listed one', 'org:443', 403],
    ['a listed name with more behind it', 'example.org.evil.example:443', 403],
    ['a listed name with more before it', 'evilexample.org:443', 403],
    ['upper case', 'EXAMPLE.org:443', 403],
    ['a dot at the end', 'example.org.:443', 403],
    ['an address', `${there}:443`, 403],
    ['this machine', '127.0.0.1:443', 403],
    ['an address in one number', '2130706433:443', 403],
    ['IPv6', '[::1]:443', 403],
    ['IPv4 in IPv6', '[::ffff:127.0.0.1]:443', 403],
    ['the address of a cloud machine', '169.254.169.254:80', 403],
    ['localhost', 'localhost:443', 403],
    ['no port', 'example.org', 400],
    ['port 0', 'example.org:0', 400],
    ['a port with a zero before it', 'example.org:0443', 400],
    ['too large a port', 'example.org:65979', 400],
    ['another name of the port', 'example.org:https', 400],
    ['a signed port', 'example.org:+443', 400],
    ['two ports', 'example.org:443:443', 400],
    ['somebody at the name', 'evil@example.org:443', 400],
    ['a name behind an @', 'example.org@evil.example:443', 400],
    ['a path', 'example.org:443/', 400],
    ['an URL', 'https://example.org:443', 400],
    ['no name', ':443', 400],
    ['an encoded dot', 'example%2eorg:443', 400],
    ['a zero byte', 'example.org%00.evil.example:443', 400],
    ['punycode that looks like it', 'xn--exmple-cua.org:443', 403],
    ['a name of 300 characters', `${'a'.repeat(300)}:443`, 400],
  ])('%s', async (_, target, status) => {
    await serve();
    const answer = await open(target);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain("Signalbox's boundary");
    expect([far.lookedUp, far.connected]).toEqual([[], []]);
    expect(await reasons(1)).toHaveLength(1);
  });

  test.each<[string, string]>([
    ['another Host', 'CONNECT example.org:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n'],
    ['two Hosts', 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\nhost: evil.example:443\r\n\r\n'],
    ['the Host twice', 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\nHOST: example.org\r\n\r\n'],
    ['a body', 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\ncontent-length: 4\r\n\r\nabcd'],
    ['an empty body', 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\ncontent-length: 0\r\n\r\n'],
    ['chunks', 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    [
      'bytes before the answer',
      'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    ],
    ['a line end in the name', 'CONNECT example.org:443\r\nx: y HTTP/1.1\r\nhost: example.org:443\r\n\r\n'],
    ['a bare line end in a header', 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\rx: y\r\n\r\n'],
    ['letters that are not ASCII', 'CONNECT ex\u00e4mple.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n'],
    ['a GET for a listed host', 'GET http://example.org/ HTTP/1.1\r\nhost: example.org\r\n\r\n'],
    ['a GET for it over https', 'GET https://example.org/ HTTP/1.1\r\nhost: example.org\r\n\r\n'],
    ['another method', 'OPTIONS example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n\r\n'],
    [
      'an upgrade',
      'GET http://example.org/ HTTP/1.1\r\nhost: example.org\r\nupgrade: tls\r\nconnection: upgrade\r\n\r\n',
    ],
  ])('%s', async (_, bytes) => {
    await serve();
    expect(await raw(socket, Buffer.from(bytes, 'latin1'))).toMatch(/^HTTP\/1.1 40[03] (?!.*HTTP\/1.1 \d)/s);
    expect([far.lookedUp, far.connected]).toEqual([[], []]);
  });

  test("another session's socket does not lead where this one's leads", async () => {
    await serve();
    expect((await open('example.org:443', other)).status).toBe(403);
    expect((await open('example.org:443')).status).toBe(200);
  });

  test('HTTP/1.0, as older tools ask, is no way around the list', async () => {
    await serve();
    expect(await raw(socket, 'CONNECT evil.example:443 HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 403 /);
  });
});

describe('what the name leads to', () => {
  test.each([
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '::',
    '::1',
    '::ffff:93.184.215.14',
    '::ffff:7f00:1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'not an address',
  ])('%s is refused, and nobody is connected to it', async (address) => {
    far.names['example.org'] = [[address]];
    await serve();
    const { status, text } = await open('example.org:443');
    expect([status, far.connected]).toEqual([403, []]);
    expect(text).toContain('no public address');
    expect(await refusedLines(1)).toMatchObject([{ host: 'example.org', port: 443, why: 'address', count: 1 }]);
  });

  test.each([
    ['public first', [there, '10.0.0.1']],
    ['private first', ['10.0.0.1', there]],
    ['the last of six', [there, there, there, there, there, '::1']],
  ])('public and private together: %s', async (_, addresses) => {
    far.names['example.org'] = [addresses];
    await serve();
    expect((await open('example.org:443')).status).toBe(403);
    expect(far.connected).toEqual([]);
  });

  test('rebinding: looked up once, and connected to what was judged', async () => {
    far.names['example.org'] = [[there], ['127.0.0.1']];
    await serve();
    expect((await open('example.org:443')).status).toBe(200);
    expect([far.lookedUp, far.connected]).toEqual([['example.org'], [`${there}:443`]]);
    expect((await open('example.org:443')).status).toBe(403);
    expect(far.connected).toEqual([`${there}:443`]);
  });

  test('public addresses of both kinds are let through', async () => {
    await serve();
    for (const address of [there, '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '2a00:1450:4001:82a::200e', '1.1.1.1']) {
      far.names['example.org'] = [[address]];
      expect((await open('example.org:443')).status).toBe(200);
    }
  });

  test('a name that is not there is no refusal for people', async () => {
    far.names['example.org'] = [];
    const boundary = await serve();
    const { status, text } = await open('example.org:443');
    expect([status, text]).toEqual([502, expect.stringContaining('cannot be looked up (ENOTFOUND)')]);
    await boundary.close();
    expect(await refusedLines(0)).toEqual([]);
  });
});

describe('what is said first must be TLS for that very name', () => {
  const changed = async (change: (hello: Buffer) => Buffer | void): Promise<Buffer> => {
    const hello = await helloFor('example.org');
    return change(hello) ?? hello;
  };
  /** Adds an extension to a ClientHello, and puts the lengths right. */
  const extended = (hello: Buffer, type: number, body: Buffer): Buffer => {
    const header = Buffer.alloc(4);
    header.writeUInt16BE(type, 0);
    header.writeUInt16BE(body.length, 2);
    const all = Buffer.concat([hello, header, body]);
    const more = header.length + body.length;
    const id = 5 + 4 + 2 + 32;
    const ciphers = id + 1 + (all[id] ?? 0);
    const compressions = ciphers + 2 + all.readUInt16BE(ciphers);
    const extensions = compressions + 1 + (all[compressions] ?? 0);
    all.writeUInt16BE(all.readUInt16BE(3) + more, 3);
    all.writeUIntBE(all.readUIntBE(6, 3) + more, 6, 3);
    all.writeUInt16BE(all.readUInt16BE(extensions) + more, extensions);
    return all;
  };
  const nameAt = (hello: Buffer): number => hello.indexOf('example.org');

  test.each<[string, () => Promise<Buffer> | Buffer]>([
    ['another name', () => helloFor('other.example')],
    ['a name below it', () => helloFor('www.example.org')],
    ['no name', () => helloFor('')],
    ['the name in upper case', () => helloFor('Example.org')],
    ['the name with a dot', () => helloFor('example.org.')],
    ['an older TLS with another name', () => helloFor('other.example', { maxVersion: 'TLSv1.2' })],
    ['plain HTTP', () => Buffer.from('GET / HTTP/1.1\r\nhost: example.org\r\n\r\n')],
    ['SSH', () => Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
    ['five zero bytes', () => Buffer.alloc(5)],
    ['an alert', () => Buffer.from([21, 3, 3, 0, 2, 2, 40])],
    ['a ServerHello', () => changed((hello) => void hello.writeUInt8(2, 5))],
    ['another protocol version', () => changed((hello) => void hello.writeUInt8(2, 1))],
    ['a record of 16 KiB and one', () => changed((hello) => void hello.writeUInt16BE(2 ** 14 + 1, 3))],
    ['a record of 65535', () => changed((hello) => void hello.writeUInt16BE(65_535, 3))],
    ['an empty record', () => Buffer.from([22, 3, 1, 0, 0, 22, 3, 1, 0, 0])],
    [
      'a hello in two records',
      () =>
        changed((hello) => {
          const cut = 105;
          const [one, two] = [Buffer.from(hello.subarray(0, cut)), hello.subarray(cut)];
          one.writeUInt16BE(cut - 5, 3);
          const header = Buffer.from([22, 3, 1, 0, 0]);
          header.writeUInt16BE(two.length, 3);
          return Buffer.concat([one, header, two]);
        }),
    ],
    [
      'a hello that says it is longer',
      () => changed((hello) => void hello.writeUIntBE(hello.readUIntBE(6, 3) + 1, 6, 3)),
    ],
    ['an encrypted name beside it', () => changed((hello) => extended(hello, 0xfe0d, Buffer.from([1])))],
    ['an encrypted name of the draft', () => changed((hello) => extended(hello, 0xffce, Buffer.alloc(0)))],
    [
      'two names in two extensions',
      () => changed((hello) => extended(hello, 0, Buffer.from([0, 9, 0, 0, 6, ...Buffer.from('a.test')]))),
    ],
    ['a name of another kind', () => changed((hello) => void hello.writeUInt8(1, nameAt(hello) - 3))],
    ['a name with more behind it', () => changed((hello) => void hello.writeUInt16BE(5, nameAt(hello) - 2))],
    ['a name that is longer than its list', () => changed((hello) => void hello.writeUInt16BE(99, nameAt(hello) - 2))],
    ['a name with a zero byte', () => changed((hello) => void hello.writeUInt8(0, nameAt(hello) + 7))],
  ])('%s', async (_, bytes) => {
    const heard: string[] = [];
    far.answer = (one) => void one.on('data', () => heard.push('data'));
    const received: Buffer[] = [];
    const { connect: real } = far.outside;
    const outside = {
      ...far.outside,
      connect: (address: string, port: number) => {
        const outer = real(address, port);
        const { write } = outer;
        outer.write = (chunk: Buffer, ...rest: []) => {
          received.push(chunk);
          return write.call(outer, chunk, ...rest);
        };
        return outer;
      },
    };
    const boundary = await ground.serve({ settleMs: 20 }, outside);
    const { status, socket: through } = await open('example.org:443');
    expect(status).toBe(200);
    through.write(await bytes());
    through.resume();
    await once(through, 'close');
    expect([received, heard]).toEqual([[], []]);
    await boundary.close();
    expect(await refusedLines(1)).toMatchObject([{ host: 'example.org', why: 'tls', count: 1 }]);
    expect(await reasons()).toEqual([expect.stringMatching(/, not TLS for example\.org$/)]);
  });

  test.each(['', '\u0016', '\u0016\u0003\u0001\u0002\u0000\u0001'])('nothing more in time after %j', async (bytes) => {
    await serve({ helloMs: 50 });
    const { socket: through } = await open('example.org:443');
    through.write(bytes);
    through.resume();
    await once(through, 'close');
    expect(await reasons(1)).toEqual([expect.stringContaining('nothing in time')]);
  });

  test('a tool that opens and closes again is no refusal', async () => {
    const boundary = await serve();
    (await open('example.org:443')).socket.destroy();
    (await open('example.org:443')).socket.end('\u0016\u0003');
    await boundary.close();
    expect([await reasons(), await refusedLines(0)]).toEqual([[], []]);
  });
});

describe('limits', () => {
  test('tunnels at once; the model stays in reach, and one that closes makes room', async () => {
    await serve({ tunnels: 2 });
    const first = await open('example.org:443');
    await open('example.org:443');
    expect((await open('example.org:443')).status).toBe(429);
    expect((await ask(socket)).status).toBe(200);
    first.socket.destroy();
    await eventually(async () => ((await open('example.org:443')).status === 200 ? true : null));
  });

  test('10,000 tunnels: a few are looked up, few lines are written, another session is served', async () => {
    await serve({ tunnelsPerMinute: 20, connections: 64 });
    const statuses = new Map<number, number>();
    for (let n = 0; n < 10_000; n += 50) {
      const some = await Promise.all(Array.from({ length: 50 }, () => open('example.org:443')));
      for (const { status, socket: through } of some) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        through.destroy();
      }
      opened.splice(0);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 20, 429: 9_980 });
    expect(far.lookedUp).toHaveLength(20);
    expect((await reasons()).length).toBeLessThanOrEqual(60);
    expect((await ask(other)).status).toBe(200);
  }, 60_000);

  test('a silent tunnel is closed', async () => {
    await serve({ tunnelIdleMs: 50 });
    const { socket: through } = await open('example.org:443');
    expect(await speak(through, 'example.org')).toBe('hello x');
    await eventually(() => Promise.resolve(through.destroyed ? true : null));
  });

  test('bytes of all tunnels, either way', async () => {
    far.answer = (one) => void one.end(Buffer.alloc(200_000));
    await serve({ tunnelBytes: 100_000 });
    const { socket: through } = await open('example.org:443');
    const secure = connectTls({ socket: through, servername: 'example.org', ca: far.certificate });
    secure.on('error', () => undefined).resume();
    secure.write('x');
    await once(secure, 'close');
    expect((await open('example.org:443')).status).toBe(429);
  });

  test('nobody takes the connection in time', async () => {
    const outside = { ...far.outside, lookup: () => new Promise<never>(() => undefined) };
    await ground.serve({ connectMs: 50 }, outside);
    expect(await open('example.org:443')).toMatchObject({ status: 502, text: expect.stringContaining('in time') });
  });
});

describe('the grant', () => {
  test('a host that is taken out ends its tunnels, one that is put in is reached at once', async () => {
    await serve();
    const { socket: through } = await open('example.org:443');
    await ground.grant('one', { hosts: ['other.example'] });
    await once(through, 'close');
    expect((await open('example.org:443')).status).toBe(403);
    expect((await open('other.example:443')).status).toBe(200);
  });

  test('a session that ends takes its tunnels along, here and outside', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    far.answer = (one) => {
      gone = once(one.resume(), 'close').catch(() => undefined);
      one.write('hello');
    };
    await serve();
    const { socket: through } = await open('example.org:443');
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
    for (let n = 0; n < 3; n += 1) await open('evil.example:443');
    expect(await refusedLines(1)).toMatchObject([
      { session: 'one', task: 't0000000001', host: 'evil.example', port: 443, why: 'unlisted', count: 3 },
    ]);
    for (let n = 0; n < 5; n += 1) await open('evil.example:443');
    await raw(socket, 'GET http://plain.example/?q=text HTTP/1.1\r\nhost: plain.example\r\n\r\n');
    await boundary.close();
    expect((await refusedLines(3)).slice(1)).toMatchObject([
      { host: 'evil.example', count: 5 },
      { host: 'plain.example', port: 80, why: 'tls', count: 1 },
    ]);
  });

  test('of 200 names 32 are written, and nothing that is no name', async () => {
    const boundary = await serve();
    for (let n = 0; n < 200; n += 1) await open(`n${n}.example:443`);
    await open('ignore-all-rules\u00a0and:443').catch(() => undefined);
    await boundary.close();
    expect(await refusedLines(32)).toHaveLength(32);
  });
});
