import { createHash } from 'node:crypto';
import type { RecordLine, Spec } from './files.ts';
import { fieldsOf, textOf } from './json.ts';
import { signsOf } from './signs.ts';

/** Something to be said to the agent. The uuid is how the record and Claude know it. */
export type Message = { readonly uuid: string; readonly text: string };

/**
 * What the record says so far, kept by folding every line of it: those found when the worker starts and those it writes. A restarted
 * worker knows what its predecessor knew and no more, so nothing may follow from anything that is not in the record.
 */
export type Ledger = {
  fold(line: RecordLine): void;
  /** Taken from the mail, or typed; in that order. */
  taken(): readonly string[];
  isTaken(uuid: string): boolean;
  /** Surely in the conversation, whatever is killed. */
  isHeard(uuid: string): boolean;
  /** It went into a turn. */
  hasBegun(uuid: string): boolean;
  /** A turn is on that may be stopped and loses nothing: the CLI has the conversation, and all that was begun. */
  isSure(): boolean;
  /** Lines typed in the pane, by the uuid of the message that each became. */
  typed(): ReadonlyMap<string, string>;
  /** The CLI can be asked to go on with the conversation. */
  exists(): boolean;
  /** Codex's own id of the conversation. */
  thread(): string | null;
  /** Places of questions that nobody has answered, and that no process was started after. */
  asking(): readonly number[];
  /** What the tool call asked about at a place was. */
  callOf(ask: number): string | null;
  /** Calls that were allowed once and made. */
  used(): readonly string[];
  /** A turn began and neither ended nor was told to stop: whoever finds this at the start has lost it. */
  isOpen(): boolean;
};

type Book = {
  readonly taken: Set<string>;
  readonly typed: Map<string, string>;
  readonly heard: Set<string>;
  readonly begun: Set<string>;
  readonly asking: Set<number>;
  readonly calls: Map<number, string>;
  readonly used: string[];
  given: string | null;
  thread: string | null;
  exists: boolean;
  isOpen: boolean;
  isStopped: boolean;
};

export function openLedger(spec: Pick<Spec, 'cli' | 'session'>): Ledger {
  const nothing = { given: null, thread: null, exists: false, isOpen: false, isStopped: false };
  const sets = {
    taken: new Set<string>(),
    heard: new Set<string>(),
    begun: new Set<string>(),
    asking: new Set<number>(),
  };
  const book: Book = { ...sets, typed: new Map(), calls: new Map(), used: [], ...nothing };
  return {
    fold({ src, line, n }) {
      if (src === 'cli') foldCli(book, spec.cli, line);
      if (src === 'worker') foldNote(book, line, n);
      if (src === 'mail') book.taken.add(line);
      if (src === 'person') {
        const uuid = uuidOf(spec.session, n);
        book.taken.add(uuid);
        book.typed.set(uuid, line);
      }
    },
    taken: () => [...book.taken],
    isTaken: (uuid) => book.taken.has(uuid),
    isHeard: (uuid) => book.heard.has(uuid),
    hasBegun: (uuid) => book.begun.has(uuid) || book.heard.has(uuid),
    isSure: () => book.exists && book.isOpen && !book.isStopped && book.begun.size === 0,
    typed: () => book.typed,
    exists: () => book.exists,
    thread: () => book.thread,
    asking: () => [...book.asking],
    used: () => book.used,
    callOf: (ask) => book.calls.get(ask) ?? null,
    isOpen: () => book.isOpen && !book.isStopped,
  };
}

function hear(book: Book): void {
  for (const uuid of book.begun) book.heard.add(uuid);
  book.begun.clear();
}

function foldCli(book: Book, cli: Spec['cli'], line: string): void {
  for (const sign of signsOf[cli](line)) {
    if (sign.sign === 'thread') {
      book.thread = sign.id;
      continue;
    }
    if (sign.sign === 'begun') {
      book.begun.add(sign.uuid ?? book.given ?? '');
      [book.isOpen, book.isStopped] = [true, false];
      continue;
    }
    if (sign.sign === 'settled') {
      book.heard.add(sign.uuid);
      continue;
    }
    book.exists = true;
    hear(book);
    if (sign.sign === 'over') book.isOpen = false;
  }
}

function foldNote(book: Book, line: string, n: number): void {
  const { note, says, ask, call } = fieldsOf(line);
  if (note === 'started') {
    book.given = textOf(says);
    book.begun.clear();
    // It asks nothing again: what is answered now is said to it.
    book.asking.clear();
  }
  if (note === 'asked') {
    book.asking.add(n);
    if (typeof call === 'string') book.calls.set(n, call);
  }
  if (note === 'answered') {
    book.begun.add(textOf(says));
    book.asking.delete(Number(ask));
  }
  if (note === 'used') book.used.push(textOf(call));
  if (note === 'dropped') book.asking.delete(Number(ask));
  if (note === 'interrupted') {
    book.isStopped = true;
    // Whoever stopped the turn does not want it begun again.
    hear(book);
  }
}

/** A typed line has no uuid; its place in the record gives it one, the same after a restart. */
export function uuidOf(session: string, n: number): string {
  const hex = createHash('sha256').update(`${session}:${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
