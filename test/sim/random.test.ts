import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stories, tell } from './random.ts';

const RUNS = 4_000;
/** Seeds of stories that broke a rule once, as fast-check names them when it fails: `{ seed, path }`. They are told again first, for good. */
const kept: readonly { readonly seed: number; readonly path: string }[] = [];

const holds = fc.asyncProperty(stories, async (story) => {
  expect(await tell(story)).toEqual([]);
});

it.each(kept)('a story that went wrong once: $seed $path', async ({ seed, path }) => {
  await fc.assert(holds, { seed, path, endOnFailure: true });
});

it(`${RUNS.toLocaleString('en')} random stories with up to four kills break no rule`, async () => {
  await fc.assert(holds, { numRuns: RUNS });
});
