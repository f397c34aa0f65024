import type { Store } from '../../chain/ports.ts';
import type { Bell } from './bell.ts';
import { Entry } from './entry.ts';
import { threadAfter } from './threads.ts';
import type { Thread } from './threads.ts';

/** A thread as it is after all that was added before, on the disk already or on its way there. */
export type Look = (thread: string) => Thread | undefined;

/** Everything that the console shows, in order: the stream `console` with an index in memory. Entry n has seq n. Never ahead of the disk. */
export type Timeline = {
  readonly entries: readonly Entry[];
  /** As they are after the last entry, in the order in which they were opened. */
  readonly threads: ReadonlyMap<string, Thread>;
  find(key: string): Entry | undefined;
  /**
   * Adds what `make` gives, durably, and answers with it. `make` is called when all earlier adds were made, and may answer null: nothing
   * to add. An entry whose key is there already is not added; the first one is answered. Throws when the store does not keep it. Adds that
   * come while the store is busy share its next append.
   */
  add(make: Make): Promise<Entry | null>;
};

type Make = (look: Look) => Entry | null;

/** Somebody who waits for an answer. */
type Add = { readonly make: Make; resolve(entry: Entry | null): void; reject(error: Error): void };

/** What one append adds, in order, and what each who waits for it is answered then. */
type Batch = { readonly added: readonly Entry[]; readonly answers: readonly (readonly [Add, Entry | null])[] };

const STREAM = 'console';

/** Rings the bell after each entry. Throws a sentence when the stream cannot be read whole. */
export async function openTimeline(store: Store, bell: Bell): Promise<Timeline> {
  const entries: Entry[] = [];
  const keys = new Map<string, Entry>();
  const threads = new Map<string, Thread>();
  const waiting: Add[] = [];
  let writing = false;
  /** After a failed append nobody knows what the stream holds. */
  let doubtful = false;

  function take(entry: Entry): void {
    entries.push(entry);
    const thread = threadAfter(entry, (id) => threads.get(id));
    if (thread) threads.set(thread.thread, thread);
    if (entry.key !== null) keys.set(entry.key, entry);
    bell.ring();
  }

  async function catchUp(): Promise<void> {
    for (const entry of await read(store, entries.length)) take(entry);
    doubtful = false;
  }

  async function append(adds: readonly Add[]): Promise<void> {
    if (doubtful) await catchUp();
    const { added, answers } = batchOf(adds, keys, threads);
    if (added.length > 0) {
      doubtful = true;
      const answer = await store.append(STREAM, entries.length, added);
      if (answer === 'stale')
        throw new Error(`Somebody else writes the stream ${STREAM}. Run one Signalbox per data folder.`);
      doubtful = false;
      for (const entry of added) take(entry);
    }
    for (const [{ resolve }, entry] of answers) resolve(entry);
  }

  /** One append at a time, of everything that waits. One that fails fails for all in it: a later one may rest on an earlier. */
  async function drain(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const adds = waiting.splice(0);
      await append(adds).catch((error: Error) => adds.forEach(({ reject }) => reject(error)));
    }
    writing = false;
  }

  await catchUp();
  return {
    entries,
    threads,
    find: (key) => keys.get(key),
    add: (make) =>
      new Promise((resolve, reject) => {
        waiting.push({ make, resolve, reject });
        if (!writing) void drain();
      }),
  };
}

/** Makes the entries one after the other, each as if those before it were there. Who makes none with an error hears it at once. */
function batchOf(adds: readonly Add[], keys: ReadonlyMap<string, Entry>, threads: ReadonlyMap<string, Thread>): Batch {
  const added: Entry[] = [];
  const answers: [Add, Entry | null][] = [];
  const newKeys = new Map<string, Entry>();
  const newThreads = new Map<string, Thread>();
  const look: Look = (id) => newThreads.get(id) ?? threads.get(id);
  for (const add of adds) {
    try {
      const entry = add.make(look);
      const key = entry?.key ?? null;
      const known = key === null ? undefined : (keys.get(key) ?? newKeys.get(key));
      answers.push([add, known ?? entry]);
      if (entry === null || known) continue;
      added.push(entry);
      if (key !== null) newKeys.set(key, entry);
      const thread = threadAfter(entry, look);
      if (thread) newThreads.set(thread.thread, thread);
    } catch (error) {
      add.reject(error as Error);
    }
  }
  return { added, answers };
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
