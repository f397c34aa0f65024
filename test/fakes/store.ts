import type { Store } from '../../src/chain/ports.ts';

/** The Store in memory. Its failures are its fields; a new fakeStore over the same `memory` is the same store after a restart. */
export type FakeStore = Store & {
  readonly memory: Memory;
  /** Appends and snapshots fail as on a full disk. */
  full: boolean;
  /** So many appends answer stale, as if somebody else wrote first. */
  stale: number;
  /** Every append waits for this first. */
  slow: () => Promise<void>;
  /** Streams that are damaged, and where. */
  readonly damaged: Map<string, { readonly line: number; readonly reason: string }>;
};

type Memory = { readonly streams: Map<string, string[]>; readonly snapshots: Map<string, string> };

export function fakeStore(memory: Memory = { streams: new Map(), snapshots: new Map() }): FakeStore {
  const turns = new Map<string, Promise<unknown>>();

  function inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(stream)) {
      throw new Error(`${JSON.stringify(stream)} is no name for a stream`);
    }
    const turn = (turns.get(stream) ?? Promise.resolve()).then(work);
    turns.set(
      stream,
      turn.catch(() => undefined),
    );
    return turn;
  }

  function entriesOf(stream: string): string[] {
    return memory.streams.get(stream) ?? [];
  }

  const store: FakeStore = {
    memory,
    full: false,
    stale: 0,
    slow: async () => undefined,
    damaged: new Map(),
    append: async (stream, expectedSeq, entries) => {
      const texts = entries.map(text);
      return inTurn(stream, async () => {
        await store.slow();
        if (store.damaged.has(stream)) {
          throw new Error(`Stream ${stream} is damaged`);
        }
        if (store.stale > 0 || entriesOf(stream).length !== expectedSeq) {
          store.stale = Math.max(0, store.stale - 1);
          return 'stale';
        }
        refuseWhenFull(store);
        if (texts.length > 0) {
          memory.streams.set(stream, [...entriesOf(stream), ...texts]);
        }
        return 'appended';
      });
    },
    read: async (stream) =>
      inTurn(stream, async () => {
        const damage = store.damaged.get(stream);
        return damage === undefined
          ? { ok: true, entries: entriesOf(stream).map((entry) => JSON.parse(entry)) }
          : { ok: false, ...damage };
      }),
    streams: async () => [...memory.streams.keys()].toSorted(),
    snapshot: async (stream) =>
      inTurn(stream, async () => {
        const kept = memory.snapshots.get(stream);
        return kept === undefined || store.damaged.has(stream) ? null : JSON.parse(kept);
      }),
    keep: async (stream, seq, state) => {
      const kept = JSON.stringify({ seq, state });
      await inTurn(stream, async () => {
        refuseWhenFull(store);
        if (store.damaged.has(stream) || seq > entriesOf(stream).length) {
          throw new Error(`Stream ${stream} has no entry ${seq} to keep a snapshot of`);
        }
        if (seq > 0) {
          memory.snapshots.set(stream, kept);
        }
      });
    },
  };
  return store;
}

function text(entry: unknown): string {
  const json = JSON.stringify(entry);
  if (json === undefined) {
    throw new TypeError('An entry has no JSON.');
  }
  return json;
}

function refuseWhenFull(store: FakeStore): void {
  if (store.full) {
    throw new Error('The disk is full (ENOSPC) and nothing was recorded.');
  }
}
