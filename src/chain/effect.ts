import { z } from 'zod';
import { AccountEvent } from './account.ts';
import { Answer } from './ask.ts';
import { Change } from './change.ts';
import { FileRef } from './files.ts';
import { Head, SessionId } from './ids.ts';
import { Notice } from './notice.ts';
import { Person } from './person.ts';
import { ProjectReport } from './project.ts';
import { Role } from './roles.ts';
import { Note } from './task.ts';

/** What a transition asks for. Each is safe to repeat: docs/spec.md says why, effect by effect. */
export const TaskEffect = z.discriminatedUnion('do', [
  z.object({ do: z.literal('open') }),
  z.object({ do: z.literal('prepare') }),
  /** A session of `role`, with everything that it needs taken from the task as it stands at that entry. */
  z.object({
    do: z.literal('run'),
    role: Role,
    session: SessionId,
    leg: z.number(),
    /** Why the role is called again, or what its next leg begins with. */
    words: z.string().nullable(),
    /** What people said while no session listened. */
    notes: z.array(Note),
  }),
  /** `answer`: it is what the session asked for. */
  z.object({
    do: z.literal('send'),
    session: SessionId,
    uuid: z.string(),
    by: z.string(),
    text: z.string(),
    files: z.array(FileRef).optional(),
    answer: Answer.optional(),
  }),
  /** Ends the turn, so that `message` is heard, unless it was. */
  z.object({ do: z.literal('interrupt'), session: SessionId, uuid: z.string(), message: z.string() }),
  /** Ends this leg alone: the next one begins with the answer. */
  z.object({ do: z.literal('yield'), session: SessionId, leg: z.number() }),
  z.object({ do: z.literal('halt'), session: SessionId }),
  /** The session at work may spend what the task may now. */
  z.object({ do: z.literal('allow'), session: SessionId }),
  /** All tasks may spend so much on that day, USD. */
  z.object({ do: z.literal('raise-day'), day: z.string(), dollars: z.number() }),
  z.object({
    do: z.literal('record'),
    on: Head,
    path: z.string(),
    text: z.string(),
    subject: z.string(),
    at: z.number(),
  }),
  z.object({ do: z.literal('take'), session: SessionId, tree: z.string(), from: Head }),
  z.object({ do: z.literal('prove'), base: Head }),
  /** Looks whether these are still there: a commit in the mirror, and documents at it. */
  z.object({ do: z.literal('verify'), head: Head, paths: z.array(z.string()) }),
  z.object({ do: z.literal('validate'), head: Head }),
  z.object({ do: z.literal('propose'), head: Head, title: z.string(), body: z.string() }),
  z.object({ do: z.literal('comment'), number: z.number(), text: z.string() }),
  z.object({ do: z.literal('judge'), change: Change }),
  z.object({ do: z.literal('merge'), change: Change, by: Person.nullable(), second: z.boolean() }),
  z.object({ do: z.literal('close'), number: z.number() }),
  z.object({ do: z.literal('clear') }),
  z.object({ do: z.literal('tell'), notice: Notice }),
  /** A message to another stream, under the effect's id as source, so that a repeat changes nothing. */
  z.object({ do: z.literal('post'), event: AccountEvent }),
  z.object({ do: z.literal('report'), event: ProjectReport }),
]);
export type TaskEffect = z.infer<typeof TaskEffect>;
