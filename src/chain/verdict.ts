import { z } from 'zod';

/** One gate's answer, with a sentence a person understands on a phone. `unset` is not configured: it passes, and says so. */
export const Answer = z.object({
  gate: z.enum(['project', 'change', 'checks', 'base', 'bots', 'paths', 'risk', 'judge', 'review', 'budget', 'soak']),
  says: z.enum(['pass', 'hold', 'block', 'unset']),
  /** What a tap may let through: a merger's, an admin's second one, or nobody's. Only of meaning for a hold. */
  yields: z.enum(['merge', 'admin', 'nobody']),
  sentence: z.string(),
});
export type Answer = z.infer<typeof Answer>;

/** merge: every gate passed. hold: at least one holds; block: at least one blocks, and no tap helps. Every answer is kept, in gate order. */
export const Verdict = z.object({
  says: z.enum(['merge', 'hold', 'block']),
  answers: z.array(Answer),
});
export type Verdict = z.infer<typeof Verdict>;
