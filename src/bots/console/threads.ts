import type { TaskId } from '../../chain/ids.ts';
import type { Message } from '../message.ts';
import type { Entry, Event } from './entry.ts';

/** A thread with its card as it is now. */
export type Thread = {
  readonly thread: string;
  readonly channel: string;
  readonly task: TaskId;
  readonly project: string;
  readonly title: string;
  /** State and title, plain text. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly opened: number;
  /** When its card was changed last. */
  readonly edited: number;
  readonly state: Extract<Entry, { is: 'card' }>['state'];
  readonly card: Message;
};

/** One line of a thread. A message with a button that was pressed has no buttons left, and says what was pressed by whom. */
export type Line = Extract<Event, { is: 'message' | 'said' }> & {
  readonly pressed?: { readonly by: string; readonly text: string };
};

/** The thread that an entry opens or changes, as it is after it; undefined when it does neither. `before` finds the threads before it. */
export function threadAfter(entry: Entry, before: (thread: string) => Thread | undefined): Thread | undefined {
  if (entry.is === 'thread') {
    const { thread, channel, task, project, title, name, state, card, at: opened } = entry;
    return { thread, channel, task, project, title, name, opened, edited: opened, state, card };
  }
  const known = entry.is === 'card' ? before(entry.thread) : undefined;
  if (entry.is !== 'card' || !known) return undefined;
  const { title, name, state, card, at: edited } = entry;
  return { ...known, title, name, state, card, edited };
}

/** An entry as clients get it. */
export function event(entry: Entry, seq: number): Event {
  const { key: _key, ...shown } = entry;
  return { seq, ...shown };
}

/** What was said in a thread, in order; first the `/task` that was written in its channel. */
export function lines(entries: readonly Entry[], { thread, channel, task }: Thread): readonly Line[] {
  const here: Line[] = [];
  for (const [n, entry] of entries.entries()) {
    if (entry.is !== 'message' && entry.is !== 'said') continue;
    const began =
      entry.is === 'said' && entry.thread === null && entry.channel === channel && entry.answer.task === task;
    if (entry.thread !== thread && !began) continue;
    if (entry.is === 'said' && entry.button !== null)
      spend(here, entry.button, { by: entry.by.name, text: entry.text });
    // What a person did stands before what came of it, which may have been told first.
    const before = entry.is === 'said' ? here.findLastIndex(({ at }) => at <= entry.at) + 1 : here.length;
    here.splice(before, 0, event(entry, n + 1) as Line);
  }
  return here;
}

function spend(before: Line[], button: string, pressed: NonNullable<Line['pressed']>): void {
  for (const [n, line] of before.entries()) {
    if (line.is !== 'message' || !line.message.buttons.some(({ id }) => id === button)) continue;
    before[n] = { ...line, message: { ...line.message, buttons: [] }, pressed };
  }
}
