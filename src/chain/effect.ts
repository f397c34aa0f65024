import { z } from 'zod';
import { Change } from './change.ts';
import { Head, SessionId } from './ids.ts';
import { Notice } from './notice.ts';
import { Person } from './person.ts';
import { Role } from './roles.ts';

/** What a transition asks for. Each is safe to repeat: docs/spec.md says why, effect by effect. */
export const TaskEffect = z.discriminatedUnion('do', [
  z.object({ do: z.literal('open') }),
  z.object({ do: z.literal('prepare') }),
  /** A session of `role`, with everything that it needs taken from the task as it stands at that entry. */
  z.object({
    do: z.literal('run'),
    role: Role,
    session: SessionId,
    /** Why the role goes on: what was wrong with its last attempt. */
    feedback: z.string().nullable(),
    /** What people said while no session listened. */
    notes: z.array(z.object({ uuid: z.string(), by: z.string(), text: z.string() })),
  }),
  z.object({ do: z.literal('send'), session: SessionId, uuid: z.string(), by: z.string(), text: z.string() }),
  z.object({ do: z.literal('halt'), session: SessionId }),
  z.object({
    do: z.literal('record'),
    on: Head,
    path: z.string(),
    text: z.string(),
    subject: z.string(),
    at: z.number(),
  }),
  z.object({ do: z.literal('take'), session: SessionId, tree: z.string(), from: Head }),
  z.object({ do: z.literal('validate'), head: Head }),
  z.object({ do: z.literal('propose'), head: Head, title: z.string(), body: z.string() }),
  z.object({ do: z.literal('comment'), number: z.number(), text: z.string() }),
  z.object({ do: z.literal('judge'), change: Change }),
  z.object({ do: z.literal('merge'), change: Change, by: Person.nullable(), second: z.boolean() }),
  z.object({ do: z.literal('close'), number: z.number() }),
  z.object({ do: z.literal('clear') }),
  z.object({ do: z.literal('tell'), notice: Notice }),
]);
export type TaskEffect = z.infer<typeof TaskEffect>;

/** An effect with its id, as journaled. */
export type Pending = { readonly id: string; readonly effect: TaskEffect };
