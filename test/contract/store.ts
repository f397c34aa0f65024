import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/chain/ports.ts';

/** What one implementation gives the suite: a new, empty store, and the same store as a later process finds it. */
export type StoreUnderTest = { readonly store: Store; readonly again: () => Store };

/** Every Store keeps this. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    test('a stream begins empty, at 0', async () => {
      const { store } = await make();
      expect(await store.read('box')).toEqual({ ok: true, entries: [] });
      expect(await store.snapshot('box')).toBe(null);
      expect(await store.streams()).toEqual([]);
    });

    test('entries come back in order, also for a later process', async () => {
      const { store, again } = await make();
      expect(await store.append('box', 0, [{ a: 1 }, 'two'])).toBe('appended');
      expect(await store.append('box', 2, [null, [4], 'ünïcode\n\u2028\0'])).toBe('appended');
      const entries = [{ a: 1 }, 'two', null, [4], 'ünïcode\n\u2028\0'];
      expect(await store.read('box')).toEqual({ ok: true, entries });
      const later = again();
      expect(await later.read('box')).toEqual({ ok: true, entries });
      expect(await later.append('box', 5, [6])).toBe('appended');
      expect(await later.read('box')).toEqual({ ok: true, entries: [...entries, 6] });
    });

    test.each([1, 3, 4, -1, 0.5])(
      'a writer that believes the stream is at %d when it is at 2 is stale',
      async (expectedSeq) => {
        const { store, again } = await make();
        await store.append('box', 0, ['a', 'b']);
        expect(await store.append('box', expectedSeq, ['c'])).toBe('stale');
        expect(await again().append('box', expectedSeq, ['c'])).toBe('stale');
        expect(await store.read('box')).toEqual({ ok: true, entries: ['a', 'b'] });
      },
    );

    test('of two writers at the same place one is stale', async () => {
      const { store } = await make();
      const answers = await Promise.all([store.append('box', 0, ['a']), store.append('box', 0, ['b'])]);
      expect(answers).toEqual(['appended', 'stale']);
      expect(await store.read('box')).toEqual({ ok: true, entries: ['a'] });
    });

    test('a process that was left behind is stale', async () => {
      const { store, again } = await make();
      await store.append('box', 0, ['a']);
      expect(await again().append('box', 1, ['b'])).toBe('appended');
      expect(await store.append('box', 1, ['c'])).toBe('stale');
      expect(await store.read('box')).toEqual({ ok: true, entries: ['a', 'b'] });
    });

    test('appends in a row need not wait for each other', async () => {
      const { store } = await make();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => store.append('box', n, [n])));
      expect(new Set(answers)).toEqual(new Set(['appended']));
      expect(await store.read('box')).toEqual({ ok: true, entries: Array.from({ length: 20 }, (_, n) => n) });
    });

    test('no entries change nothing', async () => {
      const { store } = await make();
      expect(await store.append('box', 0, [])).toBe('appended');
      expect(await store.append('box', 1, [])).toBe('stale');
      expect(await store.streams()).toEqual([]);
    });

    test('streams do not touch each other, and are listed in order', async () => {
      const { store, again } = await make();
      await Promise.all(
        ['task-t0123456789', 'console', 'account-claude_max'].map((stream) => store.append(stream, 0, [stream])),
      );
      expect(await store.streams()).toEqual(['account-claude_max', 'console', 'task-t0123456789']);
      expect(await again().streams()).toEqual(['account-claude_max', 'console', 'task-t0123456789']);
      expect(await store.read('console')).toEqual({ ok: true, entries: ['console'] });
    });

    test('what the caller does with its objects afterwards is not recorded', async () => {
      const { store } = await make();
      const entry = { text: 'as given' };
      const state = { text: 'as given' };
      const appended = store.append('box', 0, [entry]);
      const kept = store.keep('box', 1, state);
      entry.text = 'changed';
      state.text = 'changed';
      await Promise.all([appended, kept]);
      expect(await store.read('box')).toEqual({ ok: true, entries: [{ text: 'as given' }] });
      expect(await store.snapshot('box')).toEqual({ seq: 1, state: { text: 'as given' } });
    });

    test('an entry without JSON is refused whole', async () => {
      const { store } = await make();
      await expect(store.append('box', 0, ['fine', undefined])).rejects.toThrow(TypeError);
      expect(await store.read('box')).toEqual({ ok: true, entries: [] });
    });

    test.each(['', '.', '..', '../box', 'a/b', '/etc', 'a\0b', 'a:b', '-rf', 'ä', 'x'.repeat(101)])(
      '%j is no stream',
      async (stream) => {
        const { store } = await make();
        await expect(store.append(stream, 0, ['a'])).rejects.toThrow('is no name for a stream');
        await expect(store.read(stream)).rejects.toThrow('is no name for a stream');
        await expect(store.keep(stream, 0, {})).rejects.toThrow('is no name for a stream');
      },
    );

    test('the latest snapshot is kept, also for a later process', async () => {
      const { store, again } = await make();
      await store.append('box', 0, ['a', 'b']);
      await store.keep('box', 1, { n: 1 });
      await store.keep('box', 2, { n: 2, deep: [null, { a: 'ü' }] });
      expect(await store.snapshot('box')).toEqual({ seq: 2, state: { n: 2, deep: [null, { a: 'ü' }] } });
      expect(await again().snapshot('box')).toEqual({ seq: 2, state: { n: 2, deep: [null, { a: 'ü' }] } });
    });

    test('an empty stream has nothing to keep', async () => {
      const { store } = await make();
      await store.keep('box', 0, { n: 0 });
      expect(await store.snapshot('box')).toBe(null);
      expect(await store.streams()).toEqual([]);
    });

    test('a snapshot of entries that are not there is refused', async () => {
      const { store } = await make();
      await store.append('box', 0, ['a']);
      await expect(store.keep('box', 2, {})).rejects.toThrow();
      expect(await store.snapshot('box')).toBe(null);
    });
  });
}
