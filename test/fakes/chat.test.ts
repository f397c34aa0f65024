import { describe, expect, it } from 'vitest';
import { chatContract } from '../contract/chat.ts';
import { tasks } from '../bots/samples.ts';
import { fakeChat } from './chat.ts';

chatContract('fake', async () => {
  const chat = fakeChat();
  return {
    platform: 'fake',
    chat,
    restart: async () => fakeChat(chat.world),
    look: async (thread) => ({
      card: JSON.stringify(chat.world.threads.find((one) => one.thread.thread === thread.thread)?.card),
      told: chat.noticesIn(thread).map((notice) => JSON.stringify(notice)),
    }),
    news: async (channel) =>
      chat.world.news.filter(({ place }) => place.channel === channel).map((one) => JSON.stringify(one.news)),
    leave: async () => undefined,
  };
});

describe('the failures of the fake chat', () => {
  const place = { platform: 'fake', channel: 'site' };

  it('down: nothing is done', async () => {
    const chat = fakeChat();
    chat.down = true;
    await expect(chat.open('k', place, tasks.opening)).rejects.toThrow('does not answer');
    expect(chat.world.threads).toEqual([]);
  });

  it('loses: it is done and nobody hears of it', async () => {
    const chat = fakeChat();
    chat.loses = 1;
    await expect(chat.open('k', place, tasks.opening)).rejects.toThrow('was lost');
    expect(chat.world.threads).toHaveLength(1);
    expect(await chat.open('k', place, tasks.opening)).toEqual(chat.world.threads[0]!.thread);
    expect(chat.calls).toEqual(['open k', 'open k']);
  });

  it('slow: it waits', async () => {
    const chat = fakeChat();
    const { promise, resolve } = Promise.withResolvers<void>();
    chat.slow = promise;
    const opening = chat.open('k', place, tasks.opening);
    await Promise.resolve();
    expect(chat.world.threads).toEqual([]);
    resolve();
    await opening;
    expect(chat.world.threads).toHaveLength(1);
  });
});
