import { closeSync, constants, createReadStream, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { RecordLine } from './files.ts';
import { fieldsOf } from './json.ts';
import { lineSplitter } from './lines.ts';

export type SessionRecord = {
  /** Appends a line and gives it back with its number. Throws when the disk would not take it. */
  write(src: RecordLine['src'], line: string): RecordLine;
  close(): void;
};

/** What was printed comes along with the next line that is synced: those that say what was taken, typed or ended. */
const unsynced: ReadonlySet<RecordLine['src']> = new Set(['cli', 'stderr', 'partial']);
/** A kept line of the longest length, with every byte escaped. */
const LONGEST_RECORD_LINE = 64 * 1024 * 1024;

/**
 * Opens the record that the host made and gives every line in it to `each`, in order. It is never created here, and nothing is cut
 * from it: the host may have read half a line already, so a torn one stays, and what is written next begins on a line of its own.
 */
export async function openRecord(path: string, each: (line: RecordLine) => void): Promise<SessionRecord> {
  const file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
  let n = 0;
  let isTorn = false;
  const lines = lineSplitter(LONGEST_RECORD_LINE, {
    line(text) {
      const read = recordLine(text);
      if (read === null) return;
      n = read.n;
      each(read);
    },
    oversized: () => undefined,
  });
  for await (const chunk of createReadStream(path)) {
    lines.push(chunk as Buffer);
    isTorn = (chunk as Buffer).at(-1) !== 10;
  }
  lines.end();

  return {
    write(src, line) {
      const written: RecordLine = { n: n + 1, t: Date.now(), src, line };
      const bytes = Buffer.from(`${isTorn ? '\n' : ''}${JSON.stringify(written)}\n`);
      // Should the disk take only a part, the next line begins afresh.
      isTorn = true;
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      isTorn = false;
      n += 1;
      if (!unsynced.has(src)) fdatasyncSync(file);
      return written;
    },
    close() {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

const sources: ReadonlySet<unknown> = new Set<RecordLine['src']>([
  'cli',
  'stderr',
  'partial',
  'mail',
  'person',
  'worker',
]);

function recordLine(text: string): RecordLine | null {
  const { n, t, src, line } = fieldsOf(text);
  if (typeof n !== 'number' || typeof t !== 'number' || typeof line !== 'string' || !sources.has(src)) return null;
  return { n, t, src: src as RecordLine['src'], line };
}
