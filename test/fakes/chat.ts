import type { Notice } from '../../src/chain/notice.ts';
import type { Chat, Progress, Thread, Writing } from '../../src/chain/ports.ts';
import type { Linking } from '../../src/chain/linked.ts';
import type { Task } from '../../src/chain/task.ts';

/** What the platform shows. It outlives the controller: hand it to the next `fakeChat` for a restart. */
export type ChatWorld = {
  readonly threads: { readonly key: string; readonly thread: Thread; card: Task }[];
  readonly news: { readonly key: string; readonly place: { readonly channel: string }; readonly news: Linking }[];
  readonly told: { readonly key: string; readonly thread: Thread; readonly notice: Notice }[];
};

/** A chat platform in memory. Failures are its fields. */
export type FakeChat = Chat & {
  readonly world: ChatWorld;
  /** While true, open, tell and card throw and do nothing. */
  down: boolean;
  /** So many calls from now on are done, and their answers are lost: they throw. */
  loses: number;
  /** While set, open, tell and card wait for it before they do anything. */
  slow: Promise<unknown> | null;
  /** Passing remarks, in order. */
  readonly remarks: { readonly thread: Thread; readonly remark: string | Progress | Writing }[];
  /** Every call that reached the platform, in order: repeats too. */
  readonly calls: string[];
  /** What one thread was told, in order. */
  noticesIn(thread: Thread): readonly Notice[];
};

const same = (a: Thread, b: Thread): boolean =>
  a.platform === b.platform && a.channel === b.channel && a.thread === b.thread;

export function fakeChat(world: ChatWorld = { threads: [], told: [], news: [] }): FakeChat {
  async function reach<T>(call: string, act: () => T): Promise<T> {
    await fake.slow;
    if (fake.down) throw new Error('The chat platform does not answer.');
    fake.calls.push(call);
    const answer = act();
    if (fake.loses > 0) {
      fake.loses -= 1;
      throw new Error('The connection to the chat platform was lost before its answer came.');
    }
    return answer;
  }
  function shown(thread: Thread): ChatWorld['threads'][number] {
    const found = world.threads.find((one) => same(one.thread, thread));
    if (!found) throw new Error(`The chat platform knows no thread ${thread.thread}.`);
    return found;
  }
  const fake: FakeChat = {
    world,
    down: false,
    loses: 0,
    slow: null,
    remarks: [],
    calls: [],
    noticesIn: (thread) => world.told.filter((one) => same(one.thread, thread)).map(({ notice }) => notice),

    open: (key, place, card) =>
      reach(`open ${key}`, () => {
        const { platform, channel } = place;
        const known = world.threads.find((one) => one.key === key && same(one.thread, { ...one.thread, ...place }));
        if (known) return known.thread;
        const thread = { platform, channel, thread: `thread-${world.threads.length + 1}` };
        world.threads.push({ key, thread, card });
        return thread;
      }),
    tell: (key, thread, notice) =>
      reach(`tell ${key}`, () => {
        shown(thread);
        if (world.told.some((one) => one.key === key && same(one.thread, thread))) return;
        world.told.push({ key, thread, notice });
      }),
    card: (thread, card) =>
      reach(`card ${thread.thread}`, () => {
        shown(thread).card = card;
      }),
    announce: (key, place, news) =>
      reach(`announce ${key}`, () => {
        if (!world.news.some((one) => one.key === key)) world.news.push({ key, place, news });
      }),
    show: (thread, remark) => {
      if (!fake.down) fake.remarks.push({ thread, remark });
    },
  };
  return fake;
}
