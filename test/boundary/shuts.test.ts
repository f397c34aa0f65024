import { expect, test } from 'vitest';
import type { AccountLine } from '../../src/boundary/files.ts';
import { shutAccounts } from '../../src/boundary/shuts.ts';

/** A record whose disk the test plays: each line waits until it is written or refused. */
function ground() {
  const waiting: { readonly line: AccountLine; written(): void; refused(): void }[] = [];
  let n = 0;
  const logged: string[] = [];
  const shuts = shutAccounts(
    { lines: 0, shut: new Map(), keys: new Set(), windows: new Map() },
    {
      write: (line) =>
        new Promise((resolve, reject) =>
          waiting.push({ line, written: () => resolve((n += 1)), refused: () => reject(new Error('no room')) }),
        ),
      log: { info: () => undefined, error: (message) => void logged.push(message) },
      now: () => 1_000,
    },
  );
  return { shuts, waiting, logged };
}

const quota = { why: 'quota', window: null, until: 5_000 } as const;
const told = (waiting: readonly { readonly line: AccountLine }[]): readonly string[] =>
  waiting.map(({ line }) => line.event);

test('who sees it second waits for the line too', async () => {
  const { shuts, waiting } = ground();
  const done: string[] = [];
  const first = shuts.shut('a', quota, '').then(() => done.push('first'));
  const second = shuts.shut('a', quota, '').then(() => done.push('second'));
  expect(told(waiting)).toEqual(['shut']);
  waiting[0]?.written();
  await Promise.all([first, second]);
  expect(done).toEqual(['first', 'second']);
});

test('what is seen while it opens shuts anew, and the opening does not undo it', async () => {
  const { shuts, waiting } = ground();
  const first = shuts.shut('a', quota, '');
  waiting[0]?.written();
  await first;
  const one = shuts.of('a');
  const opening = one && shuts.open(one, 'reset');
  const again = shuts.shut('a', quota, '');
  expect(told(waiting)).toEqual(['shut', 'opened', 'shut']);
  waiting[1]?.written();
  expect(await opening).toBe(true);
  expect(shuts.of('a')?.n).toBeNull();
  waiting[2]?.written();
  await again;
  expect(shuts.of('a')?.n).toBe(3);
});

test('an opening that cannot be written is as if it had not been tried', async () => {
  const { shuts, waiting, logged } = ground();
  const first = shuts.shut('a', quota, '');
  waiting[0]?.written();
  await first;
  const one = shuts.of('a');
  for (const at of [1, 2]) {
    const opening = one && shuts.open(one, 'reset');
    waiting[at]?.refused();
    expect(await opening).toBe(false);
  }
  void shuts.shut('a', quota, '');
  expect(told(waiting)).toEqual(['shut', 'opened', 'opened']);
  expect(shuts.of('a')).toBe(one);
  expect(logged).toHaveLength(1);
});
