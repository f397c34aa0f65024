import { dirname, join } from 'node:path';
import type { StreamRead } from '../chain/ports.ts';
import { replace } from './disk.ts';
import type { Disk } from './disk.ts';
import { headerLine, scan } from './scan.ts';
import type { Damage, Scan } from './scan.ts';

/**
 * `journal.jsonl` of one stream. Its calls MUST NOT overlap.
 * - append writes the line of `count` entries and makes it durable, nothing where there are none; a write that fails leaves nothing behind, and the next one goes on where it was.
 *   Throws when the disk refuses (`cause` has its error) or the journal is damaged.
 * - No file stays open between calls: a thousand streams cost no descriptors.
 */
export type Journal = {
  append(expectedSeq: number, count: number, line: Buffer): Promise<'appended' | 'stale'>;
  read(): Promise<StreamRead>;
  /** The number of the last entry; null when the journal is damaged. */
  seq(): Promise<number | null>;
  /** Whether it has entries or had some; also when all it has is a torn first one. A journal is not read for it, nor found damaged. */
  isBegun(): Promise<boolean>;
};

type Place = { readonly ok: true; readonly seq: number; readonly end: number };

type Opened = {
  readonly disk: Disk;
  readonly folder: string;
  readonly path: string;
  readonly stream: string;
  readonly seen: () => Promise<number>;
  place: Place | null;
  /** A failed write may have left bytes after `place.end`. */
  ragged: boolean;
};

/** `seen` tells the highest number that anything else on this disk knows of this stream: a journal that ends before it lost entries. */
export function journal(options: {
  readonly disk: Disk;
  readonly folder: string;
  readonly stream: string;
  readonly seen: () => Promise<number>;
}): Journal {
  const opened: Opened = { ...options, path: join(options.folder, 'journal.jsonl'), place: null, ragged: false };
  return {
    append: (expectedSeq, count, line) => append(opened, expectedSeq, count, line),
    read: async () => {
      const found = await load(opened);
      return found.ok ? { ok: true, entries: found.entries } : { ok: false, line: found.line, reason: found.reason };
    },
    seq: async () => {
      const at = await where(opened);
      return at.ok ? at.seq : null;
    },
    isBegun: () => isBegun(opened),
  };
}

async function isBegun(opened: Opened): Promise<boolean> {
  const { disk, path, stream } = opened;
  if (((await disk.size(path)) ?? 0) > headerLine(stream).length) return true;
  const at = await where(opened);
  return !at.ok || at.seq > 0;
}

async function append(opened: Opened, expectedSeq: number, count: number, line: Buffer): Promise<'appended' | 'stale'> {
  const { stream, path, folder } = opened;
  const at = await where(opened);
  if (!at.ok) {
    throw new Error(
      `Stream ${stream} is damaged at line ${at.line} of ${path}: ${at.reason}. Nothing is added to it; restore the file from a backup.`,
    );
  }
  if (at.seq !== expectedSeq) {
    return 'stale';
  }
  if (count > 0) {
    await write(opened, at, count, line).catch(async (cause: unknown) => {
      await load(opened).catch(() => undefined);
      throw new Error(
        `Stream ${stream} could not be written (${reasonOf(cause)}) and nothing was recorded. Look at the disk of ${folder}.`,
        { cause },
      );
    });
  }
  return 'appended';
}

async function load(opened: Opened): Promise<Scan> {
  const { disk, path, stream, place, seen } = opened;
  if (opened.ragged && place !== null) {
    await cut(disk, path, place.end);
    opened.ragged = false;
  }
  // Before the journal: somebody who only looks must not find a snapshot of entries that came after what it read.
  const known = Math.max(place?.seq ?? 0, await seen());
  const bytes = await disk.read(path);
  const found = missingAfter(bytes === null ? nothing : scan(bytes, stream), known);
  if (found.ok) {
    // What a killed process wrote may still be in memory alone: nobody is told of an entry that a power loss could take back.
    if (bytes !== null && (place?.end !== found.end || bytes.length !== found.end)) {
      await cut(disk, path, found.end);
    }
    opened.place = { ok: true, seq: found.seq, end: found.end };
  }
  return found;
}

/** Where the journal ends; it is read again when the file is not as this store left it. */
async function where(opened: Opened): Promise<Place | Damage> {
  const { disk, path, place, ragged } = opened;
  if (place !== null && !ragged && ((await disk.size(path)) ?? 0) === place.end) {
    return place;
  }
  return load(opened);
}

async function write(opened: Opened, at: Place, count: number, line: Buffer): Promise<void> {
  const { disk, folder, path, stream } = opened;
  const end = at.seq === 0 ? await create(disk, folder, path, stream) : at.end;
  opened.place = { ...at, end };
  opened.ragged = true;
  const file = await disk.open(path, 'edit');
  try {
    await file.write(line, end);
    await file.datasync();
    opened.place = { ok: true, seq: at.seq + count, end: end + line.length };
    opened.ragged = false;
  } finally {
    await file.close().catch(() => undefined);
  }
}

const nothing: Scan = { ok: true, entries: [], seq: 0, end: 0, lines: 0 };

/**
 * Before the first entry: the file, and the names that lead to it, are made durable. It appears with its header already in it, so that
 * one without is known to be damaged. Gives the header's length.
 */
async function create(disk: Disk, folder: string, path: string, stream: string): Promise<number> {
  await disk.makeFolder(folder);
  const header = headerLine(stream);
  await replace(disk, path, header);
  await disk.syncFolder(dirname(folder));
  await disk.syncFolder(dirname(dirname(folder)));
  return header.length;
}

async function cut(disk: Disk, path: string, end: number): Promise<void> {
  const file = await disk.open(path, 'edit');
  try {
    await file.truncate(end);
    await file.sync();
  } finally {
    await file.close().catch(() => undefined);
  }
}

function missingAfter(found: Scan, seen: number): Scan {
  return found.ok && found.seq < seen
    ? { ok: false, line: found.lines + 1, reason: `entries ${found.seq + 1} to ${seen} were recorded and are missing` }
    : found;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
