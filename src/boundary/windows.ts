import type { AccountLine } from './files.ts';
import type { Window } from './told.ts';

export type WindowsLine = Extract<AccountLine, { event: 'windows' }>;

export type WindowsWriter = {
  see(account: string, windows: readonly Window[]): void;
  /** Writes what is due. */
  flush(): void;
};

/** Between two lines of one account, ms. */
const apart = 60_000;

/** A reset that moved by more is that of another window, ms. From answer to answer it is rounded differently. */
const another = 600_000;

/** `status` is null for what was read back from the record, which has none. */
type Shown = WindowsLine['windows'][number] & { readonly status: string | null };

/**
 * Writes how full windows are: when a whole percent, a status or the set of windows changed, and at most once a minute an account. What
 * comes in between waits, the latest of it, until the minute is over. `last` is what the record has already.
 */
export function windowsWriter(
  last: ReadonlyMap<string, WindowsLine>,
  now: () => number,
  write: (line: WindowsLine) => void,
): WindowsWriter {
  const written = new Map<string, { readonly t: number; readonly windows: readonly Shown[] }>();
  for (const [account, { t, windows }] of last) {
    written.set(account, { t, windows: windows.map((window) => ({ ...window, status: null })) });
  }
  const waiting = new Map<string, readonly Shown[]>();

  function flush(): void {
    for (const [account, windows] of waiting) {
      const before = written.get(account);
      // A clock that was set back must not silence it.
      if (before === undefined || Math.abs(now() - before.t) >= apart) {
        waiting.delete(account);
        written.set(account, { t: now(), windows });
        const plain = windows.map(({ name, used, until }) => ({ name, used, until }));
        write({ event: 'windows', t: now(), account, windows: plain });
      }
    }
  }

  return {
    see: (account, windows) => {
      if (windows.length === 0) {
        return;
      }
      if (isSame(written.get(account)?.windows ?? [], windows)) {
        waiting.delete(account);
        return;
      }
      waiting.set(account, windows);
      flush();
    },
    flush,
  };
}

function isSame(before: readonly Shown[], after: readonly Window[]): boolean {
  return (
    before.length === after.length &&
    after.every(({ name, used, until, status }, at) => {
      const was = before[at];
      return (
        was?.name === name &&
        Math.floor(was.used * 100) === Math.floor(used * 100) &&
        (was.status ?? status) === status &&
        Math.abs((was.until ?? 0) - (until ?? 0)) <= another
      );
    })
  );
}
