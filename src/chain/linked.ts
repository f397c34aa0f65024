import { z } from 'zod';
import { Check } from './change.ts';
import { ProjectId } from './ids.ts';

/** What a repository asks for that Signalbox does not do yet. */
export const Lack = z.enum(['lfs', 'submodules', 'services']);
export type Lack = z.infer<typeof Lack>;

/** What came of setting a project up and testing its base branch, for its channels. */
export const Linking = z.object({
  project: ProjectId,
  /** Why the base or its policy could not be read; null when they were. */
  problem: z.string().nullable(),
  /** What was made on the way, in order, and how long it took in ms. */
  steps: z.array(z.object({ step: z.enum(['layer', 'cache', 'setup']), ms: z.number() })),
  /** The tests on the base branch alone; null when there is a problem. */
  check: Check.nullable(),
  lacks: z.array(Lack),
});
export type Linking = z.infer<typeof Linking>;

export const Place = z.object({ platform: z.string(), channel: z.string() });
