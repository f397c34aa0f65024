import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileStore } from '../../src/store/store.ts';
import { storeContract } from '../contract/store.ts';
import { fakeDisk } from '../fakes/disk.ts';
import { fakeStore } from '../fakes/store.ts';

let root: string;
let folders = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'store-'));
});

afterAll(() => rm(root, { recursive: true }));

async function newFolder(): Promise<string> {
  folders += 1;
  const folder = join(root, String(folders));
  await mkdir(folder);
  return folder;
}

storeContract('files', async () => {
  const folder = await newFolder();
  return { store: fileStore({ folder }), again: () => fileStore({ folder }) };
});

storeContract('files on the scripted disk', async () => {
  const disk = fakeDisk();
  return { store: fileStore({ folder: '/data', disk }), again: () => fileStore({ folder: '/data', disk }) };
});

storeContract('fake', async () => {
  const store = fakeStore();
  return { store, again: () => fakeStore(store.memory) };
});

describe('the fake fails as its fields say', () => {
  test('full, stale, slow, damaged', async () => {
    const store = fakeStore();
    store.full = true;
    await expect(store.append('box', 0, ['a'])).rejects.toThrow('ENOSPC');
    await expect(store.keep('box', 0, {})).rejects.toThrow('ENOSPC');
    store.full = false;
    store.stale = 1;
    expect(await store.append('box', 0, ['a'])).toBe('stale');
    const order: string[] = [];
    store.slow = async () => void order.push('slow');
    expect(await store.append('box', 0, ['a']).finally(() => order.push('appended'))).toBe('appended');
    expect(order).toEqual(['slow', 'appended']);
    store.damaged.set('box', { line: 2, reason: 'scripted' });
    expect(await store.read('box')).toEqual({ ok: false, line: 2, reason: 'scripted' });
    await expect(store.append('box', 1, ['b'])).rejects.toThrow('damaged');
  });
});

describe('the files', () => {
  test('a stream is a folder of its own, for the controller alone, and every line of its journal is JSON', async () => {
    const folder = await newFolder();
    const store = fileStore({ folder });
    await store.append('box', 0, [{ a: 1 }, { b: 2 }]);
    await store.append('box', 2, ['c']);
    await store.keep('box', 3, { c: true });
    const stream = join(folder, 'streams', 'box');
    expect((await readdir(stream)).toSorted()).toEqual(['journal.jsonl', 'snapshot.json']);
    const lines = (await readFile(join(stream, 'journal.jsonl'), 'utf8')).trimEnd().split('\n');
    const crc = expect.stringMatching(/^[0-9a-f]{8}$/);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { crc, format: 1, stream: 'box' },
      { crc, seq: 1, entries: [{ a: 1 }, { b: 2 }] },
      { crc, seq: 3, entries: ['c'] },
    ]);
    expect(JSON.parse(await readFile(join(stream, 'snapshot.json'), 'utf8'))).toEqual({
      crc,
      format: 1,
      seq: 3,
      state: { c: true },
    });
    expect((await stat(stream)).mode & 0o777).toBe(0o700);
    expect((await stat(join(stream, 'journal.jsonl'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(stream, 'snapshot.json'))).mode & 0o777).toBe(0o600);
  });

  test('many streams keep no file open', async () => {
    const disk = fakeDisk();
    const store = fileStore({ folder: '/data', disk });
    const names = Array.from({ length: 200 }, (_, n) => `task-${n}`);
    await Promise.all(names.map((name) => store.append(name, 0, [name])));
    expect(disk.opened).toBe(0);
    expect(await store.streams()).toHaveLength(200);
  });

  test('a torn last line is cut on the disk too', async () => {
    const folder = await newFolder();
    await fileStore({ folder }).append('box', 0, ['a']);
    const path = join(folder, 'streams', 'box', 'journal.jsonl');
    const whole = await readFile(path);
    await appendFile(path, '{"crc":"0000');
    const store = fileStore({ folder });
    expect(await store.read('box')).toEqual({ ok: true, entries: ['a'] });
    expect(await readFile(path)).toEqual(whole);
    expect(await store.append('box', 1, ['b'])).toBe('appended');
  });

  test('files that are no streams, and what a killed process was writing, are passed over', async () => {
    const folder = await newFolder();
    await fileStore({ folder }).append('box', 0, ['a']);
    const streams = join(folder, 'streams');
    await writeFile(join(streams, 'box', 'snapshot.json.1b4e.tmp'), '{"half');
    await writeFile(join(streams, '.DS_Store'), 'x');
    await mkdir(join(streams, 'task-empty'));
    const store = fileStore({ folder });
    expect(await store.streams()).toEqual(['box']);
    expect(await readdir(join(streams, 'box'))).toEqual(['journal.jsonl']);
  });

  test('a journal that vanishes or shrinks under a running store is damage, never an empty stream', async () => {
    const folder = await newFolder();
    const store = fileStore({ folder });
    await store.append('box', 0, ['a']);
    await store.append('box', 1, ['b']);
    const path = join(folder, 'streams', 'box', 'journal.jsonl');
    await truncate(path, (await readFile(path, 'utf8')).trimEnd().lastIndexOf('\n') + 1);
    expect(await store.read('box')).toEqual({
      ok: false,
      line: 3,
      reason: 'entries 2 to 2 were recorded and are missing',
    });
    await rm(path);
    expect(await store.read('box')).toEqual({
      ok: false,
      line: 1,
      reason: 'entries 1 to 2 were recorded and are missing',
    });
    await expect(store.append('box', 0, ['c'])).rejects.toThrow('Stream box is damaged at line 1');
    expect(await store.streams()).toEqual(['box']);
  });

  test('streams are listed without reading them, also those whose entries are gone', async () => {
    const disk = fakeDisk();
    const store = fileStore({ folder: '/data', disk });
    const names = ['emptied', 'fresh', 'lost', 'torn', 'whole'];
    for (const name of names) await store.append(name, 0, [name]);
    for (const name of ['emptied', 'lost']) await store.keep(name, 1, name);
    const path = (name: string): string => `/data/streams/${name}/journal.jsonl`;
    const header = (name: string): Buffer => disk.get(path(name))!.subarray(0, disk.get(path(name))!.indexOf('\n') + 1);
    for (const name of ['emptied', 'fresh']) disk.set(path(name), header(name));
    disk.set(path('torn'), header('torn').subarray(0, 10));
    await disk.remove(path('lost'));
    const read: string[] = [];
    const looking = { ...disk, read: async (file: string) => (read.push(file), disk.read(file)) };
    const found = await fileStore({ folder: '/data', disk: looking }).streams();
    expect(found).toEqual(names.filter((name) => name !== 'fresh'));
    expect(read).not.toContain(path('whole'));
  });

  test('a damaged stream is listed, refuses appends and snapshots, and works again once its file is restored', async () => {
    const folder = await newFolder();
    const store = fileStore({ folder });
    await store.append('box', 0, ['a']);
    await store.keep('box', 1, 'state');
    const path = join(folder, 'streams', 'box', 'journal.jsonl');
    const whole = await readFile(path);
    await writeFile(path, whole.toString().replace('"a"', '"b"').concat('\n'));
    expect(await store.read('box')).toMatchObject({ ok: false, line: 2 });
    expect(await store.snapshot('box')).toBe(null);
    await expect(store.append('box', 1, ['c'])).rejects.toThrow(`damaged at line 2 of ${path}`);
    await expect(store.keep('box', 1, {})).rejects.toThrow('is damaged');
    expect(await fileStore({ folder }).streams()).toEqual(['box']);
    await writeFile(path, whole);
    expect(await store.append('box', 1, ['c'])).toBe('appended');
  });
});

