import { realDisk } from './disk.ts';
import type { Disk, OpenFile } from './disk.ts';

/**
 * The disk for somebody who only looks while another process writes: a line that is half written now is left out, and left alone.
 * Writing through it throws.
 */
export function lookingDisk(): Disk {
  const refuse = async (): Promise<never> => {
    throw new Error('this store was opened to look at, not to write');
  };
  const file: OpenFile = { write: refuse, truncate: nothing, datasync: nothing, sync: nothing, close: nothing };
  return { ...realDisk(), open: async () => file, remove: nothing, rename: refuse, makeFolder: refuse };
}

const nothing = async (): Promise<void> => undefined;
