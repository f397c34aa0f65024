import { describe, expect, it } from 'vitest';
import { makeBell } from '../../../src/bots/console/bell.ts';
import type { Entry } from '../../../src/bots/console/entry.ts';
import { openTimeline } from '../../../src/bots/console/timeline.ts';
import { fakeStore } from '../../fakes/store.ts';

const message = (key: string, text = 'x'): Entry => ({
  is: 'message',
  key,
  at: 1,
  thread: 'here',
  message: { text, buttons: [], loud: false },
});

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
