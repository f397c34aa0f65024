import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bare } from '../../src/chain/covered.ts';
import { createOwner } from '../../src/chain/owner.ts';
import type { Owner } from '../../src/chain/owner.ts';
import type { Store } from '../../src/chain/ports.ts';
import { ignored, kind } from '../../src/chain/stream.ts';

/** A stream that adds up what it is told, and asks for an effect each time; nothing below 0 is taken. */
const sum = kind({
  prefix: 'sum',
  state: z.number(),
  event: z.object({ add: z.number() }),
  effect: z.object({ say: z.number() }),
  transition(state, { add }) {
    const now = (state ?? 0) + add;
    return now < 0 ? ignored('below nothing') : { kind: 'moved', state: now, effects: [{ say: now }] };
  },
});
type Sum = Owner<number, { add: number }, { say: number }>;

/** A journal in memory whose next appends wait until they are let through or fail. */
function slowDisk() {
  const entries: unknown[] = [];
  const batches: number[] = [];
  const waiting: ((how: 'keep' | 'fail' | 'lose') => void)[] = [];
  const store: Store = {
    append: (_stream, expected, more) =>
      new Promise((resolve, reject) => {
        waiting.push((how) => {
          if (how === 'fail') return reject(new Error('ENOSPC'));
          if (entries.length !== expected) return resolve('stale');
          batches.push(more.length);
          entries.push(...more.map((entry) => JSON.parse(JSON.stringify(entry)) as unknown));
          return how === 'lose' ? reject(new Error('EIO')) : resolve('appended');
        });
      }),
    read: async () => ({ ok: true, entries: [...entries] }),
    streams: async () => [],
    snapshot: async () => null,
    keep: async () => undefined,
  };
  const next = async (how: 'keep' | 'fail' | 'lose'): Promise<void> => {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    waiting.shift()?.(how);
  };
  return { store, batches, next, waiting };
}

let disk: ReturnType<typeof slowDisk>;
let owner: Sum;
let followed: string[];
beforeEach(async () => {
  disk = slowDisk();
  followed = [];
  owner = createOwner({
    kind: sum,
    key: 'x',
    store: disk.store,
    clock: { now: () => 1, sleep: async () => undefined },
    cover: bare,
    follow: (added) => void followed.push(...added.map(({ id }) => id)),
    warn: () => undefined,
  });
  await owner.load();
});

describe('an owner', () => {
  it('answers when the entry is durable, and performs nothing before', async () => {
    const answers: unknown[] = [];
    const done = owner.submit({ add: 1 }, {}).then((answer) => answers.push(answer));
    await new Promise((resolve) => setImmediate(resolve));
    expect([answers, followed, owner.stream().state]).toEqual([[], [], null]);
    await disk.next('keep');
    await done;
    expect([answers, followed]).toEqual([[{ kind: 'journaled', state: 1 }], ['sum-x:1:0']]);
  });

  it('writes what comes meanwhile in one append, judged in its order', async () => {
    const answers = [1, 2, -9, 3].map((add) => owner.submit({ add }, {}));
    await disk.next('keep');
    await disk.next('keep');
    expect(await Promise.all(answers)).toEqual([
      { kind: 'journaled', state: 1 },
      { kind: 'journaled', state: 3 },
      { kind: 'ignored', why: 'below nothing' },
      { kind: 'journaled', state: 6 },
    ]);
    expect(disk.batches).toEqual([1, 2]);
  });

  it('keeps nothing that was judged against an entry that the disk refused', async () => {
    const answers = [5, 1, -3].map((add) => owner.submit({ add }, {}));
    await disk.next('fail');
    expect(await Promise.all(answers)).toEqual(answers.map(() => ({ kind: 'not-kept', reason: 'ENOSPC' })));
    const after = owner.submit({ add: 2 }, {});
    await disk.next('keep');
    expect(await after).toEqual({ kind: 'journaled', state: 2 });
    expect([disk.batches, owner.stream().state]).toEqual([[1], 2]);
  });

  it('waits with a refusal until it is known what it met', async () => {
    const first = owner.submit({ add: 5 }, { source: 'a' });
    const again = owner.submit({ add: 5 }, { source: 'a' });
    await disk.next('fail');
    await disk.next('keep');
    expect([await first, await again]).toEqual([
      { kind: 'not-kept', reason: 'ENOSPC' },
      { kind: 'journaled', state: 5 },
    ]);
  });

  it('reads its journal again where an answer was lost, and a repeat meets what was kept', async () => {
    const lost = owner.submit({ add: 5 }, { source: 'a' });
    await disk.next('lose');
    expect(await lost).toEqual({ kind: 'not-kept', reason: 'EIO' });
    const other = owner.submit({ add: 1 }, { source: 'b' });
    await disk.next('keep');
    await disk.next('keep');
    expect(await other).toEqual({ kind: 'journaled', state: 6 });
    expect(await owner.submit({ add: 5 }, { source: 'a' })).toEqual({ kind: 'repeated' });
    expect(followed).toEqual(['sum-x:1:0', 'sum-x:2:0']);
  });

  it('settles an effect once', async () => {
    const asked = owner.submit({ add: 1 }, {});
    await disk.next('keep');
    await asked;
    const settled = owner.submit({ add: 0 }, { settles: 'sum-x:1:0' });
    await disk.next('keep');
    await settled;
    expect(owner.stream().pending.map(({ id }) => id)).toEqual(['sum-x:2:0']);
    expect(await owner.submit({ add: 0 }, { settles: 'sum-x:1:0' })).toEqual({ kind: 'repeated' });
  });
});
