import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Limits } from '../../src/boundary/limits.ts';
import { makeFar, there } from './far.ts';
import type { Far } from './far.ts';
import { makeGround, raw } from './ground.ts';
import type { Ground } from './ground.ts';
import { closeOpened, helloFor, open, reasons, refusedLines, speak } from './through.ts';

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

describe('a host of the grant', () => {
  test('is reached over TLS, whose certificate the session itself checks', async () => {
    await serve();
    const { status, socket: through } = await open('example.org:443', socket);
    expect(status).toBe(200);
    expect(await speak(through, 'example.org', 'one', far.certificate)).toBe('hello one');
    expect(far.connected).toEqual([`${there}:443`]);
    expect(await reasons(ground)).toEqual([]);
  });

  test('on the port that was granted, and no other', async () => {
    far.names['git.example.org'] = [[there]];
    await serve();
    const { status, socket: through } = await open('git.example.org:8443', socket);
    expect([status, await speak(through, 'git.example.org')]).toEqual([200, 'hello x']);
    expect((await open('git.example.org:443', socket)).status).toBe(403);
    expect((await open('example.org:8443', socket)).status).toBe(403);
    expect((await open('example.org:22', socket)).status).toBe(403);
    expect(far.connected).toEqual([`${there}:8443`]);
  });

  test('much passes in both directions, and the ends are passed on', async () => {
    far.answer = (one) => void one.pipe(one);
    await serve();
    const { socket: through } = await open('example.org:443', socket);
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
    const { status, socket: through } = await open('example.org:443', socket);
    expect([status, await speak(through, 'example.org')]).toEqual([200, 'hello x']);
  });

  test('a ClientHello that comes byte by byte', async () => {
    await serve();
    const { socket: through } = await open('example.org:443', socket);
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
    const answer = await open(target, socket);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain("Signalbox's boundary");
    expect([far.lookedUp, far.connected]).toEqual([[], []]);
    expect(await reasons(ground, 1)).toHaveLength(1);
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
    expect((await open('example.org:443', socket)).status).toBe(200);
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
    const { status, text } = await open('example.org:443', socket);
    expect([status, far.connected]).toEqual([403, []]);
    expect(text).toContain('no public address');
    expect(await refusedLines(ground, 1)).toMatchObject([{ host: 'example.org', port: 443, why: 'address', count: 1 }]);
  });

  test.each([
    ['public first', [there, '10.0.0.1']],
    ['private first', ['10.0.0.1', there]],
    ['the last of six', [there, there, there, there, there, '::1']],
  ])('public and private together: %s', async (_, addresses) => {
    far.names['example.org'] = [addresses];
    await serve();
    expect((await open('example.org:443', socket)).status).toBe(403);
    expect(far.connected).toEqual([]);
  });

  test('rebinding: looked up once, and connected to what was judged', async () => {
    far.names['example.org'] = [[there], ['127.0.0.1']];
    await serve();
    expect((await open('example.org:443', socket)).status).toBe(200);
    expect([far.lookedUp, far.connected]).toEqual([['example.org'], [`${there}:443`]]);
    expect((await open('example.org:443', socket)).status).toBe(403);
    expect(far.connected).toEqual([`${there}:443`]);
  });

  test('public addresses of both kinds are let through', async () => {
    await serve();
    for (const address of [there, '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '2a00:1450:4001:82a::200e', '1.1.1.1']) {
      far.names['example.org'] = [[address]];
      expect((await open('example.org:443', socket)).status).toBe(200);
    }
  });

  test('a name that is not there is no refusal for people', async () => {
    far.names['example.org'] = [];
    const boundary = await serve();
    const { status, text } = await open('example.org:443', socket);
    expect([status, text]).toEqual([502, expect.stringContaining('cannot be looked up (ENOTFOUND)')]);
    await boundary.close();
    expect(await refusedLines(ground, 0)).toEqual([]);
  });
});
