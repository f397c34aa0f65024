import { describe, expect, test } from 'vitest';
import { fileStore } from '../../src/store/store.ts';
import { fakeDisk } from '../fakes/disk.ts';

const path = '/data/streams/box/snapshot.json';

async function kept() {
  const disk = fakeDisk();
  const store = fileStore({ folder: '/data', disk });
  await store.append('box', 0, ['a', 'b']);
  await store.keep('box', 1, { phase: 'planning' });
  return { disk, whole: disk.get(path)!, later: () => fileStore({ folder: '/data', disk }) };
}

describe('a snapshot that cannot be believed is none', () => {
  test('missing', async () => {
    const { disk, later } = await kept();
    await disk.remove(path);
    expect(await later().snapshot('box')).toBe(null);
  });

  test('cut short at any byte but its newline', async () => {
    const { disk, whole, later } = await kept();
    for (let length = 0; length < whole.length; length += 1) {
      disk.set(path, whole.subarray(0, length));
      expect(await later().snapshot('box')).toBe(null);
      expect(await later().read('box')).toEqual({ ok: true, entries: ['a', 'b'] });
    }
  });

  test('one bit changed anywhere before its newline', async () => {
    const { disk, whole, later } = await kept();
    for (let bit = 0; bit < (whole.length - 1) * 8; bit += 1) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      disk.set(path, damaged);
      expect(await later().snapshot('box')).toBe(null);
    }
  });

  test.each(['', '{}', '[]', 'null', '{"seq":1,"state":{}}\n'])('%j', async (text) => {
    const { disk, later } = await kept();
    disk.set(path, Buffer.from(text));
    expect(await later().snapshot('box')).toBe(null);
  });
});

test('a snapshot knows when the journal lost entries', async () => {
  const disk = fakeDisk();
  const store = fileStore({ folder: '/data', disk });
  await store.append('box', 0, ['a']);
  const journal = disk.get('/data/streams/box/journal.jsonl')!;
  await store.append('box', 1, ['b']);
  await store.keep('box', 2, 'state');
  disk.set('/data/streams/box/journal.jsonl', journal);
  const later = fileStore({ folder: '/data', disk });
  expect(await later.read('box')).toEqual({
    ok: false,
    line: 3,
    reason: 'entries 2 to 2 were recorded and are missing',
  });
  await expect(later.append('box', 1, ['c'])).rejects.toThrow('entries 2 to 2');
});
