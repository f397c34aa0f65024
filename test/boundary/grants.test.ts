import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, begin, breaks, claudeBody, codexBody, eventually, makeGround, served, unserved } from './ground.ts';
import type { Ground } from './ground.ts';

let ground: Ground;

beforeEach(async () => {
  ground = await makeGround();
});

afterEach(() => ground.close());

function logged(text: string): Promise<string> {
  return eventually(async () => ground.logged.find((line) => line.includes(text)) ?? null);
}

describe('a session is served while its grant is there', () => {
  test('also one that came before the boundary, and one that comes after', async () => {
    const before = await ground.grant('before');
    await ground.serve();
    expect((await ask(before)).status).toBe(200);
    const after = await ground.grant('after');
    await served(after);
    expect((await ask(after)).status).toBe(200);
    await ground.revoke('after');
    await unserved(after);
    expect(await readdir(dirname(after))).toEqual([]);
    expect((await ask(before)).status).toBe(200);
  });

  test('the socket is for owner and group; the folder stays as it was', async () => {
    const socket = await ground.grant('one');
    const folder = await lstat(dirname(socket));
    await ground.serve();
    expect((await lstat(socket)).mode & 0o777).toBe(0o660);
    expect((await lstat(dirname(socket))).mode).toBe(folder.mode);
  });

  test('a grant that goes while an answer is under way cuts it off, here and upstream, and that is metered', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    ground.model.answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    const [answer] = (await once(begin(socket), 'response')) as [IncomingMessage];
    await once(answer, 'data');
    const broken = breaks(once(answer, 'end'));
    await ground.revoke('one');
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
    await ground.model.asked[0]?.gone;
    expect((await ground.metered(2))[1]).toMatchObject({ event: 'ended', status: 200, usage: null });
  });

  test('other models and another account hold from the next request on, without a new socket', async () => {
    const socket = await ground.grant('one', { models: ['claude-opus-5-5'] });
    await ground.serve();
    const { ino } = await lstat(socket);
    const sonnet = { body: claudeBody.replace('opus', 'sonnet') };
    expect((await ask(socket, sonnet)).status).toBe(403);
    await ground.grant('one', { models: ['claude-sonnet-5-5'] });
    await eventually(async () => ((await ask(socket, sonnet)).status === 200 ? true : null));
    expect((await ask(socket)).status).toBe(403);
    await ground.grant('one', { account: 'chatgpt' });
    const codex = { path: '/openai/v1/responses', body: codexBody };
    await eventually(async () => ((await ask(socket, codex)).status === 200 ? true : null));
    expect((await ask(socket)).status).toBe(403);
    expect((await lstat(socket)).ino).toBe(ino);
  });

  test('another socket: the old one closes', async () => {
    const old = await ground.grant('one');
    await ground.serve();
    const socket = join(dirname(old), 'c.sock');
    await ground.grant('one', { socket });
    await served(socket);
    await unserved(old);
  });

  test('a socket whose file went is opened again', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    await rm(dirname(socket), { recursive: true });
    await mkdir(dirname(socket));
    await served(socket);
    expect((await ask(socket)).status).toBe(200);
  });

  test('a socket that somebody put another in place of is taken back', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    const other = createServer((connection) => connection.destroy()).listen(`${socket}.other`);
    await once(other, 'listening');
    await rename(`${socket}.other`, socket);
    await eventually(() =>
      ask(socket).then(
        ({ status }) => (status === 200 ? true : null),
        () => null,
      ),
    );
    await new Promise((resolve) => other.close(resolve));
  });

  test('a folder that is not there yet is waited for', async () => {
    const socket = await ground.grant('one');
    await rename(dirname(socket), `${dirname(socket)}-later`);
    await ground.serve();
    await logged('its socket cannot be opened');
    await rename(`${dirname(socket)}-later`, dirname(socket));
    await served(socket);
  });

  test('a socket that nobody serves any more is replaced', async () => {
    const socket = await ground.grant('one');
    const other = createServer().listen(socket);
    await once(other, 'listening');
    // As kill -9 leaves it: the name stays, nobody listens.
    await rename(socket, `${socket}.kept`);
    await new Promise((resolve) => other.close(resolve));
    await rename(`${socket}.kept`, socket);
    await ground.serve();
    expect((await ask(socket)).status).toBe(200);
  });

  test('anything else in the place of the socket stays, and the session is not served', async () => {
    const socket = await ground.grant('one');
    await writeFile(socket, 'precious');
    await ground.serve();
    expect(await logged('is no socket')).toContain('one.json serves nothing');
    expect((await lstat(socket)).isFile()).toBe(true);
  });

  test('no grants, no folder: nothing is served until they are there again', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    const sessions = join(ground.folder, 'sessions');
    await rename(sessions, `${sessions}-away`);
    await unserved(socket);
    await rename(`${sessions}-away`, sessions);
    await served(socket);
  });
});

describe('a grant that is not right serves nothing, and says so once', () => {
  test.each([
    ['not JSON', '{"v":1', 'it is not JSON'],
    ['empty', '', 'it is not JSON'],
    ['of another version', { v: 2 }, 'v:'],
    ['without a word of models', { models: undefined }, 'models:'],
    ['without an account that is configured', { account: 'nobody' }, 'account nobody is not configured'],
    ['with an account from the prototype', { account: 'constructor' }, 'account constructor is not configured'],
    ['of another session', { session: 'two' }, 'it is for session two'],
    ['with a relative socket', { socket: 'b.sock' }, 'must be an absolute path'],
    ['with a socket that is too long', { socket: `/tmp/${'ü'.repeat(60)}` }, 'at most 107 bytes'],
  ])('%s', async (_, wrong, why) => {
    const socket = await ground.grant('one');
    await ground.serve();
    expect((await ask(socket)).status).toBe(200);
    const name = join(ground.folder, 'sessions', 'one.json');
    if (typeof wrong === 'string') {
      // At once: half a file would be one more that is not right.
      await writeFile(`${name}.tmp`, wrong);
      await rename(`${name}.tmp`, name);
    } else {
      const grant = {
        v: 1,
        session: 'one',
        task: 't',
        role: 'coder',
        account: 'claude',
        models: ['m'],
        socket,
        ...wrong,
      };
      await writeFile(`${name}.tmp`, JSON.stringify(grant));
      await rename(`${name}.tmp`, name);
    }
    await unserved(socket);
    expect(await logged(why)).toContain('one.json serves nothing');
    const honest = await ground.grant('honest');
    await served(honest);
    expect(ground.logged.filter((line) => line.includes(why))).toHaveLength(1);
  });

  test('two grants for one socket', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    await ground.grant('two', { socket });
    await unserved(socket);
    await logged(`socket ${socket} is also that of two.json`);
    await ground.revoke('two');
    await served(socket);
  });
});
