import { dirname } from 'node:path';
import type { Disk, OpenFile } from '../../src/store/disk.ts';

type Inode = { live: Buffer; synced: Buffer };
type Names = Map<string, Inode | 'folder'>;

/**
 * A disk in memory that knows what is durable. Its failures are its fields.
 * The folder /data is there, durably. kill() is kill -9: what was written stays. lose() is a power loss: of the bytes that were not synced, the part `bytes` (0 to 1) of each
 * file survives; names that were not synced survive when `names` says so. Both happen in real file systems, in any combination.
 */
export type FakeDisk = Disk & {
  /** Operations that change something, so far. */
  operations: number;
  /** The operation with this number half happens and the process is dead from then on. */
  diesAt: number;
  /** Bytes that may still be written; a write beyond them is cut short with ENOSPC. */
  room: number;
  /** The next syncs of a file fail with EIO. */
  failingSyncs: number;
  /** Truncation fails with EIO. */
  noTruncate: boolean;
  kill(): FakeDisk;
  lose(left: { readonly bytes: number; readonly names: boolean }): FakeDisk;
  /** The live content, to look at or to damage. */
  get(path: string): Buffer | undefined;
  set(path: string, bytes: Buffer): void;
  /** Files opened and not closed. */
  opened: number;
};

export function fakeDisk(live: Names = new Map([['/data', 'folder']]), durable: Names = new Map(live)): FakeDisk {
  let dead = false;

  /** Counts a change; true when it is the one that the process dies in. */
  function dying(): boolean {
    if (dead) {
      throw new Error('the process is dead');
    }
    disk.operations += 1;
    dead = disk.operations === disk.diesAt;
    return dead;
  }

  function die(): never {
    throw new Error('the process died');
  }

  function file(path: string): Inode | null {
    const found = live.get(path);
    return found === undefined || found === 'folder' ? null : found;
  }

  function sync(inode: Inode): void {
    if (dying()) {
      die();
    }
    if (disk.failingSyncs > 0) {
      disk.failingSyncs -= 1;
      throw failure('EIO');
    }
    inode.synced = inode.live;
  }

  function opened(inode: Inode): OpenFile {
    disk.opened += 1;
    return {
      write: async (bytes, at) => {
        const half = dying();
        const taken = half ? Math.floor(bytes.length / 2) : Math.min(bytes.length, disk.room);
        disk.room -= taken;
        const grown = Buffer.alloc(Math.max(inode.live.length, at + taken));
        inode.live.copy(grown);
        bytes.copy(grown, at, 0, taken);
        inode.live = grown;
        if (half) {
          die();
        }
        if (taken < bytes.length) {
          throw failure('ENOSPC');
        }
      },
      truncate: async (length) => {
        if (dying()) {
          die();
        }
        if (disk.noTruncate) {
          throw failure('EIO');
        }
        inode.live = inode.live.subarray(0, length);
      },
      datasync: async () => sync(inode),
      sync: async () => sync(inode),
      close: async () => void (disk.opened -= 1),
    };
  }

  const disk: FakeDisk = {
    operations: 0,
    diesAt: Infinity,
    room: Infinity,
    failingSyncs: 0,
    noTruncate: false,
    opened: 0,
    read: async (path) => file(path)?.live ?? null,
    size: async (path) => file(path)?.live.length ?? null,
    open: async (path, how) => {
      if (how === 'edit') {
        return opened(file(path) ?? fail('ENOENT'));
      }
      if (live.has(path) || !live.has(dirname(path))) {
        throw failure(live.has(path) ? 'EEXIST' : 'ENOENT');
      }
      const inode: Inode = { live: Buffer.alloc(0), synced: Buffer.alloc(0) };
      if (dying()) {
        die();
      }
      live.set(path, inode);
      return opened(inode);
    },
    list: async (folder) =>
      [...live.keys()]
        .filter((path) => dirname(path) === folder && path !== folder)
        .map((path) => path.slice(folder.length + 1)),
    makeFolder: async (path) => {
      for (let at = path; at !== dirname(at); at = dirname(at)) {
        if (!live.has(at)) {
          live.set(at, 'folder');
        }
      }
    },
    rename: async (from, to) => {
      const inode = file(from) ?? fail('ENOENT');
      if (dying()) {
        die();
      }
      live.delete(from);
      live.set(to, inode);
    },
    remove: async (path) => {
      if (dying()) {
        die();
      }
      live.delete(path);
    },
    syncFolder: async (folder) => {
      if (dying()) {
        die();
      }
      for (const path of new Set([...live.keys(), ...durable.keys()])) {
        const inode = live.get(path);
        if (dirname(path) === folder && inode !== undefined) {
          durable.set(path, inode);
        } else if (dirname(path) === folder) {
          durable.delete(path);
        }
      }
    },
    kill: () => {
      dead = true;
      return fakeDisk(live, durable);
    },
    lose: ({ bytes, names }) => {
      dead = true;
      const left: Names = new Map();
      for (const [path, inode] of names ? live : durable) {
        left.set(path, inode === 'folder' ? inode : survivor(inode, bytes));
      }
      // A name is reachable only through durable folders above it.
      for (const path of [...left.keys()].toSorted()) {
        if (dirname(path) !== '/' && !left.has(dirname(path))) {
          left.delete(path);
        }
      }
      return fakeDisk(left);
    },
    get: (path) => file(path)?.live,
    set: (path, bytes) => void live.set(path, { live: bytes, synced: bytes }),
  };
  return disk;
}

function survivor(inode: Inode, part: number): Inode {
  const kept = Math.round(inode.synced.length + (inode.live.length - inode.synced.length) * part);
  const longer = inode.live.length > inode.synced.length ? inode.live : inode.synced;
  const bytes = part === 1 ? inode.live : Buffer.from(longer.subarray(0, kept));
  return { live: bytes, synced: bytes };
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: scripted`), { code });
}

function fail(code: string): never {
  throw failure(code);
}
