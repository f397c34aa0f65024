import { createHash } from 'node:crypto';
import type { Budget, Over } from '../../src/chain/budget.ts';
import type { Check } from '../../src/chain/change.ts';
import { Head } from '../../src/chain/ids.ts';
import type { AskedHere } from '../../src/chain/machine.ts';
import type { AccountSeen, SessionEnd, Thread } from '../../src/chain/ports.ts';
import type { RefusedSeen } from '../../src/chain/refused.ts';
import type { Role } from '../../src/chain/roles.ts';

export const digest = (...parts: readonly (string | number)[]): string =>
  createHash('sha1').update(parts.join(' ')).digest('hex');

/** A commit of the simulated world: the hash of what led to it. */
export const commit = (...parts: readonly (string | number)[]): Head => Head.parse(digest(...parts));

export type SimChange = {
  readonly branch: string;
  readonly project: string;
  readonly head: Head;
  readonly state: 'open' | 'merged' | 'closed';
  readonly comments: readonly string[];
  readonly branchDeleted: boolean;
};
export type SimMerge = { readonly number: number; readonly head: Head; readonly base: Head; readonly commit: Head };
export type SimSession = {
  readonly task: string;
  readonly role: Role;
  readonly leg: number;
  readonly account: string;
  readonly requests: number;
  readonly heard: readonly string[];
  /** Whether it asked a person, and what for an answer it was given, by mail or with the words that it began with. */
  readonly asked: boolean;
  readonly answers: readonly string[];
  readonly end: SessionEnd | null;
};
/** A notice as the thread shows it. */
export type News = { readonly key: string; readonly project: string; readonly outcome: string | null };
export type Told = {
  readonly key: string;
  readonly task: string;
  readonly kind: string;
  readonly loud: boolean;
  readonly head: string | null;
};
/** What a person did. `lost`: it was sent, and no answer came before the controller died. `answer`: the last one. */
export type Deed = {
  readonly state: 'todo' | 'lost' | 'answered';
  readonly sources: readonly string[];
  readonly answer: string;
};
/** A journal, with a digest of all that is in it. */
export type Journal = { readonly entries: readonly string[]; readonly digest: string };

/**
 * Everything outside the controller, as plain data that outlives any crash. What is in the records is replaced, never changed, so that a copy
 * costs little. Two worlds with one key have the same futures.
 */
export type World = {
  now: number;
  disk: 'ok' | 'full';
  /** Whether the disk has room for anything to start. */
  room: boolean;
  streams: Record<string, Journal>;
  snapshots: Record<string, { readonly seq: number; readonly text: string }>;
  bases: Record<string, Head>;
  changes: Record<number, SimChange>;
  merges: Record<number, SimMerge>;
  checks: Record<string, Check>;
  sessions: Record<string, SimSession>;
  /** The boundary: its record, the accounts that it lets nothing out of, until when, and what it was asked. */
  record: Record<number, AccountSeen>;
  shut: Record<string, number>;
  asked: Record<string, true>;
  /** What was asked for on the machine, and whether something happened while it was locked that must not. */
  here: Record<string, AskedHere>;
  whileLocked: Record<string, true>;
  refusals: Record<number, RefusedSeen>;
  /** What sessions of a project may reach, as they were last told. */
  admitted: Record<string, string>;
  /** What the boundary lets sessions spend, what tasks and days have spent, and the last request of a task that did not fit. */
  grants: Record<string, Budget | null>;
  spent: Record<string, number>;
  days: Record<string, number>;
  overs: Record<string, Over & { readonly session: string }>;
  threads: Record<string, Thread>;
  told: Record<string, Told>;
  /** What channels were told, by key. */
  news: Record<string, News>;
  deeds: Record<string, Deed>;
  /** What happens once, and has. */
  done: Record<string, true>;
  /** Failures still to come, by call: so many answers are lost, so many calls refused. */
  losses: Record<string, number>;
  outages: Record<string, number>;
};

export const newWorld = (of: Partial<World> = {}): World => ({
  now: 1_000_000,
  disk: 'ok',
  room: true,
  streams: {},
  snapshots: {},
  bases: { site: commit('site'), shop: commit('shop') },
  changes: {},
  merges: {},
  checks: {},
  sessions: {},
  record: {},
  shut: {},
  asked: {},
  here: {},
  whileLocked: {},
  refusals: {},
  admitted: {},
  grants: {},
  spent: {},
  days: {},
  overs: {},
  threads: {},
  told: {},
  news: {},
  deeds: {},
  done: {},
  losses: {},
  outages: {},
  ...of,
});

export function copy(world: World): World {
  const records = Object.entries(world).map(([name, of]) => [name, typeof of === 'object' ? { ...of } : of]);
  return Object.fromEntries(records) as World;
}

/** What a world's futures depend on. Of the journals and snapshots, their digests and numbers. */
export function keyOf({ streams, snapshots, ...rest }: World): string {
  const journals = Object.entries(streams).map(([name, journal]) => `${name} ${journal.digest}`);
  const kept = Object.entries(snapshots).map(([name, { seq }]) => `${name} ${seq}`);
  return digest(JSON.stringify(rest), ...journals.toSorted(), ...kept.toSorted());
}

/** True the first time in this world. */
export function once(world: World, name: string): boolean {
  if (world.done[name]) return false;
  world.done[name] = true;
  return true;
}
