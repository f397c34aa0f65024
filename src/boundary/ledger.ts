import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { MeterLine } from './files.ts';
import { add, dayOf } from './spending.ts';
import type { Sums } from './spending.ts';
import { writeWhole } from './whole.ts';

/** What usage.jsonl comes to. It is read on from where it was read to, and that is kept beside it: a start reads what is new alone. */
export type Ledger = {
  readonly sums: Sums;
  /** Reads what was added, and keeps what it comes to. */
  advance(): Promise<void>;
};

const One = z.object({ task: z.string(), account: z.string(), day: z.string(), worst: z.number() });

/** `<folder>/usage.sums.json`, a cache: it is believed only where usage.jsonl has the same bytes before `bytes`. */
const Kept = z.object({
  v: z.literal(1),
  bytes: z.number().int().nonnegative(),
  tail: z.string(),
  tasks: z.record(z.string(), z.record(z.string(), z.number())),
  days: z.record(z.string(), z.number()),
  open: z.record(z.string(), One),
});
type Kept = z.infer<typeof Kept>;

/** So many of the last bytes that were read are compared. */
const tailBytes = 200;
const block = 2 ** 20;
/** Days are kept for so long. */
const daysKept = 40;

export async function openLedger(path: string, keptAt: string): Promise<Ledger> {
  const sums: Sums = { tasks: new Map(), days: new Map(), open: new Map() };
  let bytes = 0;
  let keptBytes = 0;
  await withFile(path, async (file) => {
    const kept = await readKept(keptAt);
    if (kept !== null && (await tailOf(file, kept.bytes)) === kept.tail) {
      bytes = kept.bytes;
      keptBytes = kept.bytes;
      Object.entries(kept.tasks).forEach(([task, of]) => sums.tasks.set(task, new Map(Object.entries(of))));
      Object.entries(kept.days).forEach(([day, usd]) => sums.days.set(day, usd));
      Object.entries(kept.open).forEach(([id, one]) => sums.open.set(id, one));
    }
    bytes = await foldOn(file, bytes, sums);
  });
  return {
    sums,
    advance: () =>
      withFile(path, async (file) => {
        bytes = await foldOn(file, bytes, sums);
        if (bytes === keptBytes) {
          return;
        }
        for (const day of [...sums.days.keys()].toSorted().slice(0, -daysKept)) {
          sums.days.delete(day);
        }
        const kept: Kept = {
          v: 1,
          bytes,
          tail: await tailOf(file, bytes),
          tasks: Object.fromEntries([...sums.tasks].map(([task, of]) => [task, Object.fromEntries(of)])),
          days: Object.fromEntries(sums.days),
          open: Object.fromEntries(sums.open),
        };
        await writeWhole(keptAt, JSON.stringify(kept));
        keptBytes = bytes;
      }),
  };
}

/** Folds whole lines from a place on, and gives the place after the last. */
async function foldOn(file: FileHandle, from: number, sums: Sums): Promise<number> {
  let at = from;
  let rest = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.alloc(block);
    const { bytesRead } = await file.read(chunk, 0, block, at + rest.length);
    if (bytesRead === 0) {
      return at;
    }
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(10) + 1;
    for (const text of bytes.toString('utf8', 0, end).split('\n')) {
      foldLine(text, sums);
    }
    at += end;
    rest = bytes.subarray(end);
  }
}

/** A line that cannot be read is passed over: what it told was not acted on, or is counted in full. */
function foldLine(text: string, { tasks, days, open }: Sums): void {
  if (!text.startsWith('{"event":"started"') && !text.startsWith('{"event":"ended"')) {
    return;
  }
  const line = parse(text);
  if (line?.event === 'started' && line.task !== undefined && line.worst !== undefined) {
    const { task, account, worst } = line;
    open.set(line.id, { task, account, day: dayOf(line.t), worst });
  }
  const one = line?.event === 'ended' ? open.get(line.id) : undefined;
  if (line?.event === 'ended' && one !== undefined) {
    open.delete(line.id);
    add(tasks, days, one, line.cost ?? one.worst);
  }
}

function parse(text: string): MeterLine | null {
  try {
    return MeterLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function tailOf(file: FileHandle, end: number): Promise<string> {
  const from = Math.max(0, end - tailBytes);
  const bytes = Buffer.alloc(end - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.toString('latin1', 0, bytesRead);
}

async function readKept(path: string): Promise<Kept | null> {
  try {
    return Kept.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

async function withFile(path: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'r');
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
