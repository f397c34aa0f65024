import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileStore } from '../../src/store/store.ts';
import { fakeDisk } from '../fakes/disk.ts';
import type { FakeDisk } from '../fakes/disk.ts';

type Step = { readonly do: 'append'; readonly count: number } | { readonly do: 'keep' };

/** What a process did until it died: entries that were acknowledged, and those that were at least tried. */
type Told = { readonly acknowledged: number; readonly tried: number };

async function work(disk: FakeDisk, steps: readonly Step[], from: number): Promise<Told> {
  const store = fileStore({ folder: '/data', disk });
  let acknowledged = from;
  let tried = from;
  try {
    for (const step of steps) {
      if (step.do === 'keep') {
        await store.keep('box', acknowledged, { upTo: acknowledged });
      } else {
        tried = acknowledged + step.count;
        expect(await store.append('box', acknowledged, numbers(acknowledged, tried))).toBe('appended');
        acknowledged = tried;
      }
    }
  } catch (error) {
    if (disk.operations < disk.diesAt) {
      throw error;
    }
  }
  return { acknowledged, tried };
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, n) => from + n + 1);
}

/** A new process finds exactly what was acknowledged, or that and all of the append that was under way. */
async function find(disk: FakeDisk, told: Told): Promise<number> {
  const store = fileStore({ folder: '/data', disk });
  const found = await store.read('box');
  if (!found.ok) {
    throw new Error(`damaged at line ${found.line}: ${found.reason}`);
  }
  expect([told.acknowledged, told.tried]).toContain(found.entries.length);
  expect(found.entries).toEqual(numbers(0, found.entries.length));
  const snapshot = await store.snapshot('box');
  if (snapshot !== null) {
    expect(snapshot.seq).toBeLessThanOrEqual(found.entries.length);
    expect(snapshot.state).toEqual({ upTo: snapshot.seq });
  }
  return found.entries.length;
}

const steps: readonly Step[] = [
  { do: 'append', count: 1 },
  { do: 'append', count: 3 },
  { do: 'keep' },
  { do: 'append', count: 2 },
  { do: 'keep' },
  { do: 'append', count: 1 },
];

const ends: readonly (readonly [string, (disk: FakeDisk) => FakeDisk])[] = [
  ['kill -9', (disk) => disk.kill()],
  ['power loss that takes all that was not synced', (disk) => disk.lose({ bytes: 0, names: false })],
  ['power loss that leaves half of it', (disk) => disk.lose({ bytes: 0.5, names: false })],
  ['power loss that leaves names without content', (disk) => disk.lose({ bytes: 0, names: true })],
  ['power loss that leaves names and half the content', (disk) => disk.lose({ bytes: 0.5, names: true })],
  ['power loss that takes nothing', (disk) => disk.lose({ bytes: 1, names: true })],
];

async function operationsOf(all: readonly Step[]): Promise<number> {
  const disk = fakeDisk();
  await work(disk, all, 0);
  return disk.operations;
}

describe.each(ends)('%s', (_, end) => {
  test('at every operation: nothing acknowledged is lost, and the stream goes on', async () => {
    const operations = await operationsOf(steps);
    expect(operations).toBeGreaterThan(15);
    for (let diesAt = 1; diesAt <= operations + 1; diesAt += 1) {
      const disk = fakeDisk();
      disk.diesAt = diesAt;
      const told = await work(disk, steps, 0);
      const later = end(disk);
      const length = await find(later, told);
      expect(await work(later, steps, length)).toMatchObject({ acknowledged: length + 7 });
    }
  });

  test('what a new process read after kill -9 is durable too', async () => {
    const operations = await operationsOf(steps);
    for (let diesAt = 1; diesAt <= operations; diesAt += 1) {
      const disk = fakeDisk();
      disk.diesAt = diesAt;
      const killed = await work(disk, steps, 0);
      const later = disk.kill();
      const read = await find(later, killed);
      await find(end(later), { acknowledged: read, tried: read });
    }
  });

  test('again and again, at any moments', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.constant({ do: 'keep' as const }),
    );
    const life = fc.record({
      steps: fc.array(step, { maxLength: 6 }),
      diesAt: fc.integer({ min: 1, max: 30 }),
      how: fc.constantFrom(end, ends[0]![1]),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
        let disk = fakeDisk();
        let length = 0;
        for (const { steps, diesAt, how } of lives) {
          disk.diesAt = diesAt;
          const told = await work(disk, steps, length);
          disk = how(disk);
          length = await find(disk, told);
        }
      }),
      { numRuns: 150 },
    );
  });
});
