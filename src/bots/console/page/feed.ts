import type { Grown, PageEvent } from '../wire.ts';

/** What a connection brings. `n` is the number of the event where it has one. */
export type Frame = { readonly kind: string; readonly data: unknown };

/** Cuts a stream of text into frames. One that was not sent to its end is left out: it comes again. */
export function framing(): (text: string) => readonly Frame[] {
  let rest = '';
  return (text) => {
    const whole = (rest + text).split('\n\n');
    rest = whole.pop() ?? '';
    return whole.flatMap((frame) => {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      return data === undefined
        ? []
        : [{ kind: /^event: (.*)$/m.exec(frame)?.[1] ?? '', data: JSON.parse(data) as unknown }];
    });
  };
}

export type Heard = {
  /** Number of the last event that was taken. */
  readonly after: () => number;
  readonly event: (event: PageEvent) => void;
  readonly remark: (remark: { thread: string; remark: string }) => void;
  readonly writing: (grown: Grown) => void;
  readonly connected: (is: boolean) => void;
  /** The console no longer lets this person in, or has begun a new journal. */
  readonly refused: (status: number) => void;
};

/** Nothing, not even a heartbeat, for so long: the connection is dead. */
const SILENCE_MS = 40_000;
const FIRST_MS = 300;
const LONGEST_MS = 5_000;

/** Follows the console's events for good: after a drop it goes on after the last one it had. Answers with what tries again at once. */
export function follow(heard: Heard): () => void {
  let wake = (): void => undefined;
  let cut = (): void => undefined;

  async function once(): Promise<'refused' | 'lost'> {
    const ending = new AbortController();
    cut = () => ending.abort();
    let silence = setTimeout(cut, SILENCE_MS);
    try {
      const answer = await fetch(`/api/events?as=page&after=${heard.after()}`, { signal: ending.signal });
      if (answer.status === 401 || answer.status === 409) {
        heard.refused(answer.status);
        return 'refused';
      }
      if (!answer.ok || answer.body === null) return 'lost';
      heard.connected(true);
      const frames = framing();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return 'lost';
        clearTimeout(silence);
        silence = setTimeout(cut, SILENCE_MS);
        for (const { kind, data } of frames(value)) {
          if (kind === 'activity') heard.remark(data as { thread: string; remark: string });
          else if (kind === 'writing') heard.writing(data as Grown);
          else heard.event(data as PageEvent);
        }
      }
    } catch {
      return 'lost';
    } finally {
      clearTimeout(silence);
    }
  }

  async function forever(): Promise<void> {
    for (let wait = FIRST_MS; ; wait = Math.min(wait * 2, LONGEST_MS)) {
      const began = Date.now();
      if ((await once()) === 'refused') return;
      heard.connected(false);
      if (Date.now() - began > LONGEST_MS) wait = FIRST_MS;
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, wait);
      });
    }
  }
  void forever();
  return () => wake();
}
