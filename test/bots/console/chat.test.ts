import { describe, expect, it } from 'vitest';
import { openConsole } from '../../../src/bots/console/console.ts';
import { lines } from '../../../src/bots/console/threads.ts';
import { openActivity } from '../../../src/bots/console/activity.ts';
import { makeBell } from '../../../src/bots/console/bell.ts';
import { consoleChat } from '../../../src/bots/console/chat.ts';
import { openTimeline } from '../../../src/bots/console/timeline.ts';
import type { Chat } from '../../../src/chain/ports.ts';
import { chatContract } from '../../contract/chat.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeFiles } from '../../fakes/files.ts';
import { fakeStore } from '../../fakes/store.ts';
import { beside, tasks } from '../samples.ts';
import { cover, people } from './ground.ts';

const log = { info: () => undefined, error: () => undefined };
const place = { platform: 'console', channel: 'site' };

chatContract('console', async () => {
  const { memory } = fakeStore();
  const clock = fakeClock();
  const boot = async (): Promise<Chat> =>
    (
      await openConsole({
        port: 0,
        people,
        channels: ['site'],
        beside,
        cover,
        files: fakeFiles(),
        store: fakeStore(memory),
        clock,
        log,
      })
    ).chat;
  return {
    platform: 'console',
    chat: await boot(),
    restart: boot,
    async look({ thread }) {
      const { entries, threads } = await openTimeline(fakeStore(memory), makeBell());
      const shown = threads.get(thread)!;
      const told = lines(entries, shown).map((line) => JSON.stringify('message' in line ? line.message : line.text));
      return { card: shown.card.text, told };
    },
    async news(channel) {
      const { entries } = await openTimeline(fakeStore(memory), makeBell());
      return entries.flatMap((entry) => (entry.is === 'news' && entry.channel === channel ? [entry.message.text] : []));
    },
    leave: async () => undefined,
  };
});

const boot = async (store = fakeStore()) => {
  const bell = makeBell();
  const timeline = await openTimeline(store, bell);
  const activity = openActivity(bell);
  return { timeline, activity, chat: consoleChat(timeline, activity, fakeClock(), beside), store };
};

describe('the console as a chat', () => {
  it('has a thread for each channel, though the key is the same', async () => {
    const { chat } = await boot();
    const one = await chat.open('k', place, tasks.opening);
    const two = await chat.open('k', { ...place, channel: 'docs' }, tasks.opening);
    expect(two.thread).not.toBe(one.thread);
    expect(two.channel).toBe('docs');
  });

  it('stores no card that looks like the one before', async () => {
    const { chat, timeline } = await boot();
    const thread = await chat.open('k', place, tasks.working);
    await chat.card(thread, { ...tasks.working, tree: 7 });
    expect(timeline.entries).toHaveLength(1);
    await chat.card(thread, tasks.held);
    await chat.card(thread, tasks.held);
    expect(timeline.entries).toHaveLength(2);
  });

  it('shows a task again whose thread went with a stream that was moved away', async () => {
    const before = await boot();
    const thread = await before.chat.open('k', place, tasks.opening);
    const { chat, timeline } = await boot();
    await expect(chat.tell('k', thread, { kind: 'failed', reason: 'No.', holds: 1 })).rejects.toThrow('has no thread');
    await expect(chat.card(thread, tasks.held)).rejects.toThrow('has no thread');
    await chat.card(thread, { ...tasks.held, threads: [thread] });
    await chat.tell('k', thread, { kind: 'failed', reason: 'No.', holds: 1 });
    expect(timeline.threads.get(thread.thread)).toMatchObject({ task: tasks.held.id, state: { phase: 'held' } });
    expect(timeline.entries.map(({ is }) => is)).toEqual(['thread', 'message']);
    expect(await chat.open('k', place, tasks.opening)).toEqual(thread);
    expect(timeline.entries).toHaveLength(2);
  });

  it('names the task in a notice as the card does', async () => {
    const { chat, timeline } = await boot();
    const thread = await chat.open('k', place, tasks.opening);
    await chat.card(thread, tasks.working);
    await chat.tell('k', thread, { kind: 'failed', reason: 'No.', holds: 2 });
    const told = timeline.entries.at(-1);
    expect(told).toMatchObject({ message: { text: '❌ failed ⋅ **site** ⋅ Correct the spelling in the README\nNo.' } });
  });

  it('keeps remarks in no store, so many characters of the latest at most', async () => {
    const { chat, timeline, activity } = await boot();
    const thread = await chat.open('k', place, tasks.working);
    chat.show(thread, `one\u202e\n${'x'.repeat(500)}`);
    chat.show(thread, 'two');
    expect(activity.since(0)).toEqual([{ is: 'remark', n: 2, thread: thread.thread, remark: 'two' }]);
    expect(activity.since(2)).toEqual([]);
    chat.show(thread, `one\u202e\n${'x'.repeat(5_000)}`);
    const [long] = activity.since(2);
    const remark = long?.is === 'remark' ? long.remark : '';
    expect(remark).toMatch(/^one\nx+…$/);
    expect(remark).toHaveLength(4_000);
    expect(timeline.entries).toHaveLength(1);
  });

  it('a text that grows is kept in no store, the latest of it alone, and nowhere once it is told', async () => {
    const { chat, timeline, activity } = await boot();
    const thread = await chat.open('k', place, tasks.working);
    chat.show(thread, { writes: '\n One' });
    chat.show(thread, { writes: '\n One \u202ething \u001b[31mfirst' });
    const grown = { is: 'writing', n: 2, thread: thread.thread, text: 'One thing first' };
    expect(activity.since(0)).toEqual([grown]);
    await chat.tell('k', thread, { kind: 'handoff', role: 'coder', summary: 'else' });
    expect(activity.since(0)).toEqual([grown]);
    await chat.tell('l', thread, { kind: 'spoke', role: 'brainstormer', text: 'One thing first.' });
    expect(activity.since(0)).toEqual([]);
    expect(timeline.entries).toHaveLength(3);
  });

  it('throws when the disk is full, and does it at the next try', async () => {
    const { chat, timeline, store } = await boot();
    const thread = await chat.open('k', place, tasks.working);
    store.full = true;
    await expect(chat.tell('k', thread, { kind: 'failed', reason: 'No.', holds: 2 })).rejects.toThrow(
      'The disk is full',
    );
    expect(timeline.entries).toHaveLength(1);
    store.full = false;
    await chat.tell('k', thread, { kind: 'failed', reason: 'No.', holds: 2 });
    expect(timeline.entries).toHaveLength(2);
  });
});
