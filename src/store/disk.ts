import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file opened for writing. Offsets and lengths in bytes. */
export type OpenFile = {
  write(bytes: Buffer, at: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** fdatasync: content and length. */
  datasync(): Promise<void>;
  /** fsync: the whole file. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/**
 * What the store asks of a file system. A write is durable after a sync of its file, a name after syncFolder of its folder; until then
 * kill -9 keeps both and a power loss may take either. Rejects with the code of the operating system (`ENOSPC`, `EIO` …).
 */
export type Disk = {
  /** The whole content; null when there is no such file. */
  read(path: string): Promise<Buffer | null>;
  /** Length in bytes; null when there is no such file. */
  size(path: string): Promise<number | null>;
  /** `edit` an existing file or `create` one that MUST NOT exist. */
  open(path: string, how: 'edit' | 'create'): Promise<OpenFile>;
  /** The names in a folder; none when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Makes the folder and those above it. */
  makeFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
};

/** The disk of this machine. Files are 0600 and folders 0700: they belong to the controller alone. */
export function realDisk(): Disk {
  return {
    read: (path) => orNull(readFile(path)),
    size: async (path) => (await orNull(stat(path)))?.size ?? null,
    open: async (path, how) => openFile(await open(path, how === 'edit' ? 'r+' : 'wx', 0o600)),
    list: async (folder) => (await orNull(readdir(folder))) ?? [],
    makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
    rename,
    remove: (path) => rm(path, { force: true }),
    syncFolder: async (path) => {
      const handle = await open(path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

function openFile(handle: FileHandle): OpenFile {
  return {
    write: async (bytes, at) => {
      let done = 0;
      while (done < bytes.length) {
        done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
    },
    truncate: (length) => handle.truncate(length),
    datasync: () => handle.datasync(),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

/** The ending of a file that `replace` was writing when the process ended; such a file means nothing. */
export const unfinished = '.tmp';

/** Puts a whole file in place durably: after a crash there is the old content or the new, never a part. */
export async function replace(disk: Disk, path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}${unfinished}`;
  try {
    const file = await disk.open(temporary, 'create');
    try {
      await file.write(bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
  await disk.syncFolder(dirname(path));
}
