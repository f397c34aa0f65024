import type { Millis } from '../../src/chain/ids.ts';
import type { Clock } from '../../src/chain/ports.ts';

/** A clock that moves only when told. */
export type FakeClock = Clock & {
  /** Moves on and wakes, in order of their time, all that sleep until then. */
  advance(ms: number): Promise<void>;
  /** Puts the clock elsewhere, also backwards, as when a machine's time is set: nobody wakes. */
  jump(to: Millis): void;
  /** How many sleep now. */
  readonly sleeping: number;
};

/** 2026-11-20 12:00 UTC unless told. */
export function fakeClock(start: Millis = Date.UTC(2026, 10, 20, 12)): FakeClock {
  let now = start;
  /** Time that passed, whatever the clock shows. */
  let passed = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  return {
    now: () => now,
    // Ends early when `signal` aborts, and says nothing of it, as the real one.
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { until: passed + ms, wake };
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    advance: async (ms) => {
      const end = passed + ms;
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const next = [...sleepers].filter(({ until }) => until <= end).toSorted((a, b) => a.until - b.until)[0];
        const step = (next === undefined ? end : Math.max(passed, next.until)) - passed;
        passed += step;
        now += step;
        if (next === undefined) {
          return;
        }
        next.wake();
      }
    },
    jump: (to) => {
      now = to;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}
