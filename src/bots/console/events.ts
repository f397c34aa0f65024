import type { Clock } from '../../chain/ports.ts';
import type { Activity } from './activity.ts';
import type { Bell } from './bell.ts';
import { event } from './threads.ts';
import type { Timeline } from './timeline.ts';
import { pageEvent } from './wire.ts';

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
 * the last one it had; remarks (`event: activity`) have none. It is pulled: a reader that is slow waits in nobody's memory, and finds
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
  let remarks = activity.count();
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
      return frame(entry.is, asPage ? pageEvent(shown) : shown, seq);
    }
    const [remark] = activity.since(remarks);
    if (!remark) return null;
    remarks = remark.n;
    return frame('activity', { thread: remark.thread, remark: remark.remark });
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

const nothing = (): void => undefined;

/** `data` is one line: JSON escapes line feeds. */
function frame(name: string, data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
