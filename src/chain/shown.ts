import { z } from 'zod';
import { Head } from './ids.ts';
import { Person } from './person.ts';

/** Merge when green: `head` is the change's that the person saw. Or approves the plan that was committed as `plan`; older journals name none. */
export const approveTapped = z.object({
  is: z.literal('approve-tapped'),
  by: Person,
  head: Head.nullable(),
  plan: Head.nullable().default(null),
});
/** How many holds the task had had when the button was made; null where it was typed. */
const holds = z.number().int().nullable().default(null);
/** Looks at what is there, then goes on where the chain stood. */
export const resumeTapped = z.object({ is: z.literal('resume-tapped'), by: Person, holds });
/** Repeats the phase. */
export const retryTapped = z.object({ is: z.literal('retry-tapped'), by: Person, holds });
