import { z } from 'zod';
import { Head } from './ids.ts';

/** The pull request or its local equivalent. `base` is the base branch's head that the change was last judged against. */
export const Change = z.object({ number: z.number().int().positive(), head: Head, base: Head });
export type Change = z.infer<typeof Change>;

/** One path of `git diff --raw --no-renames` from the merge base to the head. Modes as git prints them, `000000` for absent. */
export const PathChange = z.object({
  path: z.string(),
  status: z.enum(['A', 'D', 'M', 'T']),
  from: z.string().regex(/^[0-7]{6}$/),
  to: z.string().regex(/^[0-7]{6}$/),
});
export type PathChange = z.infer<typeof PathChange>;

/** What the forge says of a change, read now. */
export const ChangeFacts = z.object({
  state: z.enum(['open', 'draft', 'merged', 'closed']),
  head: Head,
  base: Head,
  /** null: the forge does not know yet. */
  mergeable: z.boolean().nullable(),
  /** How the machine's owner merges it without Signalbox: the forge's page, or git commands. For a person to read. */
  byHand: z.string(),
});
export type ChangeFacts = z.infer<typeof ChangeFacts>;

/** What the validator saw: the would-be merge commit of `head` onto `base`, in a clean container. */
export const Check = z.object({
  head: Head,
  base: Head,
  outcome: z.enum(['green', 'red', 'conflict', 'missing']),
  /** The command that decided, e.g. `npm test`; for `missing` and `conflict` a sentence. */
  what: z.string(),
  /** Last lines of its output; a claim. */
  tail: z.string(),
});
export type Check = z.infer<typeof Check>;
