import { describe, expect, it } from 'vitest';
import { bytesLeft, fullSentence, isFull, shareFree, tooMuch } from '../../src/runtime/space.ts';

const GIB = 2 ** 30;
const disk = { bsize: 4096, blocks: 1000, bfree: 300, bavail: 250, files: 0, ffree: 0 };

describe('how full a disk is', () => {
  it.each([
    ['as df counts, without what only root may use', disk, 250 / 950],
    ['files may be fewer than blocks', { ...disk, files: 100, ffree: 5 }, 0.05],
    ['full to the last block', { ...disk, bfree: 50, bavail: 0 }, 0],
    ['nothing there at all', { bsize: 1, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 }, 0],
  ])('%s', (_name, filled, share) => expect(shareFree(filled)).toBeCloseTo(share));

  it.each([
    [0.1, false, false],
    [0.099, false, true],
    [0.1, true, true],
    [0.119, true, true],
    [0.12, true, false],
  ])('%d free, full before: %s', (free, was, full) => expect(isFull(free, 0.1, was)).toBe(full));

  it('0 keeps nothing free and is never full', () => expect(isFull(0, 0, false)).toBe(false));

  it('what is left until then', () => {
    expect(bytesLeft(disk, 0.1)).toBe((250 - 95) * 4096);
    expect(bytesLeft({ ...disk, bavail: 0 }, 0.1)).toBe(0);
  });

  it('a sentence', () =>
    expect(fullSentence('/data', 0.0951, 0.1)).toBe('The disk of /data has 9 % free, and 10 % are kept.'));
});

describe('what a container may take', () => {
  const of = { each: { bytes: 10 * GIB, files: 1_000_000 }, begun: { bytes: 0, files: 0 }, left: 100 * GIB };
  const size = (gib: number, files = 10): { bytes: number; files: number } => ({ bytes: gib * GIB, files });

  it.each([
    ['as much as is allowed', size(10), {}, null],
    ['more', size(12.3), {}, 'its files take 12.3 GiB, and 10.0 GiB are allowed'],
    ['many files', size(1, 1_000_001), {}, 'it has 1,000,001 files, and 1,000,000 are allowed'],
    ['no answer in a minute', null, {}, 'its files could not be counted in a minute'],
    ['what it began with, to tidy up', size(12.3), { begun: size(12.3) }, null],
    ['more than it began with', size(12.4), { begun: size(12.3) }, 'its files take 12.4 GiB, and 10.0 GiB are allowed'],
    ['many files that were there', size(1, 2_000_000), { begun: size(1, 2_000_000) }, null],
    ['as much as it leaves to all', size(3), { left: 3 * GIB }, null],
    [
      'more than it leaves to all',
      size(3),
      { left: 0.5 * GIB },
      'its files take 3.0 GiB, and the disk has 512 MiB left for all',
    ],
    ['much, but not by this leg', size(3), { left: 0.5 * GIB, begun: size(2.6) }, null],
    ['a little, on a full disk', size(0.01), { left: 0 }, null],
  ])('%s', (_name, taken, more, sentence) => expect(tooMuch(taken, { ...of, ...more })).toBe(sentence));
});
