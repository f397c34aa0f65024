import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A file of JSON lines that is only appended to. A line is durable when `write` resolves; lines that come while one batch is being synced
 * go together in the next, and their writes resolve in their order. Rejects when the disk refuses; then nothing of that batch stays in the file.
 */
export type Lines<Line> = {
  write(line: Line): Promise<void>;
  /** Resolves when all lines are written or failed. */
  close(): Promise<void>;
};

type Waiting = { readonly text: string; readonly done: () => void; readonly failed: (error: unknown) => void };

/** A torn last line, which a killed boundary leaves, is cut: what it told was never acted on. */
export async function openLines<Line>(path: string): Promise<Lines<Line>> {
  await withFile(path, cutTornTail);
  await syncFolder(dirname(path));
  let waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        // Opened anew each time: a file that was moved away must not swallow what is written.
        await withFile(path, (file) => append(file, Buffer.from(batch.map(({ text }) => text).join(''))));
        batch.forEach(({ done }) => done());
      } catch (error) {
        batch.forEach(({ failed }) => failed(error));
      }
    }
    writing = null;
  }

  return {
    write: (line) =>
      new Promise((done, failed) => {
        waiting.push({ text: `${JSON.stringify(line)}\n`, done, failed });
        writing ??= drain();
      }),
    close: async () => {
      await writing;
    },
  };
}

async function withFile(path: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

async function append(file: FileHandle, bytes: Buffer): Promise<void> {
  const { size } = await file.stat();
  try {
    let done = 0;
    while (done < bytes.length) {
      done += (await file.write(bytes, done, bytes.length - done, size + done)).bytesWritten;
    }
    await file.datasync();
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
}

async function cutTornTail(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0 || start === 0) {
      await file.truncate(start + newline + 1);
      break;
    }
    end = start;
  }
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
