import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { manyPeople, timedMessage } from './console.ts';
import type { Bench, Measured, Row as Line } from './figure.ts';
import { openHeld, withGround } from './ground.ts';
import type { Ground, Row } from './ground.ts';
import { middle } from './statistics.ts';

const SIZES = [
  { tasks: 100, aim: '≤ 1 s' },
  { tasks: 1_000, aim: '≤ 3 s' },
] as const;
/** How many messages are on their way at the kill, so that effects are pending at the next start. */
const UNDER_WAY = 50;
const STARTS = 3;
const SETTLE_MS = 10_000;

/** How long after a kill it takes until the controller answers and goes on, and how much memory it takes then. */
export const starting = (bench: Bench): Promise<Measured> =>
  withGround(bench, { containers: false }, async (ground) => {
    const lines: Line[] = [];
    for (const { tasks, aim } of SIZES) {
      const rows = await openHeld(ground, tasks, bench);
      const { peak: opening } = await ground.controller.memory();
      bench.say(`${STARTS} kills and starts with ${tasks} open tasks, then ${SETTLE_MS / 1000} s to settle`);
      const starts: Times[] = [];
      while (starts.length < STARTS) starts.push(await pendingStart(ground, rows.slice(0, UNDER_WAY), bench));
      await sleep(SETTLE_MS, undefined, { signal: bench.signal });
      const { now, peak } = await ground.controller.memory();
      lines.push(
        { what: `${tasks} open tasks: answers`, unit: 'ms', values: middle(starts.map(({ answers }) => answers)), aim },
        {
          what: `${tasks} open tasks: first outcome journaled`,
          unit: 'ms',
          values: middle(starts.map(({ outcome }) => outcome)),
        },
        {
          what: `${tasks} open tasks: memory`,
          unit: 'MB',
          values: { settled: now, peak, 'peak while they were opened': opening },
          ...(tasks === 1_000 ? { aim: 'settled ≤ 180 MB' } : {}),
        },
      );
    }
    return {
      how: `Tasks really opened through the console, held because their project's repository is not there; ${UNDER_WAY} messages on their way, SIGKILL at the first that is acknowledged, then ./signalbox up; ${STARTS} times, with what Node kept of the sources at the start before. Timed from the moment the launcher becomes Node: until /api/health answers, asked every 5 ms, and until the journal of one of those ${UNDER_WAY} tasks has grown, which is the first outcome of a pending effect. Memory is VmRSS and VmHWM of the last one, after ${SETTLE_MS / 1000} s.`,
      rows: lines,
    };
  });

/** Ms after the start. */
type Times = { readonly answers: number; readonly outcome: number };

const TRIES = 5;

/** A kill may come when every outcome is journaled already: then there is nothing to be timed, and another is made. */
async function pendingStart(ground: Ground, rows: readonly Row[], bench: Bench): Promise<Times> {
  for (let n = 0; n < TRIES; n += 1) {
    const times = await killedAndStarted(ground, rows, bench);
    if (times) return times;
  }
  throw new Error(`nothing was pending at ${TRIES} kills: no journal grew after the starts`);
}

/** null when nothing was pending at the kill. */
async function killedAndStarted(ground: Ground, rows: readonly Row[], { signal }: Bench): Promise<Times | null> {
  const agent = manyPeople();
  const sent = rows.map((row) => timedMessage(ground, agent, row));
  await Promise.any(sent);
  await ground.controller.kill();
  await Promise.allSettled(sent);
  agent.destroy();
  const grown = await firstGrown(
    rows.map(({ task }) => join(ground.world.data, 'streams', `task-${task}`)),
    signal,
  );
  try {
    const began = await ground.controller.start();
    const answered = await untilHealthy(ground.url, signal);
    const journaled = await Promise.race([grown.at, sleep(20_000, null, { signal })]);
    return journaled === null ? null : { answers: answered - began, outcome: journaled - began };
  } finally {
    grown.close();
  }
}

async function untilHealthy(url: string, signal: AbortSignal): Promise<number> {
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    const ok = await fetch(`${url}/api/health`, { signal }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return performance.now();
    await sleep(5, undefined, { signal });
  }
  throw new Error('the controller did not answer within a minute');
}

/** The moment at which one of these streams' journals is longer than it is now. */
async function firstGrown(
  folders: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly at: Promise<number>; close(): void }> {
  const files = folders.map((folder) => join(folder, 'journal.jsonl'));
  const before = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const found = Promise.withResolvers<number>();
  const watchers = files.map((file, n) =>
    watch(file, { signal }, () => {
      const at = performance.now();
      void stat(file).then(({ size }) => {
        if (size > (before[n] ?? 0)) found.resolve(at);
      });
    }),
  );
  return { at: found.promise, close: () => watchers.forEach((one) => one.close()) };
}
