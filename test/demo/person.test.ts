import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { person } from '../../src/demo/person.ts';
import type { ShownEvent } from '../../src/demo/person.ts';
import { ground, keys } from '../bots/console/ground.ts';
import { id } from '../bots/samples.ts';

const leave: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of leave.splice(0)) await close();
});

async function served(): Promise<Awaited<ReturnType<typeof ground>>> {
  const g = await ground();
  leave.push(g.leave);
  return g;
}

/** A server that does what it is told, request by request; then the last thing again. */
async function scripted(...turns: ((request: IncomingMessage, response: ServerResponse) => void)[]): Promise<string> {
  const server: Server = createServer((request, response) =>
    (turns.length > 1 ? turns.shift() : turns[0])!(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  leave.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function take(events: AsyncGenerator<ShownEvent, void>, count: number): Promise<readonly ShownEvent[]> {
  const taken: ShownEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const accepted = { ok: true, text: '👀 Taken.', task: id, thread: null };
const answers = (_: IncomingMessage, response: ServerResponse): void => void response.end(JSON.stringify(accepted));
const hangsUp = (request: IncomingMessage): void => void request.socket.destroy();

describe('a person at the console', () => {
  it('says, presses and watches', async () => {
    const { url, thread } = await served();
    const ana = person({ url, key: keys.ana });
    const at = { channel: 'site', thread: thread.thread };
    expect(await ana.say('make it blue', at)).toEqual({ ok: true, text: '👀 Taken.', task: id, thread: thread.thread });
    expect(await ana.press(`stop:${id}`)).toMatchObject({ ok: true, text: '👀 Taken. It stops.' });
    const [opened, said, pressed] = await take(ana.events(), 3);
    expect(opened).toMatchObject({ id: 1, kind: 'thread', data: { thread: thread.thread, task: id } });
    expect(said).toMatchObject({ id: 2, kind: 'said', data: { text: 'make it blue', by: { name: 'Ana' } } });
    expect(pressed).toMatchObject({ id: 3, kind: 'said', data: { button: `stop:${id}` } });
  });

  it('reads the messages of a thread back, each with the number of its event', async () => {
    const { url, thread, console } = await served();
    const ana = person({ url, key: keys.ana });
    await ana.say('make it blue', { channel: 'site', thread: thread.thread });
    await console.chat.tell('one', thread, { kind: 'stopped', by: 'Ana' });
    const messages = await ana.messages(thread.thread);
    expect(messages).toEqual([{ seq: 3, message: { text: expect.stringContaining('Stopped by Ana'), loud: false } }]);
    await expect(ana.messages('none')).rejects.toThrow('There is no thread none');
  });

  it('does one thing for one source', async () => {
    const { url, desk } = await served();
    const ana = person({ url, key: keys.ana });
    const first = await ana.say('/task fix it', { channel: 'site', source: 'source-0001' });
    expect(await ana.say('/task fix it', { channel: 'site', source: 'source-0001' })).toEqual(first);
    await ana.say('/task fix it', { channel: 'site' });
    expect(desk.inputs).toHaveLength(2);
  });

  it('is told in a sentence why a request is refused, and does not insist', async () => {
    const { url, desk } = await served();
    const nobody = person({ url, key: 'key-of-eve' });
    await expect(nobody.say('hello', { channel: 'site' })).rejects.toThrow('Nobody has this key.');
    await expect(take(nobody.events(), 1)).rejects.toThrow('Nobody has this key.');
    expect(desk.inputs).toEqual([]);
  });
});

describe('a console that goes away', () => {
  it('is sent the same source again until it answers', async () => {
    const sources: string[] = [];
    const note = (request: IncomingMessage, then: () => void): void => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        sources.push((JSON.parse(body) as { source: string }).source);
        then();
      });
    };
    const url = await scripted(
      (request) => note(request, () => hangsUp(request)),
      (request, response) => note(request, () => response.writeHead(500).end('{}')),
      (request, response) => note(request, () => answers(request, response)),
    );
    expect(await person({ url, key: 'k' }).say('hello', { channel: 'site' })).toEqual(accepted);
    expect(sources).toHaveLength(3);
    expect(new Set(sources).size).toBe(1);
  });

  it('is given up after the patience that the person has', async () => {
    const impatient = { url: await scripted(hangsUp), key: 'k', patience: 0 };
    await expect(person(impatient).say('hello', { channel: 'site' })).rejects.toThrow('fetch failed');
    await expect(take(person(impatient).events(), 1)).rejects.toThrow('fetch failed');
    const failing = { ...impatient, url: await scripted((_, response) => void response.writeHead(503).end()) };
    await expect(person(failing).say('hello', { channel: 'site' })).rejects.toThrow('The console answered 503');
  });

  it('is watched on after the last event, without one that was cut off', async () => {
    const asked: (string | undefined)[] = [];
    const stream = (text: string) => (request: IncomingMessage, response: ServerResponse) => {
      asked.push(request.headers['last-event-id'] as string | undefined);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(text, () => hangsUp(request));
    };
    const url = await scripted(
      stream(': hello\n\nid: 1\nevent: card\ndata: {"n":1}\n\nevent: activity\ndata: {}\n\nid: 2\nevent: card\nda'),
      hangsUp,
      stream('id: 2\nevent: card\ndata: {"n":"ü\\n"}\n\n'),
    );
    expect(await take(person({ url, key: 'k' }).events(), 3)).toEqual([
      { id: 1, kind: 'card', data: { n: 1 } },
      { id: null, kind: 'activity', data: {} },
      { id: 2, kind: 'card', data: { n: 'ü\n' } },
    ]);
    expect(asked).toEqual(['0', '1']);
  });

  it('is left in peace once the signal says so', async () => {
    const { url, clock } = await served();
    const signal = new AbortController();
    const events = person({ url, key: keys.ana }).events(1, signal.signal);
    const next = events.next();
    await expect.poll(() => clock.sleeping).toBe(1);
    signal.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await expect.poll(() => clock.sleeping).toBe(0);
    const gone = new AbortController();
    const waiting = person({ url: await scripted(hangsUp), key: 'k' })
      .events(0, gone.signal)
      .next();
    gone.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});
