import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../chain/ports.ts';
import type { Engine } from './docker.ts';
import { measure } from './gauge.ts';
import { makeReserve, releaseReserve } from './reserve.ts';
import { bytesLeft, fullSentence, isFull, shareFree, tooMuch } from './space.ts';
import type { Container, Cramped, Room, SpaceLimits } from './space.ts';

const LOOK_MS = 1_000;
/** A container is measured so often, and sooner when the disk lost so much since somebody was measured. */
const MEASURE_MS = 30_000;
const FALL_BYTES = 256 * 2 ** 20;
const FALL_SHARE = 0.02;
const END_MS = 20_000;
/** Of a small disk the reserve is so much at most. */
const RESERVE_SHARE = 0.02;

type Given = {
  readonly data: string;
  readonly engine: Engine;
  readonly image: string;
  readonly limits: SpaceLimits;
  readonly log: Log;
};
type Live = Container & { cramped: Cramped | null; measured: number };
/** `left`: bytes until the disk is full; `mark`: the same when a fall was last seen; `fall`: how much is one. */
type State = { full: string | null; left: number; mark: number; fall: number; readonly watched: Set<Live> };

export function diskRoom(given: Given): Room {
  const { engine, image, log } = given;
  const state: State = { full: null, left: Infinity, mark: 0, fall: FALL_BYTES, watched: new Set() };
  return {
    enough: () => state.full === null,
    watch(container) {
      const cramped = state.full === null ? null : ({ kind: 'full', text: state.full } as const);
      const live: Live = { ...container, cramped, measured: Date.now() };
      state.watched.add(live);
      return { cramped: () => live.cramped, stop: () => void state.watched.delete(live) };
    },
    measure: (folders) => measure(engine, image, folders),
    async begin(signal) {
      const again = async (look: () => Promise<void>): Promise<void> => {
        while (!signal.aborted) {
          await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
          if (!signal.aborted)
            await look().catch((error: Error) => log.error('the disk is not watched now', { reason: error.message }));
        }
      };
      await lookAtDisk(given, state);
      void again(() => lookAtDisk(given, state));
      // A count may take a minute, and the disk is not left alone meanwhile.
      void again(() => lookAtContainers(given, state));
    },
  };
}

async function lookAtDisk({ data, limits, log }: Given, state: State): Promise<void> {
  const { keepFree, reserveBytes } = limits;
  const reserve = join(data, 'reserve');
  const filled = await statfs(data);
  const free = shareFree(filled);
  const wasFull = state.full !== null;
  const total = filled.blocks * filled.bsize;
  state.left = bytesLeft(filled, keepFree);
  state.fall = Math.min(FALL_BYTES, FALL_SHARE * total);
  if (isFull(free, keepFree, wasFull)) {
    state.full = fullSentence(data, free, keepFree);
    if (!wasFull) log.error('the disk is nearly full: sessions stop', { data, free: Math.floor(free * 100) });
    await endAll(state, { kind: 'full', text: state.full });
    // Only now: what still ran would have taken it.
    await releaseReserve(reserve);
    return;
  }
  const bytes = Math.min(reserveBytes, Math.floor(RESERVE_SHARE * total));
  await makeReserve(reserve, bytes).catch((error: Error) => log.error('no reserve is kept', { reason: error.message }));
  if (wasFull) log.info('the disk has room again', { data, free: Math.floor(free * 100) });
  state.full = null;
}

async function endAll(state: State, why: Cramped): Promise<void> {
  const running = [...state.watched].filter(({ cramped }) => cramped === null);
  const ended = running.map((live) => end(live, why));
  if (ended.length > 0) await Promise.race([Promise.all(ended), sleep(END_MS, undefined, { ref: false })]);
}

/** Whoever follows the container finds out why before it finds it gone. */
async function end(live: Live, why: Cramped): Promise<void> {
  live.cramped = why;
  await live.end().catch(() => undefined);
}

/** One after the other: counting is work for the disk, too. */
async function lookAtContainers({ engine, image, limits }: Given, state: State): Promise<void> {
  const fell = state.mark - state.left > state.fall;
  if (fell || state.mark < state.left) state.mark = state.left;
  const isDue = ({ cramped, measured }: Live): boolean =>
    cramped === null && (fell || Date.now() - measured > MEASURE_MS);
  for (const live of [...state.watched].filter(isDue)) {
    live.measured = Date.now();
    const size = await measure(engine, image, live.folders).catch((error: Error) => {
      // It ended meanwhile, and its folders with it.
      if (!state.watched.has(live)) return { bytes: 0, files: 0 };
      throw error;
    });
    const why = tooMuch(size, { each: limits.each, begun: live.begun, left: state.left });
    if (why !== null && state.watched.has(live)) await end(live, { kind: 'outgrew', text: why });
  }
}
