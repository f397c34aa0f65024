import type { SessionEnd, SessionEvent } from '../chain/ports.ts';
import { WorkerNote } from '../worker/files.ts';
import type { RecordLine } from '../worker/files.ts';
import type { Agent, Said } from './agents/agent.ts';
import { json } from './agents/identity.ts';
import { isEnd } from './mail.ts';

/** What a record says so far. All of it is a claim; it decides nothing but this one session. */
export type Progress = {
  fold(line: RecordLine): void;
  /** Nothing runs, and every message that was taken has had its turn. */
  isIdle(): boolean;
  hasTaken(uuid: string): boolean;
  /** How the session ends if it ends now; null while the worker has said nothing that ends it. */
  end(): SessionEnd | null;
  /** When the first line was written, ms since the epoch. */
  began(): number | null;
  lines(): number;
};

const WORDS = 12;

/** Folds a record from its first line on, for the leg that begins after `since` lines; `on` hears what it says while it grows. */
export function followRecord(agent: Agent, on: (event: SessionEvent) => void, since = 0): Progress {
  const read = agent.reader();
  const taken = new Set<string>();
  const words: string[] = [];
  let last: Exclude<Said, { kind: 'remark' }> | null = null;
  let over: string | null = null;
  let began: number | null = null;
  let [idle, lines] = [false, 0];

  function note(text: string): void {
    const said = WorkerNote.safeParse(json(text)).data;
    if (said?.note === 'started') [idle, over] = [false, null];
    if (said?.note === 'idle') idle = true;
    if (said?.note === 'failed') over = said.reason;
    if (said?.note === 'exited' && !idle)
      over = said.signal ? `it was ended by ${said.signal}` : `it ended with code ${said.code}`;
  }

  return {
    fold(line) {
      began ??= line.t;
      lines += 1;
      if (line.src === 'mail') taken.add(line.line);
      if ((line.src === 'mail' && !isEnd(line.line)) || line.src === 'person') idle = false;
      if (line.src === 'person') on({ kind: 'typed', n: line.n, text: line.line });
      if (line.src === 'stderr') words.push(line.line);
      if (line.src === 'worker') note(line.line);
      for (const said of read(line)) {
        if (said.kind !== 'remark') last = said;
        else if (lines > since) on(said);
      }
      // What earlier legs came to is not how this one ends.
      if (lines === since) [last, over, began, idle] = [null, null, null, false];
    },
    isIdle: () => idle,
    hasTaken: (uuid) => taken.has(uuid),
    end() {
      if (idle && last !== null) return last.kind === 'failed' ? { kind: 'crashed', text: last.text } : last;
      if (over === null) return idle ? { kind: 'crashed', text: 'it ended its turn without a word' } : null;
      return { kind: 'crashed', text: [over, ...words.slice(-WORDS)].join('\n') };
    },
    began: () => began,
    lines: () => lines,
  };
}
