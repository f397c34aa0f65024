import { chmod, chown, mkdir, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerEngine } from '../../src/runtime/docker.ts';
import { measure } from '../../src/runtime/gauge.ts';
import { imageTag } from '../../src/runtime/image.ts';
import { makeReserve } from '../../src/runtime/reserve.ts';
import { diskRoom } from '../../src/runtime/room.ts';
import type { Room, Watched } from '../../src/runtime/space.ts';
import { socket } from './ground.ts';

const MIB = 2 ** 20;
const engine = dockerEngine({ socket, box: 'aaaaaaaa' });
const image = imageTag();
const log = { info: () => undefined, error: () => undefined };

/** A small file system of its own, which root alone may mount. */
let data: string;
let over: AbortController;
let room: Room;
/** Folders whose container was ended. */
const ended: string[] = [];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-room-'));
  over = new AbortController();
  ended.length = 0;
});
afterEach(async () => {
  over.abort();
  // A count that was under way leaves its container to whoever ends.
  for (const { name } of await engine.list()) await engine.remove(name);
  await execa('umount', [data], { reject: false });
  await rm(data, { recursive: true, force: true });
});

async function small(sizeMiB: number, files = 100_000): Promise<void> {
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0700`, 'signalbox-test', data]);
  const limits = { each: { bytes: 100 * MIB, files }, keepFree: 0.1, reserveBytes: 64 * MIB };
  room = diskRoom({ data, engine, image, limits, log });
}

/** A folder as an agent has one. */
async function folder(name: string): Promise<string> {
  const path = join(data, name);
  await mkdir(path);
  await chown(path, 10001, 10001);
  return path;
}

const put = (path: string, bytes: number): Promise<void> => writeFile(path, Buffer.alloc(bytes, 1));
const watch = (path: string, begun = 0): Watched =>
  room.watch({
    folders: [path],
    begun: { bytes: begun, files: 0 },
    end: async () => void ended.push(path),
  });
const reserve = (): Promise<number> =>
  stat(join(data, 'reserve')).then(
    ({ size }) => size,
    () => 0,
  );

describe.skipIf(process.getuid?.() !== 0)('room on the disk', () => {
  it('folders are counted to the last block, whatever their agent does about it', async () => {
    await small(64);
    const [one, two] = [await folder('one'), await folder('two')];
    await put(join(one, 'file'), 3 * MIB);
    await mkdir(join(two, 'closed'));
    await put(join(two, 'closed', 'hidden'), 5 * MIB);
    await execa('ln', ['-s', '/', join(two, 'root')]);
    await execa('mkfifo', [join(two, 'fifo')]);
    await chown(join(two, 'closed'), 10001, 10001);
    await chmod(join(two, 'closed'), 0o000);
    // A file with a hole takes what it takes.
    await truncate(join(one, 'file'), 40 * MIB);
    const size = await measure(engine, image, [one, two]);
    expect(size!.bytes).toBeGreaterThanOrEqual(8 * MIB);
    expect(size!.bytes).toBeLessThan(9 * MIB);
    expect(size!.files).toBe(7);
  });

  it('one that outgrows its share is ended, and the other is not', async () => {
    await small(512);
    const [big, other] = [watch(await folder('big')), watch(await folder('other'))];
    await room.begin(over.signal);
    expect(await reserve()).toBe(Math.floor(0.02 * 512 * MIB));
    await put(join(data, 'big', 'file'), 120 * MIB);
    await expect
      .poll(() => big.cramped())
      .toEqual({
        kind: 'outgrew',
        text: 'its files take 120 MiB, and 100 MiB are allowed',
      });
    expect([ended, other.cramped(), room.enough()]).toEqual([[join(data, 'big')], null, true]);
  });

  it('a full disk ends all, gives the reserve back after that, and takes it again when there is room', async () => {
    await small(128);
    const one = await folder('one');
    await room.begin(over.signal);
    const watched = watch(one);
    await put(join(data, 'ballast'), 114 * MIB);
    await expect.poll(() => watched.cramped()).toMatchObject({ kind: 'full' });
    expect(watched.cramped()!.text).toMatch(/^The disk of .* has \d %.* free, and 10 % are kept\.$/);
    await expect.poll(reserve).toBe(0);
    expect(room.enough()).toBe(false);
    expect(watch(one).cramped()).toMatchObject({ kind: 'full' });
    await rm(join(data, 'ballast'));
    await expect.poll(() => room.enough()).toBe(true);
    expect(await reserve()).toBeGreaterThan(0);
    expect(watch(one).cramped()).toBeNull();
  });

  it('a disk that is full from the start is known before anything begins', async () => {
    await small(64);
    await put(join(data, 'ballast'), 60 * MIB);
    await room.begin(over.signal);
    expect([room.enough(), await reserve()]).toEqual([false, 0]);
  });

  it('a reserve that was left half made is made anew, and one that does not fit leaves nothing', async () => {
    await small(16);
    await put(join(data, 'reserve'), MIB);
    await makeReserve(join(data, 'reserve'), 2 * MIB);
    expect(await reserve()).toBe(2 * MIB);
    await expect(makeReserve(join(data, 'reserve'), 32 * MIB)).rejects.toThrow('ENOSPC');
    expect(await reserve()).toBe(0);
  });
});
