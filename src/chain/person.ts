import { z } from 'zod';

/** What a person may do, each including what stands before it. */
export const Right = z.enum(['watch', 'steer', 'merge', 'admin']);
export type Right = z.infer<typeof Right>;

/** Someone allowed to act, as journaled with what they did. `id` is the config's, never a platform's display name. */
export const Person = z.object({ id: z.string().min(1), name: z.string().min(1), may: Right });
export type Person = z.infer<typeof Person>;

/** Whether `person` holds `right` or one that includes it. */
export function may(person: Person, right: Right): boolean {
  return Right.options.indexOf(person.may) >= Right.options.indexOf(right);
}
