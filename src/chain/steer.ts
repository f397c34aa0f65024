import { z } from 'zod';
import { SessionId } from './ids.ts';
import { Person } from './person.ts';

/** What a session was told in mid-turn. */
export const Steer = z.object({ uuid: z.string(), session: SessionId });

/** The turn shall end so that the session hears `message` at once. `uuid` is derived from the source id. */
export const interruptTapped = z.object({
  is: z.literal('interrupt-tapped'),
  by: Person,
  message: z.string(),
  uuid: z.string(),
});
