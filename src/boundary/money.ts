import { z } from 'zod';

/** USD. */
export const Dollars = z.number().nonnegative();

/** A day is one of UTC, as `2026-11-27`. */
const Day = z.string().regex(/^\d{4}-\d\d-\d\d$/);

/** What may be spent: all sessions of the task together, and all sessions of the data folder in a day. */
export const Budget = z.object({
  task: Dollars,
  day: Dollars,
  /** For that one day in place of `day`, because a person said so. */
  raised: z.object({ day: Day, to: Dollars }).nullable(),
});
export type Budget = z.infer<typeof Budget>;

/** A request that would not fit: what was spent, with all that is under way at its worst, the most that it can cost, and the cap that stands against both. */
export const Over = z.object({
  /** The request's. */
  id: z.string(),
  session: z.string(),
  what: z.enum(['task', 'day']),
  day: Day,
  cap: Dollars,
  spent: Dollars,
  worst: Dollars,
});
export type Over = z.infer<typeof Over>;

/**
 * `<data>/boundary/spent/<task>.json`: what a task has spent, as the boundary counts it. Written when that changes, at most once a second; and
 * durably before a session hears that its request does not fit.
 */
export const Spent = z.object({
  v: z.literal(1),
  task: z.string(),
  /** USD, by account. */
  accounts: z.record(z.string(), Dollars),
  /** The latest request that did not fit. */
  over: Over.nullable(),
});
export type Spent = z.infer<typeof Spent>;
