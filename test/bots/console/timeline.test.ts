import { describe, expect, it } from 'vitest';
import { makeBell } from '../../../src/bots/console/bell.ts';
import type { Entry } from '../../../src/bots/console/entry.ts';
import { openTimeline } from '../../../src/bots/console/timeline.ts';
import { fileStore } from '../../../src/store/store.ts';
import { fakeDisk } from '../../fakes/disk.ts';
import { fakeStore } from '../../fakes/store.ts';
import type { FakeStore } from '../../fakes/store.ts';
import { id } from '../samples.ts';

const message = (key: string, text = 'x'): Entry => ({
  is: 'message',
  key,
  at: 1,
  thread: 'here',
  message: { text, buttons: [], loud: false },
});

const state = { phase: 'working', role: null, head: null, merged: null };
const shown = (title: string) => ({ title, name: title, state, card: { text: title, buttons: [], loud: false } });
const thread = (title: string): Entry => ({
  is: 'thread',
  key: 'open',
  at: 1,
  thread: 'here',
  channel: 'site',
  task: id,
  project: 'site',
  ...shown(title),
});
const card = (title: string): Entry => ({ is: 'card', key: null, at: 1, thread: 'here', ...shown(title) });

/** A store that counts its appends and takes none before `go`. */
function slowStore(): { store: FakeStore; appends: number[]; go: () => void } {
  const store = fakeStore();
  const appends: number[] = [];
  const gate = Promise.withResolvers<void>();
  store.slow = () => gate.promise;
  const { append } = store;
  store.append = (stream, seq, entries) => {
    appends.push(entries.length);
    return append(stream, seq, entries);
  };
  return { store, appends, go: gate.resolve };
}

