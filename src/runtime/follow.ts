import type { Question } from '../chain/ask.ts';
import type { Cover } from '../chain/covered.ts';
import type { Extra } from '../chain/extras.ts';
import type { SessionEnd, SessionEvent } from '../chain/ports.ts';
import { WorkerNote } from '../worker/files.ts';
import type { RecordLine } from '../worker/files.ts';
import type { Agent, Said } from './agents/agent.ts';
import { isDeeper, json } from './agents/identity.ts';
import { growing } from './growing.ts';
import { isEnd } from './mail.ts';
import type { Watched } from './space.ts';

/** What a record says so far. All of it is a claim; it decides nothing but this one session. */
export type Progress = {
  fold(line: RecordLine): void;
  /** Says what the agent is writing just now, after all that is new was folded. */
  tell(): void;
  /** Nothing runs, and every message that was taken has had its turn. */
  isIdle(): boolean;
  hasTaken(uuid: string): boolean;
  /** How the session ends if it ends now; null while the worker has said nothing that ends it. */
  end(): SessionEnd | null;
  /** What of its extras did not load, in a sentence. */
  lacks(): string | null;
  /** When the first line was written, ms since the epoch, later by what it waited for people; null while it waits. */
  began(): number | null;
  lines(): number;
};

const WORDS = 12;
/** Characters of what an end says, and of a handoff as JSON: the longest that a schema allows is a plan of 120,000. All of it is journaled and shown. */
const TEXT_MOST = 10_000;
const HANDOFF_MOST = 400_000;
/** No schema of a handoff goes as deep. What is nested by the thousand can be neither covered nor journaled. */
const HANDOFF_DEEPEST = 50;
const SPOKEN = 20_000;

type On = (event: SessionEvent) => void;
type Noted<K extends WorkerNote['note']> = Extract<WorkerNote, { note: K }>;

const asked = (n: number, note: Noted<'asked'>): SessionEvent =>
  note.about === 'tool' ? { kind: 'asked', n, about: 'tool', parts: [call(note)] } : question(n, note.questions);

const exit = ({ signal, code }: Noted<'exited'>): string =>
  signal ? `it was ended by ${signal}` : `it ended with code ${code}`;

const said = (last: Exclude<Said, { kind: 'remark' | 'spoke' }>): SessionEnd =>
  bounded(last.kind === 'failed' ? { kind: 'crashed', text: last.text } : last);

const silent = (idle: boolean): SessionEnd | null =>
  idle ? { kind: 'crashed', text: 'it ended its turn without a word' } : null;

/** Folds a record from its first line on, for the leg that begins after `since` lines; `on` hears what it says while it grows. */
export function followRecord(agent: Agent, on: On, since = 0, extras: readonly Extra[] = [], cover?: Cover): Progress {
  const read = agent.reader();
  const [taken, words]: [Set<string>, string[]] = [new Set(), []];
  let last: Exclude<Said, { kind: 'remark' | 'spoke' }> | null = null;
  let [over, lacks]: [string | null, string | null] = [null, null];
  let began: number | null = null;
  let [idle, lines] = [false, 0];
  const waiting = clockOfWaits();
  const writes = growing(on, cover);

  function note({ n, t, line: text }: RecordLine): void {
    const said = WorkerNote.safeParse(json(text)).data;
    if (said?.note === 'asked') {
      waiting.begin(n, t);
      on(asked(n, said));
    }
    if (said?.note === 'answered' || said?.note === 'dropped') {
      if (began !== null) began += waiting.end(said.ask, t);
      on({ kind: 'unasked', n, ask: said.ask, answered: said.note === 'answered' });
    }
    if (said?.note === 'started') {
      [idle, over] = [false, null];
      if (began !== null) began += waiting.end(null, t);
    }
    if (said?.note === 'idle') idle = true;
    if (said?.note === 'failed') over = said.reason;
    if (said?.note === 'exited' && !idle) over = exit(said);
  }

  return {
    fold(line) {
      began ??= line.t;
      lines += 1;
      if (line.src === 'mail') taken.add(line.line);
      if ((line.src === 'mail' && !isEnd(line.line)) || line.src === 'person') idle = false;
      if (line.src === 'person') on({ kind: 'typed', n: line.n, text: line.line });
      if (line.src === 'stderr') words.push(line.line);
      if (line.src === 'worker') note(line);
      writes.fold(line);
      lacks ??= agent.lacks(extras, line);
      for (const said of read(line)) {
        if (said.kind === 'spoke') writes.whole({ n: line.n, text: said.text.slice(0, SPOKEN) });
        else if (said.kind !== 'remark') last = said;
        else if (lines > since) on(said);
      }
      // What earlier legs came to is not how this one ends.
      if (lines === since) [last, over, began, idle, lacks] = [null, null, null, false, null];
    },
    tell: writes.tell,
    isIdle: () => idle,
    hasTaken: (uuid) => taken.has(uuid),
    end() {
      if (idle && last !== null) return said(last);
      return over === null ? silent(idle) : bounded(crash(over, words));
    },
    lacks: () => lacks,
    began: () => (waiting.isOn() ? null : began),
    lines: () => lines,
  };
}

