import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Measured } from './figure.ts';
import { follow, untilReview } from './follow.ts';
import { withGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { percentile } from './statistics.ts';

const REPEATS = 5;
const POLL_MS = 2;
/** Before the press, so that nothing of the task is still being put away. */
const PAUSE_MS = 1_000;

/** How long after the press of Merge the squash commit is on the base branch, and the thread says so. */
export function merging(bench: Bench): Promise<Measured> {
  const repeats = bench.repeats ?? REPEATS;
  return withGround(bench, { copies: repeats, containers: true }, async (ground) => {
    const taps: Tap[] = [];
    // The demo's own project is the warm-up.
    for (const [n, [channel, repository]] of Object.entries(ground.repositories).entries()) {
      bench.say(n === 0 ? 'a task to warm up' : `task ${n} of ${repeats}`);
      const tap = await oneTap(ground, channel, repository, bench);
      if (n > 0) taps.push(tap);
    }
    const of = (pick: (tap: Tap) => number): Record<string, number> => {
      const values = taps.map(pick);
      return {
        n: values.length,
        p50: percentile(values, 0.5),
        p95: percentile(values, 0.95),
        max: percentile(values, 1),
      };
    };
    return {
      how: `${repeats} tasks in quick mode, each in a project of its own, in real containers with a rehearsed model; nothing else at work at the press. The base branch's file in the bare repository is read every ${POLL_MS} ms. After one task to warm up.`,
      rows: [
        {
          what: 'press → squash commit on the base',
          unit: 'ms',
          values: of(({ landed }) => landed),
          aim: 'p95 ≤ 500 ms',
        },
        { what: 'press → the thread says merged', unit: 'ms', values: of(({ shown }) => shown) },
        { what: 'press → acknowledged', unit: 'ms', values: of(({ acknowledged }) => acknowledged) },
      ],
    };
  });
}

/** Ms after the press. */
type Tap = { readonly acknowledged: number; readonly landed: number; readonly shown: number };

async function oneTap(ground: Ground, channel: string, repository: string, bench: Bench): Promise<Tap> {
  const { task, seen } = await untilReview(ground, '--quick fix the typo in the README', channel, bench);
  const base = join(repository, 'refs', 'heads', 'main');
  const before = await readFile(base, 'utf8');
  const over = new AbortController();
  const signal = AbortSignal.any([bench.signal, over.signal, AbortSignal.timeout(60_000)]);
  const merged = follow(ground, task, (now) => now.merged !== null, { signal }).then(() => performance.now());
  const moved = untilMoved(base, before, signal);
  // They may fail while the press is awaited; they are awaited below.
  merged.catch(() => undefined);
  moved.catch(() => undefined);
  try {
    await sleep(PAUSE_MS, undefined, { signal });
    const began = performance.now();
    const answer = await ground.you.press(seen.merge);
    const acknowledged = performance.now() - began;
    if (!answer.ok) throw new Error(`the press was not taken: ${answer.text}`);
    return { acknowledged, landed: (await moved) - began, shown: (await merged) - began };
  } finally {
    over.abort();
  }
}

/** The moment at which the ref's file says something else. */
async function untilMoved(file: string, before: string, signal: AbortSignal): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    const now = await readFile(file, 'utf8').catch(() => before);
    if (now !== before) return performance.now();
    await sleep(POLL_MS);
  }
}
