import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openActivity } from '../../../src/bots/console/activity.ts';
import { makeBell } from '../../../src/bots/console/bell.ts';
import { eventStream, HEARTBEAT_MS } from '../../../src/bots/console/events.ts';
import { openTimeline } from '../../../src/bots/console/timeline.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeStore } from '../../fakes/store.ts';
import { frames, ground, keys } from './ground.ts';
import type { Ground } from './ground.ts';

let g: Ground;
beforeEach(async () => {
  g = await ground();
});
afterEach(() => g.leave());

const tell = (n: number, of = g): Promise<void> =>
  of.console.chat.tell(`k${n}`, of.thread, { kind: 'handoff', role: 'coder', summary: `no ${n}` });
const ids = (shown: readonly string[]): readonly (string | undefined)[] =>
  shown.filter((frame) => !frame.startsWith(':')).map((frame) => /^id: (\d+)$/m.exec(frame)?.[1]);

describe('the events', () => {
  it('are what was shown, in order, each with its number', async () => {
    await tell(2);
    const response = await g.get('/api/events');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const [hello, opened, told] = await frames(response, 3);
    expect(hello).toBe(': the console');
    expect(opened).toMatch(/^id: 1\nevent: thread\ndata: \{"seq":1,"is":"thread",[^\n]+\}$/);
    const [id, kind, data] = told!.split('\n');
    expect([id, kind]).toEqual(['id: 2', 'event: message']);
    expect(JSON.parse(data!.slice('data: '.length))).toEqual({
      seq: 2,
      is: 'message',
      at: g.clock.now(),
      thread: g.thread.thread,
      message: { text: '🤝 The coder is done.', agent: 'no 2', buttons: [], loud: false },
    });
  });

  it('come as they happen, to everybody who listens', async () => {
    const readers = await Promise.all([g.get('/api/events?after=1'), g.get('/api/events?after=1')]);
    const shown = readers.map((response) => frames(response, 3));
    await tell(2);
    await tell(3);
    for (const each of shown) expect(ids(await each)).toEqual(['2', '3']);
  });

  it('tell of a text that grows only what is new of it, and all of it again after a message', async () => {
    const { thread, console } = g;
    const reading = frames(await g.get('/api/events?after=1'), 6);
    // Each is told before there is more, or the reader would see the latest alone.
    const write = async (writes: string): Promise<void> => {
      console.chat.show(thread, { writes });
      await new Promise((done) => setTimeout(done, 30));
    };
    await write('One');
    await write('One thing');
    await write('One (covered)');
    await tell(2);
    await write('One (covered) more');
    const told = (await reading).slice(1).map((frame) => /data: (.*)/.exec(frame)?.[1] ?? frame);
    const of = (from: number, text: string): unknown => ({ thread: thread.thread, from, text });
    expect(told.map((data) => JSON.parse(data) as unknown)).toMatchObject([
      of(0, 'One'),
      of(3, ' thing'),
      of(4, '(covered)'),
      { seq: 2 },
      of(0, 'One (covered) more'),
    ]);
  });

  it('go on after the last one that a reader had, the header before the address', async () => {
    for (const n of [2, 3, 4, 5]) await tell(n);
    expect(ids(await frames(await g.get('/api/events?after=2'), 4))).toEqual(['3', '4', '5']);
    expect(ids(await frames(await g.get('/api/events?after=1', { 'Last-Event-ID': '4' }), 2))).toEqual(['5']);
  });

  it('are neither lost nor repeated over a restart', async () => {
    await tell(2);
    const first = await frames(await g.get('/api/events'), 3);
    await tell(3);
    g = await g.again();
    await tell(4);
    const second = await frames(await g.get('/api/events', { 'Last-Event-ID': '2' }), 3);
    expect([...ids(first), ...ids(second)]).toEqual(['1', '2', '3', '4']);
  });

  it('leave out what was there before for a reader who has it all', async () => {
    const reading = frames(await g.get('/api/events?after=1'), 2);
    await tell(2);
    expect(ids(await reading)).toEqual(['2']);
  });

  it.each(['-1', 'x', '1.5', '', '9'.repeat(16)])('after %j are refused', async (after) => {
    const response = await g.get(`/api/events?after=${after}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: `"${after}" is no event id. Ids are whole numbers; 0 begins at the beginning.`,
    });
  });

  it('after one that is not there yet are refused: the reader knows another console', async () => {
    const response = await g.get('/api/events?after=7');
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({
      error: 'There is no event 7 yet, the last is 1. Load the threads anew.',
    });
  });

  it('of agents at work are passing: no number, and none for who comes later', async () => {
    g.console.chat.show(g.thread, 'before');
    const reading = frames(await g.get('/api/events?after=1'), 3);
    await expect.poll(() => g.clock.sleeping).toBe(1);
    g.console.chat.show(g.thread, 'reads README.md');
    await expect.poll(() => g.clock.sleeping).toBe(1);
    await tell(2);
    const [, remark, told] = await reading;
    expect(remark).toBe(`event: activity\ndata: {"thread":"${g.thread.thread}","remark":"reads README.md"}`);
    expect(ids([told!])).toEqual(['2']);
  });
});

describe('a quiet stream', () => {
  it('has a heartbeat', async () => {
    const reading = frames(await g.get('/api/events?after=1'), 3);
    for (let beats = 0; beats < 2; beats += 1) {
      await expect.poll(() => g.clock.sleeping).toBe(1);
      await g.clock.advance(HEARTBEAT_MS);
    }
    expect(await reading).toEqual([': the console', ': still here', ': still here']);
  });

  it('leaves nothing behind when its reader goes', async () => {
    const response = await g.get('/api/events?after=1');
    await frames(response, 1);
    await expect.poll(() => g.clock.sleeping).toBe(0);
  });

  it('ends when the console closes', async () => {
    const response = await g.get('/api/events?after=1');
    const rest = response.text().catch(() => 'cut');
    await expect.poll(() => g.clock.sleeping).toBe(1);
    await g.leave();
    await rest;
    expect(g.clock.sleeping).toBe(0);
  });
});

describe('a reader that takes nothing', () => {
  it('is given no more than it takes: nothing waits for it in memory', async () => {
    const bell = makeBell();
    const timeline = await openTimeline(fakeStore(), bell);
    const add = (n: number): Promise<unknown> =>
      timeline.add(() => ({
        is: 'message',
        key: `k${n}`,
        at: n,
        thread: 'here',
        message: { text: `no ${n}`, buttons: [], loud: false },
      }));
    const made: number[] = [];
    const watched = {
      ...timeline,
      entries: new Proxy(timeline.entries, {
        get(entries, at) {
          if (typeof at === 'string' && /^\d+$/.test(at) && Number(at) < entries.length) made.push(Number(at));
          return Reflect.get(entries, at) as unknown;
        },
      }),
    };
    const activity = openActivity(bell);
    const stream = eventStream(
      { timeline: watched, activity, bell, clock: fakeClock() },
      0,
      new AbortController().signal,
    );
    for (let n = 0; n < 100; n += 1) await add(n);
    for (let n = 0; n < 100; n += 1) activity.note('here', `remark ${n}`);
    expect(made).toEqual([]);
    const reader = stream.getReader();
    await reader.read();
    for (let n = 0; n < 3; n += 1) await reader.read();
    expect(made).toEqual([0, 1, 2]);
    for (let n = 3; n < 100; n += 1) await reader.read();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('remark 99');
    await reader.cancel();
  });

  it('does not hold up the others', async () => {
    const socket = connect(Number(new URL(g.url).port), '127.0.0.1');
    socket.pause();
    socket.write(
      `GET /api/events HTTP/1.1\r\nHost: ${new URL(g.url).host}\r\nAuthorization: Bearer ${keys.ana}\r\n\r\n`,
    );
    const summary = 'x'.repeat(60_000);
    for (let n = 0; n < 200; n += 1) {
      await g.console.chat.tell(`k${n}`, g.thread, { kind: 'handoff', role: 'coder', summary });
    }
    const last = await frames(await g.get('/api/events?after=200'), 2);
    expect(ids(last)).toEqual(['201']);
    socket.destroy();
  });
});
