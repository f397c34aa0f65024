import type { Bell } from './bell.ts';

/**
 * What agents do and write just now: the latest remark of each thread, and the text that grows in it. Kept nowhere; a reader that is slow sees
 * only the latest.
 */
export type Activity = {
  note(thread: string, remark: string): void;
  /** A text as far as it is; empty: it is gone. */
  write(thread: string, text: string): void;
  /** The text is about to be told whole: nobody who reads later sees it grow. */
  whole(thread: string): void;
  /** What came after the n-th one, the latest of each thread. */
  since(n: number): readonly Just[];
  /** How many there were. */
  count(): number;
};

export type Just = { readonly n: number; readonly thread: string } & (
  | { readonly is: 'remark'; readonly remark: string }
  | { readonly is: 'writing'; readonly text: string }
);

export function openActivity(bell: Bell): Activity {
  const remarks = new Map<string, Just>();
  const texts = new Map<string, Just>();
  let n = 0;
  return {
    note(thread, remark) {
      n += 1;
      remarks.set(thread, { is: 'remark', n, thread, remark });
      bell.ring();
    },
    write(thread, text) {
      n += 1;
      texts.set(thread, { is: 'writing', n, thread, text });
      bell.ring();
    },
    whole: (thread) => void texts.delete(thread),
    since: (after) =>
      [...remarks.values(), ...texts.values()].filter((one) => one.n > after).toSorted((a, b) => a.n - b.n),
    count: () => n,
  };
}
