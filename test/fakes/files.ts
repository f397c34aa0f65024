import { createHash } from 'node:crypto';
import type { Files } from '../../src/chain/ports.ts';

/** Files in memory. While `full` is set, nothing is taken and that is said. */
export type FakeFiles = Files & { full: string | null; readonly kept: Map<string, Uint8Array> };

export function fakeFiles(): FakeFiles {
  const kept = new Map<string, Uint8Array>();
  const fake: FakeFiles = {
    full: null,
    kept,
    async put(bytes) {
      if (fake.full !== null) throw new Error(fake.full);
      const id = createHash('sha256').update(bytes).digest('hex');
      kept.set(id, Uint8Array.from(bytes));
      return id;
    },
    size: async (id) => kept.get(id)?.length ?? null,
    get: async (id) => kept.get(id) ?? null,
  };
  return fake;
}
