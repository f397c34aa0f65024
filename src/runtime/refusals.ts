import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Host, RefusedLine } from '../boundary/files.ts';
import { TaskId } from '../chain/ids.ts';
import type { Refusals, RefusedSeen } from '../chain/refused.ts';

/** At one look; the rest waits for the next. */
const MOST = 2 ** 20;

/** The boundary's record of refusals, in its own folder (`<data>/boundary`). `n` counts bytes. A line that cannot be read tells people nothing, and is passed over. */
export function boundaryRefusals({ folder }: { readonly folder: string }): Refusals {
  const path = join(folder, 'refused.jsonl');
  return {
    async seen(n) {
      const file = await openIfThere(path);
      if (file === null) return { lines: [], n: 0 };
      try {
        const { size } = await file.stat();
        // Shorter than it was: what the disk could not keep was taken back, or somebody emptied it.
        const from = size < n ? 0 : n;
        const bytes = Buffer.alloc(Math.min(MOST, size - from));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
        const whole = bytes.subarray(0, bytes.lastIndexOf(10, bytesRead) + 1);
        const lines = whole.toString().split('\n').slice(0, -1).flatMap(parse);
        return { lines, n: from + whole.length };
      } finally {
        await file.close();
      }
    },
  };
}

function parse(text: string): readonly RefusedSeen[] {
  try {
    const { task, host, port, why, count } = RefusedLine.parse(JSON.parse(text));
    const listable = why === 'unlisted' && Host.safeParse(port === 443 ? host : `${host}:${port}`).success;
    return [{ task: TaskId.parse(task), host, port, why, count, listable }];
  } catch {
    return [];
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
