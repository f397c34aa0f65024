import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PORT = '/dev/tcp/127.0.0.1/3129';

let folder: string;
let server: Server | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-hook-'));
});
afterEach(async () => {
  server?.close();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

/** In place of the worker, at a port of its own. */
async function answers(answer: (socket: Socket, said: string) => void): Promise<number> {
  server = createServer((socket) => socket.once('data', (said) => answer(socket, String(said))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The hook as it is, but for where it asks. */
async function hook(port: number, ends: NodeJS.Signals | null = null) {
  const text = await readFile(resolve('src/worker/hook.sh'), 'utf8');
  expect(text.split(PORT)).toHaveLength(2);
  const file = join(folder, 'hook.sh');
  await writeFile(file, text.replace(PORT, `/dev/tcp/127.0.0.1/${port}`));
  const running = execa('bash', [file], { input: '{"tool_name":\n"Bash"}', reject: false });
  if (ends !== null) server?.once('connection', () => running.kill(ends));
  const { exitCode, stderr } = await running;
  return { exitCode, stderr };
}

describe("the hook that asks before a tool call: only the worker's own allow lets it", () => {
  it('allow', async () => {
    let heard = '';
    const port = await answers((socket, said) => {
      heard = said;
      socket.end('allow\n');
    });
    expect(await hook(port)).toEqual({ exitCode: 0, stderr: '' });
    expect(heard.trim()).toBe('{"tool_name":"Bash"}');
  });

  it.each([
    ['a refusal', 'Not allowed here: hard reset.\n', 'Not allowed here: hard reset.'],
    ['a word more', 'allow it\n', 'allow it'],
    ['no end of the line', 'allow', 'Nobody answered'],
    ['nothing', '', 'Nobody answered'],
  ])('%s', async (_, says, why) => {
    const port = await answers((socket) => socket.end(says));
    const { exitCode, stderr } = await hook(port);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(why)]);
  });

  it('nobody there', async () => {
    const port = await answers(() => undefined);
    server?.close();
    const { exitCode, stderr } = await hook(port);
    expect([exitCode, stderr]).toEqual([2, 'The rules for tool calls cannot be asked just now.']);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ended by %s while it waits', async (signal) => {
    const port = await answers((socket) => void setTimeout(() => socket.destroy(), 500));
    expect(await hook(port, signal)).toMatchObject({ exitCode: 2 });
  });
});
