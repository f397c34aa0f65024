import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStore } from '../src/store/store.ts';
import type { Bench, Measured } from './figure.ts';
import { spread } from './statistics.ts';

const APPENDS = 1_000;
/** Not counted: the first ones make the file and warm the code. */
const WARM_UP = 50;

/** The store's append beside a bare write and fdatasync of as many bytes, in turn, so that both meet the same disk. */
export async function appending({ place, signal }: Bench): Promise<Measured> {
  const folder = await mkdtemp(join(place, 'journal-'));
  const store = fileStore({ folder });
  const bare = await open(join(folder, 'bare'), 'wx');
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    const bytes = await lineLength(folder);
    const line = Buffer.alloc(bytes, 'x');
    for (let n = 0; n < WARM_UP + APPENDS; n += 1) {
      signal.throwIfAborted();
      const began = performance.now();
      await store.append('bench', n, [entry(n)]);
      const between = performance.now();
      await bare.write(line, 0, bytes, n * bytes);
      await bare.datasync();
      if (n < WARM_UP) continue;
      ours.push(between - began);
      theirs.push(performance.now() - between);
    }
    return {
      how: `${APPENDS} appends of one entry of ${bytes} bytes to one stream, one after the other; after each a write and fdatasync of as many bytes to an open file on the same disk.`,
      rows: [
        { what: 'append', unit: 'ms', values: spread(ours), aim: 'p99 ≤ 5 ms' },
        { what: 'bare write + fdatasync', unit: 'ms', values: spread(theirs) },
      ],
    };
  } finally {
    await bare.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As long as an entry for a person's message, whatever its fields are called. */
const entry = (n: number): object => ({
  at: 1_767_603_600_000 + n,
  source: `console:you:${String(n).padStart(36, '0')}`,
  text: 'x'.repeat(320),
});

/** The length of an entry's line in the journal. */
async function lineLength(folder: string): Promise<number> {
  const store = fileStore({ folder });
  const size = async (): Promise<number> => (await stat(join(folder, 'streams', 'length', 'journal.jsonl'))).size;
  await store.append('length', 0, [entry(1)]);
  const before = await size();
  await store.append('length', 1, [entry(1_000)]);
  return (await size()) - before;
}
