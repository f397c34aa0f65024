import { Low } from 'lowdb';
import type { Adapter } from 'lowdb';
import { z } from 'zod';
import { replace } from './disk.ts';
import type { Disk } from './disk.ts';
import { seal, unseal } from './line.ts';

const format = 1;

const File = z.object({ format: z.literal(format), seq: z.number().int().nonnegative(), state: z.unknown() });

/** The state of a stream after its entry `seq`: a cache of the journal, never the truth. */
export type Snapshot = { readonly seq: number; readonly state: unknown };

/** Null when there is none, or none that can be believed whole. */
export async function readSnapshot(disk: Disk, path: string): Promise<Snapshot | null> {
  const kept = new Low<Snapshot | null>(durableFile(disk, path), null);
  await kept.read();
  return kept.data;
}

export async function writeSnapshot(disk: Disk, path: string, snapshot: Snapshot): Promise<void> {
  await new Low<Snapshot | null>(durableFile(disk, path), snapshot).write();
}

/** lowdb's own adapters never fsync and share one temporary name. */
function durableFile(disk: Disk, path: string): Adapter<Snapshot | null> {
  return {
    read: async () => {
      const bytes = await disk.read(path);
      const file = File.safeParse(bytes === null ? null : unseal(bytes.subarray(0, -1)));
      return file.success ? { seq: file.data.seq, state: file.data.state } : null;
    },
    write: (snapshot) => replace(disk, path, seal({ format, ...snapshot })),
  };
}
