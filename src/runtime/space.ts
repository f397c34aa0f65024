import type { Room as Enough } from '../chain/room.ts';

/** What files take: bytes of disk, and their number. */
export type Size = { readonly bytes: number; readonly files: number };

/** What one container may take, and how much of the disk stays free: a share between 0 and 1. */
export type SpaceLimits = { readonly each: Size; readonly keepFree: number; readonly reserveBytes: number };

/** Why a container was ended. `outgrew`: its own files are too many, in the rest of a sentence. `full`: the disk is, in a sentence. */
export type Cramped = { readonly kind: 'outgrew' | 'full'; readonly text: string };

/** A container that runs, as far as the disk is concerned. `begun`: what its folders held before. */
export type Container = {
  readonly folders: readonly string[];
  readonly begun: Size;
  /** Ends it; safe to repeat. */
  readonly end: () => Promise<unknown>;
};

export type Watched = { cramped(): Cramped | null; stop(): void };

/** The disk under the data folder, and what containers make of it. A bind mount has no quota, so it is looked at again and again. */
export type Room = Enough & {
  /** Watches what a container may write. One that is watched while the disk is full is cramped at once. */
  watch(container: Container): Watched;
  /** null when it takes more than a minute. Throws when the engine is out of reach. */
  measure(folders: readonly string[]): Promise<Size | null>;
  /** Looks once, and then until the signal aborts. */
  begin(signal: AbortSignal): Promise<void>;
};

/** The limits in the words of the settings. */
export const spaceLimits = (disk: {
  readonly sessionGiB: number;
  readonly sessionFiles: number;
  readonly keepFreePercent: number;
  readonly reserveMiB: number;
}): SpaceLimits => ({
  each: { bytes: disk.sessionGiB * 2 ** 30, files: disk.sessionFiles },
  keepFree: disk.keepFreePercent / 100,
  reserveBytes: disk.reserveMiB * 2 ** 20,
});

/** What is read of a file system: node's statfs. */
export type Filled = {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
};

/** As `df` counts: what only root may use is not there. A file system without a fixed number of files says 0. */
export function shareFree({ blocks, bfree, bavail, files, ffree }: Filled): number {
  const bytes = bavail / Math.max(1, blocks - bfree + bavail);
  return files === 0 ? bytes : Math.min(bytes, ffree / files);
}

/** A disk that was full is so until there is a fifth more room than made it so: what stops then does not begin and stop again. */
export const isFull = (free: number, keepFree: number, was: boolean): boolean =>
  free < (was ? keepFree * 1.2 : keepFree);

/** Bytes until the disk counts as full. */
export const bytesLeft = ({ bsize, blocks, bfree, bavail }: Filled, keepFree: number): number =>
  Math.max(0, bavail - keepFree * (blocks - bfree + bavail)) * bsize;

/**
 * Why a container's files are too much, in the rest of a sentence; null when they are not. `begun`: what was there when it began, which it may keep.
 * `left`: bytes until the disk is full. One that took as much as it leaves to all others is the one to be stopped, before they are. On a full disk
 * all stop, and go on by themselves: small ones are not to blame.
 */
export function tooMuch(
  size: Size | null,
  of: { readonly each: Size; readonly begun: Size; readonly left: number },
): string | null {
  const { each, begun, left } = of;
  if (size === null) return 'its files could not be counted in a minute';
  if (size.bytes > Math.max(each.bytes, begun.bytes))
    return `its files take ${gib(size.bytes)}, and ${gib(each.bytes)} are allowed`;
  if (size.files > Math.max(each.files, begun.files))
    return `it has ${number(size.files)} files, and ${number(each.files)} are allowed`;
  if (left > 0 && size.bytes - begun.bytes > left)
    return `its files take ${gib(size.bytes)}, and the disk has ${gib(left)} left for all`;
  return null;
}

export const fullSentence = (data: string, free: number, keepFree: number): string =>
  `The disk of ${data} has ${percent(free)} free, and ${percent(keepFree)} are kept.`;

const percent = (share: number): string => `${Math.floor(share * 100)} %`;
const number = (n: number): string => n.toLocaleString('en-US');

/** `12.3 GiB`, and in MiB what is less than one. */
function gib(bytes: number): string {
  const MIB = 2 ** 20;
  return bytes < 1024 * MIB ? `${Math.ceil(bytes / MIB)} MiB` : `${(bytes / 1024 / MIB).toFixed(1)} GiB`;
}
