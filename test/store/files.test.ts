import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileFiles } from '../../src/store/files.ts';
import { filesContract } from '../contract/files.ts';
import { fakeDisk } from '../fakes/disk.ts';
import { fakeFiles } from '../fakes/files.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

filesContract('in memory', async () => fakeFiles());
filesContract('on the disk', async () => fileFiles({ folder }));

describe('files on the disk', () => {
  it('are one file each, and nothing half written is left', async () => {
    const id = await fileFiles({ folder }).put(bytes('one'));
    await writeFile(join(folder, 'files', `${id}.0123.tmp`), 'half');
    await fileFiles({ folder }).put(bytes('two'));
    expect(await readdir(join(folder, 'files'))).toEqual(
      [id, await fileFiles({ folder }).put(bytes('two'))].toSorted(),
    );
  });

  it('that were changed are not given, and are mended by the same bytes again', async () => {
    const files = fileFiles({ folder });
    const id = await files.put(bytes('one'));
    await writeFile(join(folder, 'files', id), 'on');
    expect(await files.get(id)).toBe(null);
    await files.put(bytes('one'));
    expect(Buffer.from((await files.get(id))!).toString()).toBe('one');
  });

  it('more than fit are refused with what to do, and what is there stays', async () => {
    const files = fileFiles({ folder, limit: 1024 ** 2 });
    const id = await files.put(new Uint8Array(1024 ** 2 - 2));
    await expect(files.put(bytes('more'))).rejects.toThrow(/at most 1 MiB are kept there\. Remove/);
    expect(await files.put(bytes('it'))).toHaveLength(64);
    expect(await files.size(id)).toBe(1024 ** 2 - 2);
    await expect(fileFiles({ folder, limit: 1024 ** 2 }).put(bytes('a'))).rejects.toThrow('at most');
  });

  it('are durable when they are acknowledged, and whole or not there after a power loss', async () => {
    const id = createHash('sha256').update('one').digest('hex');
    const disk = fakeDisk();
    await fileFiles({ folder: '/data', disk }).put(bytes('one'));
    const after = disk.lose({ bytes: 0, names: false });
    expect(Buffer.from((await fileFiles({ folder: '/data', disk: after }).get(id))!).toString()).toBe('one');
  });

  it('outlive a kill at any moment: whole, or sent again', async () => {
    const id = createHash('sha256').update('one').digest('hex');
    for (let diesAt = 1; diesAt < 12; diesAt += 1) {
      const disk = fakeDisk();
      disk.diesAt = diesAt;
      const kept = await fileFiles({ folder: '/data', disk })
        .put(bytes('one'))
        .catch(() => null);
      const after = disk.kill();
      const files = fileFiles({ folder: '/data', disk: after });
      const found = await files.get(id);
      expect(found === null ? null : Buffer.from(found).toString()).toBe(
        kept === null && found === null ? null : 'one',
      );
      expect(await files.put(bytes('one'))).toBe(id);
      expect(Buffer.from((await files.get(id))!).toString()).toBe('one');
    }
  });
});
