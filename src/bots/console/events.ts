import type { Clock } from '../../chain/ports.ts';
import type { Activity, Just } from './activity.ts';
import type { Bell } from './bell.ts';
import { event } from './threads.ts';
import type { Timeline } from './timeline.ts';
import { pageEvent } from './wire.ts';
import type { Grown } from './wire.ts';

export type Feed = {
  readonly timeline: Timeline;
  readonly activity: Activity;
  readonly bell: Bell;
  readonly clock: Clock;
};

/** How often a line is sent when nothing happens, so that both sides notice a dead connection. */
export const HEARTBEAT_MS = 15_000;

/**
 * The console's events as text/event-stream, those after `after` first. Entries have their number as id, so that a reader goes on after
 * the last one it had; remarks (`event: activity`) and texts that grow (`event: writing`) have none. It is pulled: a reader that is slow waits in nobody's memory, and finds
 * what it missed in the timeline. `asPage`: with texts as trees.
 */
export function eventStream(
  feed: Feed,
  after: number,
  closing: AbortSignal,
  asPage = false,
): ReadableStream<Uint8Array> {
  const { timeline, activity, bell, clock } = feed;
  const bytes = new TextEncoder();
  let seq = after;
  let seen = activity.count();
  const grown = growths();
  let wake = nothing;
  const stopListening = bell.listen(() => wake());
  const over = new AbortController();
  const end = (): void => {
    stopListening();
    over.abort();
    wake();
  };
  closing.addEventListener('abort', end, { once: true, signal: over.signal });

  function next(): string | null {
    const entry = timeline.entries[seq];
    if (entry) {
      seq += 1;
      const shown = event(entry, seq);
      if (entry.is === 'message') grown.over(entry.thread);
      return frame(entry.is, asPage ? pageEvent(shown) : shown, seq);
    }
    const [just] = activity.since(seen);
    if (!just) return null;
    seen = just.n;
    return grown.frame(just);
  }

  /** Resolves at the bell, when the heartbeat is due, or at the end. */
  async function changed(): Promise<void> {
    const turn = new AbortController();
    const due = clock.sleep(HEARTBEAT_MS, turn.signal).catch(() => undefined);
    await Promise.race([due, new Promise<void>((heard) => (wake = heard))]);
    turn.abort();
  }

  return new ReadableStream<Uint8Array>(
    {
      start: (stream) => stream.enqueue(bytes.encode(': the console\n\n')),
      async pull(stream) {
        let text = next();
        if (text === null && !over.signal.aborted) {
          await changed();
          text = next() ?? ': still here\n\n';
        }
        if (over.signal.aborted) return stream.close();
        stream.enqueue(bytes.encode(text ?? ''));
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}

/** What one reader has of texts that grow. */
function growths(): {
  /** A remark as it is; of a text the rest of what the reader has: `from` characters stay, then `text`. */
  frame(just: Just): string;
  /** It was told whole, and the reader lets go of it. */
  over(thread: string): void;
} {
  const sent = new Map<string, string>();
  return {
    frame(just) {
      const { thread } = just;
      if (just.is === 'remark') return frame('activity', { thread, remark: just.remark });
      const { text } = just;
      const before = sent.get(thread) ?? '';
      let from = 0;
      while (from < text.length && text[from] === before[from]) from += 1;
      if (text === '') sent.delete(thread);
      else sent.set(thread, text);
      const more: Grown = { thread, from, text: text.slice(from) };
      return frame('writing', more);
    },
    over: (thread) => void sent.delete(thread),
  };
}

const nothing = (): void => undefined;

/** `data` is one line: JSON escapes line feeds. */
function frame(name: string, data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
