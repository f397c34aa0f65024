import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/chain/notice.ts';
import type { Chat, Thread } from '../../src/chain/ports.ts';
import type { Linking } from '../../src/chain/linked.ts';
import { tasks } from '../bots/samples.ts';

/** A chat platform, and what people see of it. */
export type ChatUnderTest = {
  readonly platform: string;
  readonly chat: Chat;
  /** The same platform as a later controller finds it. */
  restart(): Promise<Chat>;
  /** What the thread shows: its card, and what was told in it, in order. In whatever form, the same for the same. */
  look(thread: Thread): Promise<{ readonly card: string; readonly told: readonly string[] }>;
  /** What the channel shows outside of its threads, in order, in whatever form. */
  news(channel: string): Promise<readonly string[]>;
  leave(): Promise<void>;
};

const handoff = (summary: string): Notice => ({ kind: 'handoff', role: 'coder', summary });

const news: Linking = {
  project: tasks.opening.project,
  problem: 'main is not there.',
  steps: [],
  check: null,
  lacks: [],
};

/** Every chat platform keeps this. */
export function chatContract(name: string, enter: () => Promise<ChatUnderTest>): void {
  describe(`chat contract: ${name}`, () => {
    let world: ChatUnderTest;
    beforeEach(async () => {
      world = await enter();
    });
    afterEach(() => world.leave());

    const site = (): { platform: string; channel: string } => ({ platform: world.platform, channel: 'site' });
    const open = (chat = world.chat, key = 'task-t0123456789:1:0'): Promise<Thread> =>
      chat.open(key, site(), tasks.opening);

    it('opens a thread in the place, with the card in it', async () => {
      const thread = await open();
      expect(thread).toMatchObject(site());
      expect((await world.look(thread)).told).toEqual([]);
      expect((await world.look(thread)).card).toContain('readme spelling');
    });

    it('opens the same thread for the same key, at once, later, and after a restart', async () => {
      const [thread, again] = await Promise.all([open(), open()]);
      expect(again).toEqual(thread);
      expect(await open()).toEqual(thread);
      expect(await open(await world.restart())).toEqual(thread);
    });

    it('opens another thread for another key', async () => {
      const one = await open();
      const two = await open(world.chat, 'task-t0123456789:1:1');
      expect(two.thread).not.toBe(one.thread);
    });

    it('tells once for one key, however often, at once and after a restart', async () => {
      const thread = await open();
      await Promise.all([world.chat.tell('k1', thread, handoff('one')), world.chat.tell('k1', thread, handoff('one'))]);
      await world.chat.tell('k1', thread, handoff('one'));
      const later = await world.restart();
      await later.tell('k1', thread, handoff('one'));
      expect((await world.look(thread)).told).toHaveLength(1);
    });

    it('tells in order, and the same words again for another key', async () => {
      const thread = await open();
      await world.chat.tell('k1', thread, handoff('one'));
      await world.chat.tell('k2', thread, handoff('two'));
      await world.chat.tell('k3', thread, handoff('one'));
      const { told } = await world.look(thread);
      expect(told).toHaveLength(3);
      expect(told[0]).toContain('one');
      expect(told[1]).toContain('two');
      expect(told[2]).toBe(told[0]);
    });

    it('tells in each thread, though the key is the same', async () => {
      const one = await open();
      const two = await open(world.chat, 'another');
      await world.chat.tell('k1', one, handoff('one'));
      await world.chat.tell('k1', two, handoff('one'));
      expect((await world.look(one)).told).toHaveLength(1);
      expect((await world.look(two)).told).toHaveLength(1);
    });

    it('edits the one card in place, and the latest call wins', async () => {
      const thread = await open();
      const first = (await world.look(thread)).card;
      await world.chat.card(thread, tasks.held);
      await world.chat.card(thread, tasks.working);
      const { card, told } = await world.look(thread);
      expect(card).not.toBe(first);
      expect(card).toContain('Correct the spelling');
      expect(card).not.toContain('The login of claude ran out');
      expect(told).toEqual([]);
      await world.chat.card(thread, tasks.held);
      expect((await world.look(thread)).card).toContain('The login of claude ran out');
    });

    it('keeps all of it over a restart', async () => {
      const thread = await open();
      await world.chat.tell('k1', thread, handoff('one'));
      await world.chat.card(thread, tasks.review);
      const before = await world.look(thread);
      const later = await world.restart();
      expect(await world.look(thread)).toEqual(before);
      await later.tell('k2', thread, handoff('two'));
      expect((await world.look(thread)).told).toHaveLength(2);
    });

    it('announces in the channel, once for one key, however often, at once and after a restart', async () => {
      await Promise.all([world.chat.announce('k1', site(), news), world.chat.announce('k1', site(), news)]);
      await world.chat.announce('k1', site(), news);
      const later = await world.restart();
      await later.announce('k1', site(), news);
      expect(await world.news('site')).toEqual([expect.stringContaining('main is not there')]);
      await later.announce('k2', site(), news);
      expect(await world.news('site')).toHaveLength(2);
    });

    it('shows a passing remark without telling anything', async () => {
      const thread = await open();
      const before = await world.look(thread);
      world.chat.show(thread, 'reads README.md');
      world.chat.show(thread, { step: 'cache', ms: 1200 });
      world.chat.show(thread, { writes: 'It begins' });
      world.chat.show(thread, { writes: '' });
      expect(await world.look(thread)).toEqual(before);
    });

    it('throws a sentence for a thread that it does not know', async () => {
      const nowhere = { ...site(), thread: 'nowhere' };
      await expect(world.chat.tell('k1', nowhere, handoff('one'))).rejects.toThrow(/nowhere.*\.$/);
      await expect(world.chat.card(nowhere, tasks.working)).rejects.toThrow(/nowhere.*\.$/);
      expect(() => world.chat.show(nowhere, 'reads README.md')).not.toThrow();
    });
  });
}
