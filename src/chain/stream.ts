import { z } from 'zod';
import { TaskEffect } from './effect.ts';
import type { Pending } from './effect.ts';
import { TaskEvent } from './event.ts';
import { Task } from './task.ts';
import { transition } from './transition.ts';

/**
 * One entry of a task's journal. `source` is the platform's id of an input, or a record's place; `settles` the effect whose outcome
 * this is. Effects are written down with the event: a later version's rules must not change what an earlier one set out to do.
 */
export const Entry = z.object({
  at: z.number(),
  source: z.string().nullable(),
  settles: z.string().nullable(),
  event: TaskEvent,
  effects: z.array(TaskEffect),
});
export type Entry = z.infer<typeof Entry>;

/** A task's stream as folded from its journal up to `seq`. Pending effects are those emitted and not settled, in order. */
export const Stream = z.object({
  seq: z.number(),
  task: Task.nullable(),
  pending: z.array(z.object({ id: z.string(), effect: TaskEffect })),
  sources: z.array(z.string()),
});
export type Stream = z.infer<typeof Stream>;

export const empty: Stream = { seq: 0, task: null, pending: [], sources: [] };

/** What an entry makes of a stream. Used for new entries and for replay alike, so that both agree. */
export function fold(stream: Stream, entry: Entry): Stream {
  const seq = stream.seq + 1;
  const moved = transition(stream.task, entry.event, { at: entry.at });
  const task = moved.kind === 'moved' ? moved.task : stream.task;
  const left = stream.pending.filter((effect) => effect.id !== entry.settles);
  const id = entry.event.is === 'asked' ? entry.event.task : stream.task?.id;
  const added = entry.effects.map((effect, n): Pending => ({ id: `${id}:${seq}:${n}`, effect }));
  const sources = entry.source === null ? stream.sources : [...stream.sources, entry.source];
  return { seq, task, pending: [...left, ...added], sources };
}
