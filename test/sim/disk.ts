import type { Clock, Store } from '../../src/chain/ports.ts';
import { call } from './life.ts';
import type { Life } from './life.ts';
import { digest } from './world.ts';
import type { Journal } from './world.ts';

const nothing: Journal = { entries: [], digest: '' };

/** Power may fail while a batch is written: then its first entries are there, and a torn one is cut when it is read. */
export function simStore(life: Life): Store {
  const { world } = life;
  const of = (name: string): Journal => world.streams[name] ?? nothing;
  const add = (name: string, entry: unknown): void => {
    const text = JSON.stringify(entry);
    const before = of(name);
    world.streams[name] = { entries: [...before.entries, text], digest: digest(before.digest, text) };
  };
  return {
    append(name, seq, entries) {
      let stale = false;
      const parts = entries.slice(0, -1).map((entry) => () => void (stale ||= !extend(entry)));
      let at = seq;
      const extend = (entry: unknown): boolean => {
        if (world.disk === 'full') throw new Error('The disk is full (ENOSPC): nothing was recorded.');
        if (of(name).entries.length !== at) return false;
        add(name, entry);
        at += 1;
        return true;
      };
      return call(
        life,
        'append',
        () => {
          stale ||= !entries.slice(-1).every(extend);
          return stale ? 'stale' : 'appended';
        },
        parts,
      );
    },
    read: async (name) => ({ ok: true, entries: of(name).entries.map((entry) => JSON.parse(entry)) }),
    streams: async () => Object.keys(world.streams),
    async snapshot(name) {
      const kept = world.snapshots[name];
      return kept === undefined ? null : { seq: kept.seq, state: JSON.parse(kept.text) };
    },
    keep: (name, seq, state) =>
      call(life, 'keep', () => {
        world.snapshots[name] = { seq, text: JSON.stringify(state) };
      }),
  };
}

export type Sleeper = { readonly until: number; readonly idle: boolean; readonly wake: () => void };

/** A clock whose time the driver moves. */
export function simClock({ world }: Life, sleepers: Set<Sleeper>): Clock {
  let closing: AbortSignal | undefined;
  // Those that look again and again are no reason to let time pass. They end with the controller alone; an alarm has a signal of its own.
  const looksAgain = (ms: number, signal: AbortSignal | undefined): boolean => {
    if (ms === 300) closing ??= signal;
    return signal === closing && [300, 500, 3_000, 30_000].includes(ms);
  };
  return {
    now: () => world.now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper: Sleeper = { until: world.now + ms, idle: looksAgain(ms, signal), wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };
}
