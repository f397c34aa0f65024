import { open } from 'node:fs/promises';
import type { Cover } from '../chain/covered.ts';
import { RecordLine } from '../worker/files.ts';

/** A record as it grows. Each read gives the lines that are new by then; a torn last line waits for its rest. */
export type RecordReader = {
  read(): Promise<readonly RecordLine[]>;
  /** It is longer than anybody reads: what comes after that is passed over. */
  isFull(): boolean;
};

const CHUNK = 256 * 1024;
/** A longer line is no message of any CLI's and is passed over. */
const LONGEST = 32 * 1024 * 1024;
/** An agent can make its CLI print for ever. The longest of honest sessions stay far below. */
export const RECORD_BYTES = 128 * 1024 * 1024;

/** Reads `record.jsonl` from its first byte on, with secrets covered before anything is cut out of a line. What is not a record line is passed over: all of it is a claim. */
export function recordReader(file: string, cover: Cover, most = RECORD_BYTES): RecordReader {
  let at = 0;
  let left: Buffer[] = [];
  let size = 0;

  const take = (chunk: Buffer): readonly RecordLine[] => {
    const lines: RecordLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line =
        size > LONGEST ? null : parseLine(Buffer.concat([...left, chunk.subarray(start, end)]).toString('utf8'));
      if (line !== null) lines.push({ ...line, line: cover(line.line) });
      [left, size, start] = [[], 0, end + 1];
    }
    size += chunk.length - start;
    left = size > LONGEST ? [] : [...left, chunk.subarray(start)];
    return lines;
  };

  return {
    isFull: () => at >= most,
    async read() {
      const lines: RecordLine[] = [];
      const opened = await open(file, 'r');
      try {
        // Who writes without a pause must not keep it here.
        const end = Math.min((await opened.stat()).size, most);
        while (at < end) {
          const { buffer, bytesRead } = await opened.read(Buffer.alloc(CHUNK), 0, Math.min(CHUNK, end - at), at);
          if (bytesRead === 0) break;
          at += bytesRead;
          for (const line of take(buffer.subarray(0, bytesRead))) lines.push(line);
        }
        return lines;
      } finally {
        await opened.close();
      }
    },
  };
}

function parseLine(text: string): RecordLine | null {
  try {
    return RecordLine.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
