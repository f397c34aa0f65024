import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAsked, removeAsked } from './asked.ts';
import type { AskedFile } from './asked.ts';
import type { Account, AccountLine } from './files.ts';
import { foldAccounts } from './fold.ts';
import type { ShutLine } from './fold.ts';
import { openLines } from './lines.ts';
import type { Log } from './log.ts';
import { longestShut } from './resets.ts';
import { shutAccounts } from './shuts.ts';
import type { Held, Shuts } from './shuts.ts';
import { stampOf } from './stamp.ts';
import type { Told } from './told.ts';
import { windowsWriter } from './windows.ts';

/** Which accounts are shut. */
export type Accounts = {
  /** Null when requests of the account may leave. */
  shut(account: string): ShutLine | null;
  /**
   * Takes what an answer told. An account is shut from then on, and its line is durable when it resolves, or it was logged that it cannot be
   * written. It rejects never. `credential` is the stamp of the file that the request's credential came from.
   */
  see(account: string, told: Told, credential: string): Promise<void>;
  /** Opens what is to be opened by now, and writes what could not be written before. One pass at a time. */
  look(): Promise<void>;
  close(): Promise<void>;
};

type Place = {
  readonly folder: string;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly log: Log;
  /** The wall clock, ms since the epoch. */
  now(): number;
};

/** Keeps `<folder>/accounts.jsonl`, and takes what is put into `<folder>/asked/`. */
export async function openAccounts(place: Place): Promise<Accounts> {
  const { folder, log, now } = place;
  const path = join(folder, 'accounts.jsonl');
  const asked = join(folder, 'asked');
  await mkdir(asked, { recursive: true, mode: 0o700 });
  const lines = await openLines<AccountLine>(path);
  const folded = await foldAccounts(path, log);
  let count = folded.lines;
  // Writes resolve in the order of the lines.
  const write = async (line: AccountLine): Promise<number> => {
    await lines.write(line);
    return (count += 1);
  };
  const shuts = shutAccounts(folded, { write, log, now });
  const windows = windowsWriter(folded.windows, now, (line) => {
    write(line).catch((error: unknown) =>
      log.error(`accounts.jsonl: how full the windows of ${line.account} are is lost (${(error as Error).message})`),
    );
  });
  const keys = new Set(folded.keys);
  const spend = async (account: string, key: string): Promise<void> =>
    void (await write({ event: 'spent', t: now(), account, key }));

  async function pass(): Promise<void> {
    for (const one of shuts.all()) {
      await bring(one, shuts, place);
    }
    for (const file of await readAsked(asked)) {
      if (await take(file, { shuts, keys, spend, log })) {
        await removeAsked(asked, file.key);
      }
    }
    windows.flush();
  }

  let looking: Promise<void> | null = null;
  return {
    shut: (account) => shuts.of(account)?.line ?? null,
    see: async (account, told, credential) => {
      windows.see(account, told.windows);
      // A login that was renewed while the old one was refused is good until it is refused itself.
      const renewed = told.shut?.why === 'login' && (await isChanged(account, credential, place));
      if (told.shut !== null && !renewed) {
        await shuts.shut(account, told.shut, credential);
      }
    },
    look: () =>
      (looking ??= pass()
        .catch((error: unknown) =>
          log.error(`what is asked for in ${asked} cannot be taken (${(error as Error).message})`),
        )
        .finally(() => (looking = null))),
    close: async () => {
      await looking;
      await lines.close();
    },
  };
}

async function bring(one: Held, shuts: Shuts, place: Place): Promise<void> {
  const { line } = one;
  await one.writing;
  if (one.n === null) {
    await shuts.keep(one);
  } else if (isDue(line.until, place.now())) {
    await shuts.open(one, 'reset');
  } else if (line.why === 'login' && (await isChanged(line.account, line.credential, place))) {
    await shuts.open(one, 'renewed');
  }
}

/** A time further away than any window's was told by a clock that has been set back since: the provider decides. */
function isDue(until: number | null, now: number): boolean {
  return until !== null && (until <= now || until - now > longestShut + 60_000);
}

async function isChanged(account: string, credential: string | undefined, { accounts }: Place): Promise<boolean> {
  const file = Object.hasOwn(accounts, account) ? accounts[account]?.credentialFile : undefined;
  return file !== undefined && (await stampOf(file)) !== credential;
}

type Taking = {
  readonly shuts: Shuts;
  /** What has taken effect. */
  readonly keys: Set<string>;
  spend(account: string, key: string): Promise<void>;
  readonly log: Log;
};

/** Whether the asking is over; otherwise it is taken again. */
async function take({ key, asking }: AskedFile, { shuts, keys, spend, log }: Taking): Promise<boolean> {
  if (asking === null) {
    log.error(`asked/${key} is not what a controller writes: it is removed`);
    return true;
  }
  if (keys.has(key)) {
    return true;
  }
  const one = shuts.of(asking.account);
  // What is in memory only nobody can have seen.
  if (one !== undefined && (one.n ?? Infinity) <= asking.seen) {
    if (!(await shuts.open(one, 'asked', key))) {
      return false;
    }
  } else {
    await spend(asking.account, key);
  }
  keys.add(key);
  return true;
}
