import type { Bell } from './bell.ts';

/** What agents do just now: the latest remark of each thread. Kept nowhere; a reader that is slow sees only the latest. */
export type Activity = {
  note(thread: string, remark: string): void;
  /** Remarks after the n-th one, the latest of each thread. */
  since(n: number): readonly Remark[];
  /** How many there were. */
  count(): number;
};

export type Remark = { readonly n: number; readonly thread: string; readonly remark: string };

export function openActivity(bell: Bell): Activity {
  const latest = new Map<string, Remark>();
  let n = 0;
  return {
    note(thread, remark) {
      n += 1;
      latest.set(thread, { n, thread, remark });
      bell.ring();
    },
    since: (after) => [...latest.values()].filter((remark) => remark.n > after).toSorted((a, b) => a.n - b.n),
    count: () => n,
  };
}
