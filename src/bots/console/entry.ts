import { z } from 'zod';
import { FileRef } from '../../chain/files.ts';
import { Head, TaskId } from '../../chain/ids.ts';
import { Role } from '../../chain/roles.ts';
import { Message } from '../message.ts';

const at = z.number();
/** What makes a repeat harmless: an entry whose key is there already is not added again. */
const key = z.string();
const title = z.string();
/**
 * For programs: where the task is and who works, the head of its change and the commit that it was merged as. `asks`: question and part of
 * each button that waits for an answer, e.g. `b1-12:1`; older journals have none.
 */
const state = z.object({
  phase: z.string(),
  role: Role.nullable(),
  head: Head.nullable(),
  merged: Head.nullable(),
  asks: z.array(z.string()).optional(),
});

/**
 * One thing that the console shows, as journaled in the stream `console`. Its number in the stream is the id of its event.
 * Rendered when it happens: what people saw stays what they saw.
 */
export const Entry = z.discriminatedUnion('is', [
  z.object({
    is: z.literal('thread'),
    key,
    at,
    thread: z.string(),
    channel: z.string(),
    task: TaskId,
    project: z.string(),
    title,
    /** State and title, for a list. Plain text. */
    name: z.string(),
    state,
    card: Message,
  }),
  /** An edit of the card in place. */
  z.object({
    is: z.literal('card'),
    key: z.null(),
    at,
    thread: z.string(),
    title,
    name: z.string(),
    state,
    card: Message,
  }),
  z.object({ is: z.literal('message'), key, at, thread: z.string(), message: Message }),
  /** Said in a channel, outside of its threads. */
  z.object({ is: z.literal('news'), key, at, channel: z.string(), message: Message }),
  /** What a person wrote or pressed, once the desk took it. `thread` is null for what was written in the channel. */
  z.object({
    is: z.literal('said'),
    key,
    at,
    channel: z.string(),
    thread: z.string().nullable(),
    by: z.object({ id: z.string(), name: z.string() }),
    text: z.string(),
    /** What was sent along. */
    files: z.array(FileRef).optional(),
    /** Id of the button that was pressed. */
    button: z.string().nullable(),
    /** The receipt. Everybody sees it, and a repeat is given it again. */
    answer: z.object({ text: z.string(), task: TaskId.nullable() }),
  }),
]);
export type Entry = z.infer<typeof Entry>;
export type Said = Extract<Entry, { is: 'said' }>;

/** An entry as it goes over the wire: with its number, without its key. */
export type Event = { readonly seq: number } & WithoutKey<Entry>;
type WithoutKey<E> = E extends Entry ? Omit<E, 'key'> : never;
