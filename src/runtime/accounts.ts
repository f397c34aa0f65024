import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AccountLine } from '../boundary/files.ts';
import type { Asking } from '../boundary/files.ts';
import type { Accounts, AccountSeen, AccountWindows } from '../chain/ports.ts';
import { claimDurably } from './durable.ts';

/** What of the record was read so far: whole lines alone. */
type Read = {
  readonly bytes: number;
  readonly lines: number;
  readonly seen: readonly AccountSeen[];
  /** The askings that have taken effect. */
  readonly keys: ReadonlySet<string>;
  /** The latest of each account. */
  readonly windows: ReadonlyMap<string, AccountWindows>;
};

const nothing: Read = { bytes: 0, lines: 0, seen: [], keys: new Set(), windows: new Map() };

/**
 * The boundary's record of model accounts, in its own folder (`<data>/boundary`). Throws when a line is none that a boundary writes, and names
 * it. A boundary that does not run takes an asking when it does.
 */
export function boundaryAccounts({ folder }: { readonly folder: string }): Accounts {
  const record = join(folder, 'accounts.jsonl');
  let read = nothing;

  // Two at once read the same lines twice and come to the same: what was read is never changed, only replaced.
  const fresh = async (): Promise<Read> => (read = await readOn(record, read));

  return {
    async seen(n) {
      return (await fresh()).seen.filter((line) => line.n > n);
    },
    async windows() {
      return [...(await fresh()).windows.values()];
    },
    async open(account, key) {
      const name = createHash('sha256').update(key).digest('hex');
      const { keys, lines } = await fresh();
      if (keys.has(name)) return;
      const asked = join(folder, 'asked');
      await mkdir(asked, { recursive: true, mode: 0o700 });
      const asking: Asking = { v: 1, account, seen: lines };
      // The first to ask stays: a repeat must not open what was shut since.
      await claimDurably(join(asked, name), JSON.stringify(asking));
    },
  };
}

/** Reads what was added. A last line without an end is being written, or was torn and will be cut. */
async function readOn(path: string, before: Read): Promise<Read> {
  const file = await openIfThere(path);
  if (file === null) return nothing;
  try {
    const { size } = await file.stat();
    // Shorter than it was: its disk was full, and a line that could not be kept was taken back.
    const from = size < before.bytes ? nothing : before;
    return size === from.bytes ? from : add(path, from, await bytesOf(file, from.bytes, size));
  } finally {
    await file.close();
  }
}

function add(path: string, before: Read, bytes: Buffer): Read {
  const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  const seen = [...before.seen];
  const keys = new Set(before.keys);
  const windows = new Map(before.windows);
  let lines = before.lines;
  for (const text of whole.toString().split('\n').slice(0, -1)) {
    lines += 1;
    const line = parse(text);
    if (line === null)
      throw new Error(
        `${path}: line ${lines} is none that a boundary writes. Stop the boundary, put the line right or take it out, and start it again.`,
      );
    if (line.event === 'shut') {
      const { t, account, why, window, until } = line;
      seen.push({ n: lines, t, account, is: 'shut', why, window, until });
    } else if (line.event === 'opened') {
      seen.push({ n: lines, t: line.t, account: line.account, is: 'opened', why: line.why });
    }
    if (line.event === 'windows') {
      const { t, account } = line;
      windows.set(account, { t, account, windows: line.windows });
    }
    if (line.event !== 'shut' && line.event !== 'windows' && line.key !== undefined) keys.add(line.key);
  }
  return { bytes: before.bytes + whole.length, lines, seen, keys, windows };
}

function parse(text: string): AccountLine | null {
  try {
    return AccountLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function bytesOf(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}
