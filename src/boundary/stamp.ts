import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Differs when the file was changed or replaced. */
export function stamp({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

/** The error's code when the file cannot be looked at. */
export async function stampOf(path: string): Promise<string> {
  try {
    return stamp(await stat(path));
  } catch (error) {
    return `${(error as NodeJS.ErrnoException).code}`;
  }
}
