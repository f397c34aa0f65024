import { everywhere } from './covered.ts';
import type { Cover } from './covered.ts';
import type { Clock, Store } from './ports.ts';
import { empty, fold } from './stream.ts';
import type { Entry, Kind, Pending, Stream } from './stream.ts';

/** What became of an event: journaled, seen before, of no effect in this state, or not kept because the disk would not. */
export type Submitted<S> =
  | { readonly kind: 'journaled'; readonly state: S }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'not-kept'; readonly reason: string };

/** A stream whose journal cannot be read whole. It takes nothing until somebody mends it: nothing is guessed over. */
export type Damage = { readonly stream: string; readonly line: number; readonly reason: string };

/** The one who may change a stream. */
export type Owner<S, E, F> = {
  readonly name: string;
  /** As journaled: never ahead of the disk. */
  stream(): Stream<S, F>;
  /** Reads the journal. Once, before anything is submitted. */
  load(): Promise<Damage | null>;
  /**
   * Resolves when the event is durable, or known to change nothing. `source` makes a repeat harmless; `settles` names the pending effect
   * whose outcome this is. Events are judged in the order of their coming; those that come while the disk is busy share its next write.
   */
  submit(event: E, of: { readonly source?: string; readonly settles?: string }): Promise<Submitted<S>>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
};

type Written<S, F> = {
  readonly entry: unknown;
  readonly next: Stream<S, F>;
  readonly done: (kept: string | null) => void;
};

/** Every how many entries the folded stream is kept beside its journal. */
const SNAPSHOT_EVERY = 32;

type Options<S, E, F> = {
  readonly kind: Kind<S, E, F>;
  readonly key: string;
  readonly store: Store;
  readonly clock: Clock;
  /** Covers the secrets of this machine in every event, before it is judged: no journal holds one, and a replay comes to the same. */
  readonly cover: Cover;
  /** Called with each durable entry's effects, in order. */
  readonly follow: (added: readonly Pending<F>[]) => void;
  readonly warn: (message: string, reason: string) => void;
};

/** An owner's own: what is durable, what is being written, and who waits for it. */
type Book<S, E, F> = Options<S, E, F> & {
  readonly name: string;
  durable: Stream<S, F>;
  /** With what is being written: events are judged against it, and answered only when it is durable. */
  ahead: Stream<S, F>;
  waiting: Written<S, F>[];
  writing: Promise<void> | null;
};

export function createOwner<S, E, F>(options: Options<S, E, F>): Owner<S, E, F> {
  const name = `${options.kind.prefix}-${options.key}`;
  const book: Book<S, E, F> = { ...options, name, durable: empty, ahead: empty, waiting: [], writing: null };
  return {
    name,
    stream: () => book.durable,
    load: () => load(book),
    idle: async () => void (await book.writing),
    submit: (event, { source = null, settles = null }) => submit(book, everywhere(event, book.cover), source, settles),
  };
}

async function load<S, E, F>(book: Book<S, E, F>): Promise<Damage | null> {
  const read = await readStream(book.kind, book.name, book.store);
  if (!read.ok) return read.damage;
  book.durable = book.ahead = read.stream;
  return null;
}

async function submit<S, E, F>(
  book: Book<S, E, F>,
  event: E,
  source: string | null,
  settles: string | null,
): Promise<Submitted<S>> {
  for (let again = 0; ; again += 1) {
    const judged = judge(book.kind, book.ahead, event, source, settles, book.clock.now());
    if (judged.kind !== 'entry') {
      // What is still being written may yet be refused by the disk: only then is it known what this event meets.
      if (book.ahead === book.durable) return judged;
      await book.writing;
      continue;
    }
    const { entry } = judged;
    const next = fold(book.kind, book.name, book.ahead, entry);
    book.ahead = next;
    const kept = await new Promise<string | null>((done) => {
      book.waiting.push({ entry, next, done });
      book.writing ??= drain(book);
    });
    if (kept === STALE && again < 3) continue;
    if (kept !== null) return { kind: 'not-kept', reason: kept };
    return next.state === null
      ? { kind: 'ignored', why: 'there is no such stream' }
      : { kind: 'journaled', state: next.state };
  }
}