describe('the timeline', () => {
  it('rings after each entry, until nobody listens', async () => {
    const bell = makeBell();
    const timeline = await openTimeline(fakeStore(), bell);
    const heard: number[] = [];
    const stop = bell.listen(() => heard.push(timeline.entries.length));
    await timeline.add(() => message('a'));
    await timeline.add(() => message('a'));
    await timeline.add(() => null);
    await timeline.add(() => message('b'));
    stop();
    await timeline.add(() => message('c'));
    expect(heard).toEqual([1, 2]);
  });

  it('answers a key that is there with its first entry', async () => {
    const timeline = await openTimeline(fakeStore(), makeBell());
    await timeline.add(() => message('a', 'first'));
    expect(await timeline.add(() => message('a', 'second'))).toMatchObject({ message: { text: 'first' } });
    expect(timeline.find('a')).toMatchObject({ message: { text: 'first' } });
    expect(timeline.find('b')).toBeUndefined();
  });

  it('finds an entry that was kept although the append failed', async () => {
    const store = fakeStore();
    const timeline = await openTimeline(store, makeBell());
    const { append } = store;
    store.append = async (...args) => {
      await append(...args);
      throw new Error('The answer was lost.');
    };
    await expect(timeline.add(() => message('a'))).rejects.toThrow('The answer was lost.');
    store.append = append;
    await timeline.add(() => message('a'));
    await timeline.add(() => message('b'));
    expect((await store.read('console')) as object).toMatchObject({ entries: [{ key: 'a' }, { key: 'b' }] });
    expect(timeline.entries.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('refuses to write where somebody else wrote, then goes on after them', async () => {
    const store = fakeStore();
    const timeline = await openTimeline(store, makeBell());
    await store.append('console', 0, [message('theirs')]);
    await expect(timeline.add(() => message('ours'))).rejects.toThrow('Run one Signalbox per data folder.');
    await timeline.add(() => message('ours'));
    expect(timeline.entries.map(({ key }) => key)).toEqual(['theirs', 'ours']);
  });

  it('does not begin on a damaged stream, and says what to do', async () => {
    const store = fakeStore();
    store.damaged.set('console', { line: 3, reason: 'not JSON' });
    await expect(openTimeline(store, makeBell())).rejects.toThrow(
      'The stream console is damaged at line 3: not JSON. Restore it from a backup, or move it away to begin an empty one',
    );
  });

  it('does not begin on entries of another version', async () => {
    const store = fakeStore();
    await store.append('console', 0, [message('a'), { is: 'video', key: 'b', at: 1 }]);
    await expect(openTimeline(store, makeBell())).rejects.toThrow(
      /^Entry 2 of the stream console is not of this version \(.+\)\. Start the version that wrote it\.$/,
    );
  });
});

describe('adds that come while the store is busy', () => {
  it('share the next append, in the order in which they came', async () => {
    const { store, appends, go } = slowStore();
    const timeline = await openTimeline(store, makeBell());
    const answers = ['a', 'b', 'c', 'd'].map((key) => timeline.add(() => message(key)));
    expect(timeline.entries).toEqual([]);
    go();
    expect((await Promise.all(answers)).map((entry) => entry?.key)).toEqual(['a', 'b', 'c', 'd']);
    expect(appends).toEqual([1, 3]);
    expect(timeline.entries.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
    expect((await openTimeline(fakeStore(store.memory), makeBell())).entries).toEqual(timeline.entries);
  });

  it('are added once per key, and answered with the first', async () => {
    const { store, appends, go } = slowStore();
    const timeline = await openTimeline(store, makeBell());
    const answers = ['one', 'two', 'three'].map((text) =>
      timeline.add(() => message(text === 'one' ? 'a' : 'b', text)),
    );
    go();
    expect(await Promise.all(answers)).toMatchObject(['one', 'two', 'two'].map((text) => ({ message: { text } })));
    expect(appends).toEqual([1, 1]);
    expect(timeline.entries).toHaveLength(2);
  });

  it('see what those before them did to a thread, while nobody else does yet', async () => {
    const { store, appends, go } = slowStore();
    const timeline = await openTimeline(store, makeBell());
    const seen: (string | undefined)[] = [];
    const makes = [message('a'), thread('first'), card('second'), null].map((entry) =>
      timeline.add((look) => {
        seen.push(look('here')?.title);
        return entry;
      }),
    );
    store.slow = async () => expect(timeline.threads.size).toBe(0);
    go();
    await Promise.all(makes);
    expect(seen).toEqual([undefined, undefined, 'first', 'second']);
    expect(appends).toEqual([1, 2]);
    expect(timeline.threads.get('here')).toMatchObject({ title: 'second', channel: 'site' });
  });

  it('fail together when the append fails, and leave nothing', async () => {
    const disk = fakeDisk();
    const open = () => openTimeline(fileStore({ folder: '/data', disk }), makeBell());
    const timeline = await open();
    await timeline.add(() => thread('first'));
    const before = disk.get('/data/streams/console/journal.jsonl');
    disk.room = 500;
    const answers = await Promise.allSettled([
      timeline.add(() => message('a', 'x'.repeat(500))),
      timeline.add(() => card('second')),
      timeline.add((look) => (look('here')?.title === 'second' ? null : card('second'))),
      timeline.add(() => message('b', 'x'.repeat(500))),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    expect(disk.get('/data/streams/console/journal.jsonl')).toEqual(before);
    expect(timeline.threads.get('here')?.title).toBe('first');
    disk.room = Infinity;
    await Promise.all([timeline.add(() => message('b')), timeline.add(() => message('c'))]);
    expect(timeline.entries.map(({ key }) => key)).toEqual(['open', 'b', 'c']);
    expect((await open()).entries).toEqual(timeline.entries);
  });

  it('are found by those after them, although the append said that it failed', async () => {
    const { store, go } = slowStore();
    const timeline = await openTimeline(store, makeBell());
    const first = timeline.add(() => message('a'));
    const { append } = store;
    store.append = async (...args) => {
      await append(...args);
      throw new Error('The answer was lost.');
    };
    const lost = Promise.allSettled([timeline.add(() => message('b')), timeline.add(() => message('c'))]);
    go();
    await first;
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    store.append = append;
    await timeline.add(() => message('b', 'again'));
    expect(timeline.entries).toEqual([message('a'), message('b'), message('c')]);
  });

  it('do not suffer from one that cannot be made', async () => {
    const { store, appends, go } = slowStore();
    const timeline = await openTimeline(store, makeBell());
    const fail = (): never => {
      throw new Error('There is no such thread.');
    };
    const answers = Promise.allSettled([fail, () => message('a'), fail, () => message('b')].map(timeline.add));
    go();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(appends.reduce((sum, count) => sum + count)).toBe(2);
    expect(timeline.entries.map(({ key }) => key)).toEqual(['a', 'b']);
  });
});
