import { z } from 'zod';
import { Head } from './ids.ts';
import type { Millis } from './ids.ts';

/** What ends a hold by itself. Where nothing does, a person's Resume, Retry, `/back` or Stop. */
export const Ends = z.discriminatedUnion('by', [
  /** The boundary lets requests of this account out again. */
  z.object({ by: z.literal('account'), account: z.string() }),
  z.object({ by: z.literal('time'), at: z.number() }),
  /** The disk of the machine has room again. */
  z.object({ by: z.literal('room') }),
  /** The base branch is at another head than this one. */
  z.object({ by: z.literal('base'), not: Head }),
  /** A person's next message in the thread. */
  z.object({ by: z.literal('answer') }),
  /** The same; and at that time the talk is over. */
  z.object({ by: z.literal('words'), at: z.number() }),
  /** A person's Approve of the plan that was committed as `head`, and no Resume. Older journals name no head. */
  z.object({ by: z.literal('approval'), head: Head.nullable().default(null) }),
  z.object({ by: z.literal('person') }),
  /** A person lets this task spend more than `cap`, or the config does. USD, as the boundary told when it refused. */
  z.object({ by: z.literal('raise'), cap: z.number(), spent: z.number(), worst: z.number() }),
  /** That day of UTC is over, or an admin lets it cost more than `cap`. */
  z.object({ by: z.literal('day'), day: z.string(), cap: z.number(), spent: z.number(), worst: z.number() }),
]);
export type Ends = z.infer<typeof Ends>;

/** Why a task waits. One task's hold never blocks another. */
export const Hold = z.object({
  kind: z.enum(['quota', 'login', 'budget', 'question', 'conflict', 'checks', 'person', 'infrastructure', 'talk']),
  ends: Ends,
});
export type Hold = z.infer<typeof Hold>;

const FIRST_MS = 30_000;
const LONGEST_MS = 30 * 60_000;
/** A window that a CLI names is believed for so long: it holds one session, and a wrong one must not hold it for ever. */
const CLAIM_MAX_MS = 8 * 24 * 3_600_000;
const SLACK_MS = 5_000;

/** When something out of reach is tried again, after `outages` times in a row: 30 s, twice as long each time, at most half an hour. */
export const tryAgainAt = (now: Millis, outages: number): Millis =>
  now + Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(outages, 10));

/** When a limit that only the CLI claims is tried again; null where it claims no time. */
export function claimedEnd(now: Millis, until: Millis | null): Millis | null {
  return until === null ? null : Math.min(Math.max(until, now) + SLACK_MS, now + CLAIM_MAX_MS);
}
