import { z } from 'zod';
import type { Millis } from './ids.ts';

/** When an event was journaled. */
export type Stamp = { readonly at: Millis };

/** What an event makes of a state. `ignored` changes nothing: it came late or twice, or does nothing there, and says which. */
export type Moved<S, F> =
  | { readonly kind: 'moved'; readonly state: S; readonly effects: readonly F[] }
  | { readonly kind: 'ignored'; readonly why: string };

export const ignored = (why: string): Moved<never, never> => ({ kind: 'ignored', why });

/** An effect with its id, `<stream>:<seq>:<n>`, as journaled. */
export type Pending<F> = { readonly id: string; readonly effect: F };

/**
 * One entry of a journal. `source` is the platform's id of an input, the id of the effect that posted it, or a record's place; `settles`
 * the effect whose outcome this is. Effects are written down with the event: a later version's rules must not change what an earlier
 * one set out to do.
 */
export type Entry<E, F> = {
  readonly at: Millis;
  readonly source: string | null;
  readonly settles: string | null;
  readonly event: E;
  readonly effects: readonly F[];
};

/** A stream as folded from its journal up to `seq`. Pending effects are those emitted and not settled, in order. */
export type Stream<S, F> = {
  readonly seq: number;
  readonly state: S | null;
  readonly pending: readonly Pending<F>[];
  readonly sources: readonly string[];
};

/** A sort of stream: what it is made of and its rules. `transition` MUST be pure: a journal replayed gives the same state. */
export type Kind<S, E, F> = {
  /** A stream's name is `<prefix>-<key>`. */
  readonly prefix: string;
  readonly entry: z.ZodType<Entry<E, F>>;
  readonly snapshot: z.ZodType<Stream<S, F>>;
  transition(state: S | null, event: E, stamp: Stamp): Moved<S, F>;
};

export function kind<S, E, F>(of: {
  readonly prefix: string;
  readonly state: z.ZodType<S>;
  readonly event: z.ZodType<E>;
  readonly effect: z.ZodType<F>;
  transition(state: S | null, event: E, stamp: Stamp): Moved<S, F>;
}): Kind<S, E, F> {
  const { prefix, state, event, effect } = of;
  const entry = z.object({
    at: z.number(),
    source: z.string().nullable(),
    settles: z.string().nullable(),
    event,
    effects: z.array(effect),
  });
  const snapshot = z.object({
    seq: z.number(),
    state: state.nullable(),
    pending: z.array(z.object({ id: z.string(), effect })),
    sources: z.array(z.string()),
  });
  return {
    prefix,
    entry: entry,
    snapshot: snapshot,
    transition: of.transition,
  };
}

export const empty: Stream<never, never> = { seq: 0, state: null, pending: [], sources: [] };

/** What an entry makes of a stream. Used for new entries and for replay alike, so that both agree. */
export function fold<S, E, F>(
  { transition }: Kind<S, E, F>,
  name: string,
  stream: Stream<S, F>,
  entry: Entry<E, F>,
): Stream<S, F> {
  const seq = stream.seq + 1;
  const moved = transition(stream.state, entry.event, { at: entry.at });
  const state = moved.kind === 'moved' ? moved.state : stream.state;
  const left = stream.pending.filter((effect) => effect.id !== entry.settles);
  const added = entry.effects.map((effect, n): Pending<F> => ({ id: `${name}:${seq}:${n}`, effect }));
  const sources = entry.source === null ? stream.sources : [...stream.sources, entry.source];
  return { seq, state, pending: [...left, ...added], sources };
}
