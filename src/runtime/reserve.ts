import { open, rm, stat } from 'node:fs/promises';

const CHUNK = Buffer.alloc(2 ** 20);

/** Room that is kept for journals: a file that is deleted when the disk is full. Its blocks are written, not only counted. Safe to repeat. */
export async function makeReserve(path: string, bytes: number): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  // One that a kill left half made is made anew.
  if (size === bytes || bytes === 0) return;
  const file = await open(path, 'w', 0o600);
  try {
    for (let left = bytes; left > 0; left -= CHUNK.length) await file.write(CHUNK, 0, Math.min(left, CHUNK.length));
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

export const releaseReserve = (path: string): Promise<void> => rm(path, { force: true });
