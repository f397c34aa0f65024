import { createHash } from 'node:crypto';
import type { Verdict } from '../../src/chain/verdict.ts';
import type { Change, Check } from '../../src/chain/change.ts';
import { Head } from '../../src/chain/ids.ts';
import type { AccountSeen, SessionEnd, Thread } from '../../src/chain/ports.ts';
import type { Role } from '../../src/chain/roles.ts';

/** A commit of the simulated world: the hash of what led to it. */
export const commit = (...parts: readonly (string | number)[]): Head =>
  Head.parse(createHash('sha1').update(parts.join(' ')).digest('hex'));

export type SimChange = {
  readonly branch: string;
  head: Head;
  state: 'open' | 'merged' | 'closed';
  comments: string[];
};

export type SimMerge = { readonly number: number; readonly head: Head; readonly base: Head; readonly commit: Head };

export type SimSession = {
  readonly task: string;
  readonly role: Role;
  readonly leg: number;
  readonly account: string;
  requests: number;
  heard: string[];
  end: SessionEnd | null;
};

/** What a person did. `lost`: it was sent and the controller died before it answered. */
export type Deed = { state: 'todo' | 'lost' | 'acked'; sends: number; answer: string };

/**
 * Everything outside the controller, as plain data: it outlives any crash, is copied whole, and two equal ones have equal futures. What the
 * controller never reads (`seen`) is not compared.
 */
export type World = {
  now: number;
  streams: Record<string, string[]>;
  snapshots: Record<string, string>;
  disk: 'ok' | 'full';
  bases: Record<string, Head>;
  changes: SimChange[];
  merges: SimMerge[];
  checks: Check[];
  sessions: Record<string, SimSession>;
  /** The boundary: its record, and which accounts it lets nothing out of until when. */
  record: AccountSeen[];
  shut: Record<string, number>;
  asked: string[];
  threads: Record<string, Thread>;
  told: { readonly key: string; readonly kind: string; readonly loud: boolean; readonly head: string | null }[];
  deeds: Record<string, Deed>;
  /** What the scenario does once, and has done. */
  done: string[];
  /** Failures still to come, by call: so many answers are lost, so many calls refused. */
  losses: Record<string, number>;
  outages: Record<string, number>;
};

/** What only the test looks at; a crash does not undo it, and no future depends on it. */
export type Seen = { cards: Record<string, string>; verdicts: Verdict[]; changes: Change[] };

export const newWorld = (): World => ({
  now: 1_000_000,
  streams: {},
  snapshots: {},
  disk: 'ok',
  bases: { site: commit('base'), shop: commit('shop') },
  changes: [],
  merges: [],
  checks: [],
  sessions: {},
  record: [],
  shut: {},
  asked: [],
  threads: {},
  told: [],
  deeds: {},
  done: [],
  losses: {},
  outages: {},
});
