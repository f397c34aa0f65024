import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { AccountLine } from './files.ts';
import type { Log } from './log.ts';
import type { WindowsLine } from './windows.ts';

export type ShutLine = Extract<AccountLine, { event: 'shut' }>;

/** What accounts.jsonl comes to. */
export type Folded = {
  readonly lines: number;
  /** The accounts that are shut; `n` is the number of the line that says so, from 1. */
  readonly shut: ReadonlyMap<string, { readonly n: number; readonly line: ShutLine }>;
  /** The askings that have taken effect. */
  readonly keys: ReadonlySet<string>;
  readonly windows: ReadonlyMap<string, WindowsLine>;
};

/**
 * Reads the record of accounts, which is there and ends with a whole line. A line that cannot be read is told and passed over: had it shut an
 * account, the provider will say so again.
 */
export async function foldAccounts(path: string, log: Log): Promise<Folded> {
  const shut = new Map<string, { n: number; line: ShutLine }>();
  const keys = new Set<string>();
  const windows = new Map<string, WindowsLine>();
  let n = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    n += 1;
    const line = parse(text);
    if (line === null) {
      log.error(`line ${n} of ${path} is none that a boundary writes: it is passed over`);
    } else if (line.event === 'shut') {
      shut.set(line.account, { n, line });
    } else if (line.event === 'windows') {
      windows.set(line.account, line);
    } else {
      if (line.event === 'opened') {
        shut.delete(line.account);
      }
      if (line.key !== undefined) {
        keys.add(line.key);
      }
    }
  }
  return { lines: n, shut, keys, windows };
}

function parse(text: string): AccountLine | null {
  try {
    return AccountLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