describe('a disk that refuses', () => {
  test('full: nothing is recorded, and it goes on when there is room again', async () => {
    const disk = fakeDisk();
    const store = fileStore({ folder: '/data', disk });
    await store.append('box', 0, ['a']);
    const before = disk.get('/data/streams/box/journal.jsonl');
    for (const room of [0, 1, 20]) {
      disk.room = room;
      await expect(store.append('box', 1, ['b'.repeat(100)])).rejects.toThrow(
        'Stream box could not be written (ENOSPC) and nothing was recorded. Look at the disk of /data/streams/box.',
      );
      expect(disk.get('/data/streams/box/journal.jsonl')).toEqual(before);
      expect(await store.read('box')).toEqual({ ok: true, entries: ['a'] });
    }
    disk.room = Infinity;
    expect(await store.append('box', 1, ['c'])).toBe('appended');
    expect(await fileStore({ folder: '/data', disk }).read('box')).toEqual({ ok: true, entries: ['a', 'c'] });
    expect(disk.opened).toBe(0);
  });

  test('full at the first entry of a stream', async () => {
    const disk = fakeDisk();
    const store = fileStore({ folder: '/data', disk });
    disk.room = 10;
    await expect(store.append('box', 0, ['a'])).rejects.toThrow('ENOSPC');
    disk.room = Infinity;
    expect(await store.append('box', 0, ['b'])).toBe('appended');
    expect(await store.read('box')).toEqual({ ok: true, entries: ['b'] });
  });

  test('appends that wait behind a failed one get their own answers', async () => {
    const disk = fakeDisk();
    const store = fileStore({ folder: '/data', disk });
    await store.append('box', 0, ['a']);
    disk.failingSyncs = 1;
    const answers = await Promise.allSettled([
      store.append('box', 1, ['b']),
      store.append('box', 2, ['c']),
      store.append('box', 1, ['d']),
    ]);
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual([
      'failed',
      'stale',
      'appended',
    ]);
    expect(await store.read('box')).toEqual({ ok: true, entries: ['a', 'd'] });
  });

  test('a write that can neither be synced nor taken back is never read, and taken back once that works', async () => {
    const disk = fakeDisk();
    const store = fileStore({ folder: '/data', disk });
    await store.append('box', 0, ['a']);
    disk.failingSyncs = 1;
    disk.noTruncate = true;
    await expect(store.append('box', 1, ['b'])).rejects.toThrow('EIO');
    await expect(store.read('box')).rejects.toThrow('EIO');
    await expect(store.append('box', 1, ['c'])).rejects.toThrow('EIO');
    disk.noTruncate = false;
    expect(await store.append('box', 1, ['d'])).toBe('appended');
    expect(await store.read('box')).toEqual({ ok: true, entries: ['a', 'd'] });
  });

  test('a snapshot that cannot be written leaves the last one and no rubbish', async () => {
    const disk = fakeDisk();
    const store = fileStore({ folder: '/data', disk });
    await store.append('box', 0, ['a', 'b']);
    await store.keep('box', 1, 'one');
    disk.room = 5;
    await expect(store.keep('box', 2, 'two')).rejects.toThrow('ENOSPC');
    disk.room = Infinity;
    disk.failingSyncs = 1;
    await expect(store.keep('box', 2, 'two')).rejects.toThrow('EIO');
    expect(await store.snapshot('box')).toEqual({ seq: 1, state: 'one' });
    expect(await disk.list('/data/streams/box')).toEqual(['journal.jsonl', 'snapshot.json']);
  });
});
