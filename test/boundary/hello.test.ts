import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Limits } from '../../src/boundary/limits.ts';
import { makeFar } from './far.ts';
import type { Far } from './far.ts';
import { makeGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { closeOpened, helloFor, open, reasons, refusedLines } from './through.ts';

let ground: Ground;
let far: Far;
let socket: string;

beforeEach(async () => {
  [ground, far] = await Promise.all([makeGround(), makeFar()]);
  socket = await ground.grant('one', { hosts: ['example.org', 'git.example.org:8443'] });
});

afterEach(async () => {
  closeOpened();
  await ground.close();
  await far.close();
});

const serve = (limits: Partial<Limits> = {}) => ground.serve({ settleMs: 20, ...limits }, far.outside);

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
      'another name, and the right one behind it',
      async () =>
        extended(await helloFor('other.example'), 0, Buffer.from([0, 14, 0, 0, 11, ...Buffer.from('example.org')])),
    ],
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
    const { status, socket: through } = await open('example.org:443', socket);
    expect(status).toBe(200);
    through.write(await bytes());
    through.resume();
    await once(through, 'close');
    expect([received, heard]).toEqual([[], []]);
    await boundary.close();
    expect(await refusedLines(ground, 1)).toMatchObject([{ host: 'example.org', why: 'tls', count: 1 }]);
    expect(await reasons(ground)).toEqual([expect.stringMatching(/, not TLS for example\.org$/)]);
  });

  test.each(['', '\u0016', '\u0016\u0003\u0001\u0002\u0000\u0001'])('nothing more in time after %j', async (bytes) => {
    await serve({ helloMs: 50 });
    const { socket: through } = await open('example.org:443', socket);
    through.write(bytes);
    through.resume();
    await once(through, 'close');
    expect(await reasons(ground, 1)).toEqual([expect.stringContaining('nothing in time')]);
  });

  test('a tool that opens and closes again is no refusal', async () => {
    const boundary = await serve();
    (await open('example.org:443', socket)).socket.destroy();
    (await open('example.org:443', socket)).socket.end('\u0016\u0003');
    await boundary.close();
    expect([await reasons(ground), await refusedLines(ground, 0)]).toEqual([[], []]);
  });
});
