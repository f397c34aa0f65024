import type { AccountLine } from './files.ts';
import type { Folded, ShutLine } from './fold.ts';
import type { Log } from './log.ts';
import type { Reason } from './told.ts';

/** An account that is shut. */
export type Held = {
  readonly line: ShutLine;
  /** The line's number in the record; null while it is not there. */
  n: number | null;
  writing: Promise<void>;
  /** Its `opened` line is on its way: what is seen from now on shuts anew. */
  opening: boolean;
  complained: boolean;
};

export type Shuts = {
  of(account: string): Held | undefined;
  all(): readonly Held[];
  /** Shut from the call on. Resolves when that is in the record, or was logged that it cannot be. */
  shut(account: string, reason: Reason, credential: string): Promise<void>;
  /** Tries again to write what is only in memory. */
  keep(one: Held): Promise<void>;
  /** Whether it is open: what is not in the record does not open. */
  open(one: Held, why: 'reset' | 'asked' | 'renewed', key?: string): Promise<boolean>;
};

/** A later reset is news from here on, ms. */
const later = 60_000;

/** `write` gives the line's number. */
export function shutAccounts(
  folded: Folded,
  { write, log, now }: { readonly write: (line: AccountLine) => Promise<number>; readonly log: Log; now(): number },
): Shuts {
  const held = new Map<string, Held>();
  for (const [account, { n, line }] of folded.shut) {
    held.set(account, heldBy(line, n));
  }

  async function put(one: Held): Promise<void> {
    try {
      one.n = await write(one.line);
    } catch (error) {
      complain(log, one, `that account ${one.line.account} is shut cannot be written: it is so in memory only`, error);
    }
  }

  const keep = (one: Held): Promise<void> => (one.writing = put(one));

  return {
    of: (account) => held.get(account),
    all: () => [...held.values()],
    keep,
    shut: async (account, reason, credential) => {
      const before = held.get(account);
      if (before !== undefined && !before.opening && !isLater(reason.until, before.line.until)) {
        await before.writing;
        return;
      }
      const stamp = reason.why === 'login' ? { credential } : {};
      const line: ShutLine = { event: 'shut', t: now(), account, ...reason, ...stamp };
      const one = heldBy(line, null);
      held.set(account, one);
      log.info(`account ${account} is shut`, reason);
      await keep(one);
    },
    open: async (one, why, key) => {
      const { account } = one.line;
      one.opening = true;
      try {
        await write({ event: 'opened', t: now(), account, why, ...(key === undefined ? {} : { key }) });
      } catch (error) {
        one.opening = false;
        complain(log, one, `account ${account} stays shut: that it opens cannot be written`, error);
        return false;
      }
      if (held.get(account) === one) {
        held.delete(account);
        log.info(`account ${account} is open again`, { why });
      }
      return true;
    },
  };
}

/** Null: not by itself, later than any time. */
function isLater(until: number | null, before: number | null): boolean {
  return before !== null && (until === null || until - before > later);
}

function heldBy(line: ShutLine, n: number | null): Held {
  return { line, n, writing: Promise.resolve(), opening: false, complained: false };
}

/** Once for each shut: it is tried again every second. */
function complain(log: Log, one: Held, what: string, error: unknown): void {
  if (!one.complained) {
    one.complained = true;
    log.error(`accounts.jsonl: ${what} (${(error as Error).message})`);
  }
}
