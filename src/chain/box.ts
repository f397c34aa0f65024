import { z } from 'zod';
import { may, Person } from './person.ts';
import { ignored, kind } from './stream.ts';
import type { Moved } from './stream.ts';

/** Nothing starts, nothing merges and no tap counts. `n` counts the locks; `by` is null for somebody on the machine. */
export const Lock = z.object({ n: z.number(), by: Person.nullable(), at: z.number() });
export type Lock = z.infer<typeof Lock>;

/** The installation: which version of the journals it writes, how often a controller was started on it, and whether it is locked. */
export const Box = z.object({
  format: z.number(),
  starts: z.number(),
  since: z.number(),
  /** How often it was locked. Older snapshots know of no lock. */
  locks: z.number().default(0),
  lock: Lock.nullable().default(null),
});
export type Box = z.infer<typeof Box>;

export const BoxEvent = z.discriminatedUnion('is', [
  z.object({ is: z.literal('started'), format: z.number() }),
  z.object({ is: z.literal('locked'), by: Person.nullable() }),
  /** From the machine alone. Ends the locks up to that number: one that came later stays. */
  z.object({ is: z.literal('unlocked'), upTo: z.number() }),
]);
export type BoxEvent = z.infer<typeof BoxEvent>;

/** Raised when an older version could not read what this one journals. A controller refuses a data folder of a higher one. */
export const FORMAT = 1;

/** The box's rules: anybody who steers locks it, the machine alone unlocks it. */
export const boxKind = kind({
  prefix: 'box',
  state: Box,
  event: BoxEvent,
  effect: z.never(),
  transition(state, event, { at }): Moved<Box, never> {
    const box = state ?? { format: FORMAT, starts: 0, since: at, locks: 0, lock: null };
    const move = (next: Box): Moved<Box, never> => ({ kind: 'moved', state: next, effects: [] });
    switch (event.is) {
      case 'started':
        return move({ ...box, format: event.format, starts: box.starts + 1, since: at });
      case 'locked': {
        if (box.lock) return ignored('it is locked already');
        if (event.by && !may(event.by, 'steer')) return ignored('this person may not lock');
        const n = box.locks + 1;
        return move({ ...box, locks: n, lock: { n, by: event.by, at } });
      }
      case 'unlocked':
        if (!box.lock || box.lock.n > event.upTo) return ignored('it is not locked by that lock');
        return move({ ...box, lock: null });
    }
  },
});
