import { z } from 'zod';
import { Head, SessionId } from './ids.ts';
import { Person } from './person.ts';

/** A person stops the chain before its next role begins: to look, or to have the requirements written anew. */
export const Pause = z.object({ what: z.enum(['wait', 'change']), by: Person });
export type Pause = z.infer<typeof Pause>;

/** The requirements that people may still change. */
export const Draft = z.object({
  /** Counts those that the task has written: what buttons name them by. */
  n: z.number(),
  /** Who wrote them, and the latest leg of that conversation. */
  session: SessionId,
  leg: z.number(),
  /** The branch with them and with nothing that was made from them; null until they are kept. */
  head: Head.nullable(),
  /** Until a coder begins. */
  open: z.boolean(),
  pause: Pause.nullable(),
});
export type Draft = z.infer<typeof Draft>;

/** `draft` is the number of the requirements that the person saw. */
const tapped = { by: Person, draft: z.number() };
/** The next role is not begun until somebody says so. */
const waitTapped = z.object({ is: z.literal('wait-tapped'), ...tapped });
/** The next words go to who wrote the requirements; what was planned from them is void. */
const changeTapped = z.object({ is: z.literal('change-tapped'), ...tapped });

/** As a person's Resume, Retry, `/back` or Approve leaves it. */
export const unpaused = (draft: Draft | null): Draft | null => draft && { ...draft, pause: null };

export const draftEvents = [waitTapped, changeTapped] as const;
export type DraftEvent = z.infer<(typeof draftEvents)[number]>;
