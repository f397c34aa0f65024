import { z } from 'zod';
import { ignored, kind } from './stream.ts';
import type { Moved } from './stream.ts';

/** The latest day whose cap a person raised, and to what, in USD. */
export const Day = z.object({ day: z.string(), cap: z.number() });
export type Day = z.infer<typeof Day>;

export const DayEvent = z.discriminatedUnion('is', [
  z.object({ is: z.literal('raised'), day: z.string(), cap: z.number() }),
  /** The effect was done and has nothing to say. */
  z.object({ is: z.literal('done') }),
]);
export type DayEvent = z.infer<typeof DayEvent>;

/** Every session at work is let spend by it. */
export const DayEffect = z.object({ do: z.literal('allow') });
export type DayEffect = z.infer<typeof DayEffect>;

/** The rules of what a day may cost: a cap only ever rises, and is of its day alone. */
export const dayKind = kind({
  prefix: 'budget',
  state: Day,
  event: DayEvent,
  effect: DayEffect,
  transition(state, event): Moved<Day, DayEffect> {
    if (event.is === 'done') return ignored('nothing more to do');
    const { day, cap } = event;
    if (state && (day < state.day || (day === state.day && cap <= state.cap))) return ignored('it is at that already');
    return { kind: 'moved', state: { day, cap }, effects: [{ do: 'allow' }] };
  },
});