/** How long people are waited for: with one question open or more. */
function clockOfWaits(): {
  begin(ask: number, t: number): void;
  end(ask: number | null, t: number): number;
  isOn(): boolean;
} {
  const asking = new Set<number>();
  let since: number | null = null;
  return {
    begin(ask, t) {
      asking.add(ask);
      since ??= t;
    },
    /** Answers how long it was, once none is open; null ends all. */
    end(ask, t) {
      if (ask === null) asking.clear();
      else asking.delete(ask);
      if (asking.size > 0 || since === null) return 0;
      const waited = Math.max(0, t - since);
      since = null;
      return waited;
    },
    isOn: () => since !== null,
  };
}

/** A claim, cut to what a person can be shown: eight parts of twelve options. */
function question(n: number, parts: readonly Question[]): SessionEvent {
  const cut = parts.slice(0, 8).map(({ question: text, header, options, multi }) => ({
    question: text.slice(0, 4_000),
    header: header.slice(0, 100),
    options: options
      .slice(0, 12)
      .map(({ label, description }) => ({ label: label.slice(0, 200), description: description.slice(0, 600) })),
    multi,
  }));
  return { kind: 'asked', n, about: 'question', parts: cut };
}

const call = ({ tool, text }: { readonly tool: string; readonly text: string }): Question => ({
  question: text.slice(0, 4_000),
  header: tool.slice(0, 100),
  options: [],
  multi: false,
});

function clipped(text: string, most = TEXT_MOST): string {
  return text.length <= most ? text : `${text.slice(0, most)} … (${text.length} characters)`;
}

const crash = (over: string, words: readonly string[]): Extract<SessionEnd, { kind: 'crashed' }> => ({
  kind: 'crashed',
  text: [over, ...words.slice(-WORDS).map((word) => clipped(word, 500))].join('\n'),
});

/** The same end, no longer than anybody needs it. */
function bounded(
  end: Exclude<Said, { kind: 'remark' | 'spoke' | 'failed' }> | Extract<SessionEnd, { kind: 'crashed' }>,
): SessionEnd {
  const text = clipped(end.text);
  if (end.kind !== 'ended') return { ...end, text };
  if (isDeeper(end.handoff, HANDOFF_DEEPEST))
    return { kind: 'ended', handoff: null, text: '(its handoff was nested too deep)' };
  const length = JSON.stringify(end.handoff ?? null).length;
  if (length <= HANDOFF_MOST) return { ...end, text };
  return { kind: 'ended', handoff: null, text: `(its handoff of ${length} characters was left out)` };
}

/** What the disk says of a session: it ended because of that, or is about to. */
export function crampedEnd(watched: Watched): SessionEnd | null {
  const cramped = watched.cramped();
  if (cramped === null) return null;
  return { kind: cramped.kind === 'full' ? 'cramped' : 'outgrew', text: cramped.text };
}
