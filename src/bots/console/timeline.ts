import type { Store } from '../../chain/ports.ts';
import type { Bell } from './bell.ts';
import { Entry } from './entry.ts';
import { place } from './threads.ts';
import type { Thread } from './threads.ts';

/** Everything that the console shows, in order: the stream `console` with an index in memory. Entry n has seq n. */
export type Timeline = {
  readonly entries: readonly Entry[];
  /** As they are after the last entry, in the order in which they were opened. */
  readonly threads: ReadonlyMap<string, Thread>;
  find(key: string): Entry | undefined;
  /**
   * Adds what `make` gives, durably, and answers with it. `make` is called when all earlier adds are done, and may answer null: nothing
   * to add. An entry whose key is there already is not added; the first one is answered. Throws when the store does not keep it.
   */
  add(make: () => Entry | null): Promise<Entry | null>;
};

const STREAM = 'console';

/** Rings the bell after each entry. Throws a sentence when the stream cannot be read whole. */
export async function openTimeline(store: Store, bell: Bell): Promise<Timeline> {
  const entries: Entry[] = [];
  const keys = new Map<string, Entry>();
  const threads = new Map<string, Thread>();
  let queue: Promise<unknown> = Promise.resolve();
  /** After a failed append nobody knows what the stream holds. */
  let doubtful = false;

  function take(entry: Entry): void {
    entries.push(entry);
    place(threads, entry);
    if (entry.key !== null) keys.set(entry.key, entry);
    bell.ring();
  }

  async function catchUp(): Promise<void> {
    for (const entry of await read(store, entries.length)) take(entry);
    doubtful = false;
  }

  async function append(make: () => Entry | null): Promise<Entry | null> {
    if (doubtful) await catchUp();
    const entry = make();
    if (entry === null) return null;
    const known = entry.key === null ? undefined : keys.get(entry.key);
    if (known) return known;
    doubtful = true;
    const answer = await store.append(STREAM, entries.length, [entry]);
    if (answer === 'stale')
      throw new Error(`Somebody else writes the stream ${STREAM}. Run one Signalbox per data folder.`);
    doubtful = false;
    take(entry);
    return entry;
  }

  await catchUp();
  return {
    entries,
    threads,
    find: (key) => keys.get(key),
    add(make) {
      const next = queue.then(() => append(make));
      queue = next.catch(() => undefined);
      return next;
    },
  };
}

async function read(store: Store, from: number): Promise<Entry[]> {
  const stream = await store.read(STREAM);
  if (!stream.ok) {
    throw new Error(
      `The stream ${STREAM} is damaged at line ${stream.line}: ${stream.reason}. Restore it from a backup, or move it away to begin an empty one: tasks are not in it.`,
    );
  }
  return stream.entries.slice(from).map((raw, n) => {
    const entry = Entry.safeParse(raw);
    if (entry.success) return entry.data;
    throw new Error(
      `Entry ${from + n + 1} of the stream ${STREAM} is not of this version (${entry.error.issues[0]?.message}). Start the version that wrote it.`,
    );
  });
}
