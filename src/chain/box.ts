import { z } from 'zod';
import { kind } from './stream.ts';
import type { Moved } from './stream.ts';

/** The installation: which version of the journals it writes, and how often a controller was started on it. */
export const Box = z.object({ format: z.number(), starts: z.number(), since: z.number() });
export type Box = z.infer<typeof Box>;

export const BoxEvent = z.discriminatedUnion('is', [z.object({ is: z.literal('started'), format: z.number() })]);
export type BoxEvent = z.infer<typeof BoxEvent>;

/** Raised when an older version could not read what this one journals. A controller refuses a data folder of a higher one. */
export const FORMAT = 1;

export const boxKind = kind({
  prefix: 'box',
  state: Box,
  event: BoxEvent,
  effect: z.never(),
  transition(state, event, { at }): Moved<Box, never> {
    return { kind: 'moved', state: { format: event.format, starts: (state?.starts ?? 0) + 1, since: at }, effects: [] };
  },
});
