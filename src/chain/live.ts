import type { TaskEvent } from './event.ts';
import type { TaskId } from './ids.ts';
import type { Acts } from './perform.ts';
import type { Store } from './ports.ts';
import { empty, fold } from './stream.ts';
import type { Entry, Stream } from './stream.ts';
import type { Task } from './task.ts';
import { transition } from './transition.ts';

/** A stream while the controller runs. `queue` is its order of events, `telling` that of its messages. */
export type Live = {
  readonly id: TaskId;
  stream: Stream;
  queue: Promise<unknown>;
  telling: Promise<unknown>;
  card: 'still' | 'busy' | 'stale';
};

/** What the parts of the supervisor share. */
export type Box = {
  readonly store: Store;
  readonly acts: Acts;
  readonly lives: Map<TaskId, Live>;
  readonly closing: AbortController;
  /** Called with the effects that a journaled entry added. */
  follow(live: Live, added: Stream['pending']): void;
};

/** What became of an event: journaled, seen before, of no effect in this phase, or not kept because the disk would not. */
export type Submitted =
  | { readonly kind: 'journaled'; readonly task: Task }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'not-kept'; readonly reason: string };

/** Every how many entries the folded stream is kept beside its journal. */
const SNAPSHOT_EVERY = 32;

export const streamName = (id: TaskId): string => `task-${id}`;

export function liveOf(box: Box, id: TaskId): Live {
  const found = box.lives.get(id);
  if (found) return found;
  const made: Live = { id, stream: empty, queue: Promise.resolve(), telling: Promise.resolve(), card: 'still' };
  box.lives.set(id, made);
  return made;
}

/** Serial per stream: nothing is judged against a state that another event is changing. */
export function submit(
  box: Box,
  id: TaskId,
  event: TaskEvent,
  of: { source?: string; settles?: string },
): Promise<Submitted> {
  const live = liveOf(box, id);
  const next = live.queue.then(() => take(box, live, event, of.source ?? null, of.settles ?? null));
  live.queue = next.catch(() => undefined);
  return next;
}

async function take(
  box: Box,
  live: Live,
  event: TaskEvent,
  source: string | null,
  settles: string | null,
): Promise<Submitted> {
  const { stream } = live;
  if (source !== null && stream.sources.includes(source)) return { kind: 'repeated' };
  if (settles !== null && !stream.pending.some((effect) => effect.id === settles)) return { kind: 'repeated' };
  const at = box.acts.clock.now();
  const moved = transition(stream.task, event, { at });
  if (moved.kind === 'ignored' && settles === null) return moved;
  const entry: Entry = { at, source, settles, event, effects: moved.kind === 'moved' ? [...moved.effects] : [] };
  const next = fold(stream, entry);
  const refusal = await keep(box, live, entry);
  if (refusal !== null) return { kind: 'not-kept', reason: refusal };
  live.stream = next;
  const known = new Set(stream.pending.map((effect) => effect.id));
  box.follow(
    live,
    next.pending.filter((effect) => !known.has(effect.id)),
  );
  if (next.seq % SNAPSHOT_EVERY === 0) snapshot(box, live);
  return next.task ? { kind: 'journaled', task: next.task } : { kind: 'ignored', why: 'there is no such task' };
}

/** null once the entry is durable; else the sentence why it is not, and then nothing has changed. */
async function keep(box: Box, live: Live, entry: Entry): Promise<string | null> {
  const name = streamName(live.id);
  try {
    const answer = await box.store.append(name, live.stream.seq, [entry]);
    return answer === 'stale' ? `another controller writes ${name}` : null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A cache: the journal alone is the truth, so a snapshot that cannot be kept is only logged. */
function snapshot(box: Box, live: Live): void {
  const { seq } = live.stream;
  box.store.keep(streamName(live.id), seq, live.stream).catch((error: Error) => {
    box.acts.log.error('a snapshot was not kept', { stream: streamName(live.id), reason: error.message });
  });
}
