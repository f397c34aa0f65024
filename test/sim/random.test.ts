import fc from 'fast-check';
import { expect, it } from 'vitest';
import { kept } from './kept.ts';
import { stories, tell } from './random.ts';

const RUNS = 4_000;

it.each(Object.entries(kept))('a story that went wrong once: %s', async (_name, story) => {
  expect(await tell(story)).toEqual([]);
});

it(`${RUNS.toLocaleString('en')} random stories with up to four kills break no rule`, async () => {
  const holds = fc.asyncProperty(stories, async (story) => {
    expect(await tell(story)).toEqual([]);
  });
  await fc.assert(holds, { numRuns: RUNS });
});
