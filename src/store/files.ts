import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Files } from '../chain/ports.ts';
import { realDisk } from './disk.ts';
import type { Disk } from './disk.ts';

/** All files together. Who sends more is told so; what is there stays. */
const LIMIT = 2 * 1024 ** 3;

/** Files under their sha256, in `<folder>/files/`. Whole or not at all: a temporary name until the bytes are on the disk. */
export function fileFiles(of: { readonly folder: string; readonly disk?: Disk; readonly limit?: number }): Files {
  const { disk = realDisk(), limit = LIMIT } = of;
  const folder = join(of.folder, 'files');
  const at = (id: string): string => join(folder, id);
  let used: number | null = null;

  async function count(): Promise<number> {
    let sum = 0;
    for (const name of await disk.list(folder)) {
      if (name.endsWith('.tmp')) await disk.remove(join(folder, name));
      else sum += (await disk.size(join(folder, name))) ?? 0;
    }
    return sum;
  }

  /** One after the other: two that came together must not both be the last that fits. */
  let putting: Promise<unknown> = Promise.resolve();
  const put = async (bytes: Uint8Array): Promise<string> => {
    const id = createHash('sha256').update(bytes).digest('hex');
    if ((await disk.size(at(id))) === bytes.length) return id;
    await disk.makeFolder(folder);
    await disk.syncFolder(of.folder);
    used ??= await count();
    if (used + bytes.length > limit)
      throw new Error(
        `${folder} holds ${Math.floor(used / 1024 ** 2)} MiB already, and at most ${limit / 1024 ** 2} MiB are kept there. Remove what is not wanted any more.`,
      );
    await write(disk, folder, id, Buffer.from(bytes));
    used += bytes.length;
    return id;
  };
  return {
    put(bytes) {
      const answer = putting.then(() => put(bytes));
      putting = answer.catch(() => undefined);
      return answer;
    },
    size: (id) => (/^[0-9a-f]{64}$/.test(id) ? disk.size(at(id)) : Promise.resolve(null)),
    async get(id) {
      const bytes = /^[0-9a-f]{64}$/.test(id) ? await disk.read(at(id)) : null;
      const isWhole = bytes !== null && createHash('sha256').update(bytes).digest('hex') === id;
      return isWhole ? bytes : null;
    },
  };
}

async function write(disk: Disk, folder: string, id: string, bytes: Buffer): Promise<void> {
  const temporary = `${join(folder, id)}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await disk.open(temporary, 'create');
    try {
      await file.write(bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(temporary, join(folder, id));
    await disk.syncFolder(folder);
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
}
