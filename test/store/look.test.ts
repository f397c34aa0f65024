import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookingDisk } from '../../src/store/look.ts';
import { fileStore } from '../../src/store/store.ts';
import { fakeDisk } from '../fakes/disk.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'look-'));
});

afterEach(() => rm(folder, { recursive: true }));

test('who looks leaves out what is half written, and leaves it alone', async () => {
  await fileStore({ folder }).append('box', 0, ['a']);
  const stream = join(folder, 'streams', 'box');
  await appendFile(join(stream, 'journal.jsonl'), '{"crc":"12');
  await writeFile(join(stream, 'snapshot.json.1.tmp'), '');
  const before = await readFile(join(stream, 'journal.jsonl'));
  const store = fileStore({ folder, disk: lookingDisk() });
  expect(await store.read('box')).toEqual({ ok: true, entries: ['a'] });
  expect(await store.streams()).toEqual(['box']);
  expect(await readFile(join(stream, 'journal.jsonl'))).toEqual(before);
  expect(await readdir(stream)).toHaveLength(2);
  await expect(store.append('box', 1, ['b'])).rejects.toThrow('opened to look at');
  await expect(store.append('new', 0, ['b'])).rejects.toThrow('opened to look at');
  await expect(store.keep('box', 1, {})).rejects.toThrow('opened to look at');
  expect(await readFile(join(stream, 'journal.jsonl'))).toEqual(before);
});

test('who looks while somebody writes sees no damage', async () => {
  const disk = fakeDisk();
  const writer = fileStore({ folder: '/data', disk });
  await writer.append('box', 0, ['a']);
  let length = 1;
  const looker = fileStore({
    folder: '/data',
    disk: {
      ...disk,
      open: lookingDisk().open,
      read: async (path) => {
        const bytes = await disk.read(path);
        await writer.append('box', length, ['more']);
        length += 1;
        await writer.keep('box', length, {});
        return bytes;
      },
    },
  });
  for (let n = 0; n < 3; n += 1) {
    expect(await looker.read('box')).toMatchObject({ ok: true });
  }
});