/** One write at a time, of everything that waits. What was built on an entry that could not be kept is not kept either. */
async function drain<S, E, F>(book: Book<S, E, F>): Promise<void> {
  while (book.waiting.length > 0) {
    const batch = book.waiting;
    book.waiting = [];
    const refusal = await append(book, batch);
    if (refusal !== null) {
      for (const { done } of [...batch, ...book.waiting.splice(0)]) done(refusal);
      book.ahead = book.durable;
      continue;
    }
    const before = book.durable.seq;
    for (const { next, done } of batch) {
      const known = book.durable.pending;
      book.durable = next;
      book.follow(next.pending.filter((effect) => !known.includes(effect)));
      done(null);
    }
    if (Math.floor(before / SNAPSHOT_EVERY) !== Math.floor(book.durable.seq / SNAPSHOT_EVERY)) keep(book);
  }
  book.writing = null;
}

/** null when the batch is durable, else why not. */
async function append<S, E, F>(book: Book<S, E, F>, batch: readonly Written<S, F>[]): Promise<string | null> {
  const { name, store } = book;
  try {
    const entries = batch.map(({ entry }) => entry);
    if ((await store.append(name, book.durable.seq, entries)) === 'appended') return null;
    // The journal is not as this owner left it: an answer was lost after all. It is read again, and who waits is told to come again.
    const known = new Set(book.durable.pending.map(({ id }) => id));
    const damage = await load(book);
    if (damage) return `${name} is damaged at line ${damage.line}: ${damage.reason}`;
    book.follow(book.durable.pending.filter(({ id }) => !known.has(id)));
    return STALE;
  } catch (error) {
    return (error as Error).message;
  }
}

function keep<S, E, F>({ store, name, durable, warn }: Book<S, E, F>): void {
  store.keep(name, durable.seq, durable).catch((error: Error) => warn('a snapshot was not kept', error.message));
}

const STALE = 'the journal was written by somebody else meanwhile; nothing was taken';

type Judged<S, E, F> =
  | Exclude<Submitted<S>, { kind: 'journaled' | 'not-kept' }>
  | { kind: 'entry'; entry: Entry<E, F> };

/** What an event comes to against a state: an entry to be kept, or the reason why it changes nothing. */
function judge<S, E, F>(
  { transition }: Kind<S, E, F>,
  stream: Stream<S, F>,
  event: E,
  source: string | null,
  settles: string | null,
  at: number,
): Judged<S, E, F> {
  if (source !== null && stream.sources.includes(source)) return { kind: 'repeated' };
  if (settles !== null && !stream.pending.some((effect) => effect.id === settles)) return { kind: 'repeated' };
  const moved = transition(stream.state, event, { at });
  if (moved.kind === 'ignored' && settles === null) return moved;
  return { kind: 'entry', entry: { at, source, settles, event, effects: moved.kind === 'moved' ? moved.effects : [] } };
}

export type StreamRead<S, F> =
  | { readonly ok: true; readonly stream: Stream<S, F> }
  | { readonly ok: false; readonly damage: Damage };

/** Folds a stream from its snapshot, if that is not ahead of the journal, and the entries after it. */
export async function readStream<S, E, F>(kind: Kind<S, E, F>, name: string, store: Store): Promise<StreamRead<S, F>> {
  const read = await store.read(name);
  if (!read.ok) return { ok: false, damage: { stream: name, line: read.line, reason: read.reason } };
  const kept = kind.snapshot.safeParse((await store.snapshot(name))?.state);
  let stream: Stream<S, F> = kept.success && kept.data.seq <= read.entries.length ? kept.data : empty;
  for (const raw of read.entries.slice(stream.seq)) {
    const entry = kind.entry.safeParse(raw);
    if (!entry.success) {
      const reason = `not an entry of this version (${entry.error.issues[0]?.message})`;
      return { ok: false, damage: { stream: name, line: stream.seq + 1, reason } };
    }
    stream = fold(kind, name, stream, entry.data);
  }
  return { ok: true, stream };
}
