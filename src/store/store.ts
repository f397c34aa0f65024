import { join } from 'node:path';
import type { Store } from '../chain/ports.ts';
import { realDisk, unfinished } from './disk.ts';
import type { Disk } from './disk.ts';
import { journal } from './journal.ts';
import type { Journal } from './journal.ts';
import { appendLine } from './scan.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

const streamName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** One stream, and its turn: what is asked of a stream happens one after the other, in the order it was asked. */
type Lane = {
  readonly journal: Journal;
  readonly snapshot: string;
  inTurn<T>(work: () => Promise<T>): Promise<T>;
};

/**
 * The Store in a folder: `streams/<stream>/journal.jsonl` and `snapshot.json`. One process at a time: the launcher's lock keeps it so.
 * A stream's name has letters, digits, `-` and `_`, at most 100; anything else throws.
 */
export function fileStore(options: { readonly folder: string; readonly disk?: Disk }): Store {
  const disk = options.disk ?? realDisk();
  const streams = join(options.folder, 'streams');
  const lanes = new Map<string, Lane>();

  function lane(stream: string): Lane {
    if (!streamName.test(stream)) {
      throw new Error(`${JSON.stringify(stream)} is no name for a stream: letters, digits, - and _ only, at most 100.`);
    }
    const known = lanes.get(stream) ?? openLane(disk, join(streams, stream), stream);
    lanes.set(stream, known);
    return known;
  }

  return {
    append: async (stream, expectedSeq, entries) => {
      const { inTurn, journal } = lane(stream);
      // Written down at once: the caller may change its objects while the append waits for its turn.
      const { length } = entries;
      const line = appendLine(expectedSeq + 1, entries);
      return inTurn(() => journal.append(expectedSeq, length, line));
    },
    read: async (stream) => {
      const { inTurn, journal } = lane(stream);
      return inTurn(() => journal.read());
    },
    streams: async () => {
      const names = (await disk.list(streams)).filter((name) => streamName.test(name)).toSorted();
      const begun = await Promise.all(names.map((name) => lane(name).inTurn(() => lane(name).journal.isBegun())));
      return names.filter((_, n) => begun[n]);
    },
    snapshot: async (stream) => {
      const { inTurn, journal, snapshot } = lane(stream);
      return inTurn(async () => ((await journal.seq()) === null ? null : readSnapshot(disk, snapshot)));
    },
    keep: async (stream, seq, state) => {
      const { inTurn, journal, snapshot } = lane(stream);
      const asGiven = structuredClone(state);
      await inTurn(async () => {
        const last = await journal.seq();
        if (last === null || seq > last) {
          throw new Error(
            `A snapshot of stream ${stream} at entry ${seq} was not kept: its journal ${last === null ? 'is damaged' : `ends at ${last}`}.`,
          );
        }
        // An empty stream has no folder yet, and nothing that could be cached.
        if (seq === 0) {
          return;
        }
        await writeSnapshot(disk, snapshot, { seq, state: asGiven });
      });
    },
  };
}

function openLane(disk: Disk, folder: string, stream: string): Lane {
  const snapshot = join(folder, 'snapshot.json');
  const seen = async (): Promise<number> => (await readSnapshot(disk, snapshot))?.seq ?? 0;
  let last: Promise<unknown> = removeUnfinished(disk, folder);
  return {
    journal: journal({ disk, folder, stream, seen }),
    snapshot,
    inTurn: (work) => {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function removeUnfinished(disk: Disk, folder: string): Promise<void> {
  try {
    for (const name of await disk.list(folder)) {
      if (name.endsWith(unfinished)) {
        await disk.remove(join(folder, name));
      }
    }
  } catch {
    // Such a file means nothing: it may stay.
  }
}
